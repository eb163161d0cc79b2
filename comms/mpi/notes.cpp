#include "comms/mpi/notes.hpp"

#include <cstring>
#include <string_view>
#include <thread>

namespace genloss::comms {
namespace {

constexpr int note_tag = 1;
constexpr std::string_view what = "watchdog note";

struct Head {
  std::uint32_t kind = 0, round = 0;
  std::uint64_t operation = 0;
};

}  // namespace

Notes::~Notes() {
  int finalized = 0;
  MPI_Finalized(&finalized);
  if (finalized != 0) return;
  // MPI may still read what was not delivered: such bytes have to outlive us. It is a handful, once, after a failure.
  static std::list<Outgoing> undelivered;
  for (auto it = outgoing_.begin(); it != outgoing_.end();) {
    int done = 0;
    MPI_Test(&it->request, &done, MPI_STATUS_IGNORE);
    const auto next = std::next(it);
    if (done == 0) undelivered.splice(undelivered.end(), outgoing_, it);
    it = next;
  }
}

void Notes::forget_delivered() {
  for (auto it = outgoing_.begin(); it != outgoing_.end();) {
    int done = 0;
    mpi_check(MPI_Test(&it->request, &done, MPI_STATUS_IGNORE), what);
    it = done != 0 ? outgoing_.erase(it) : std::next(it);
  }
}

void Notes::send(int to, const Note& note) {
  forget_delivered();
  const Head head{static_cast<std::uint32_t>(note.kind), note.round, note.operation};
  auto& out = outgoing_.emplace_back();
  out.bytes.resize(sizeof head + note.text.size());
  std::memcpy(out.bytes.data(), &head, sizeof head);
  note.text.copy(out.bytes.data() + sizeof head, note.text.size());
  mpi_check(MPI_Isend(out.bytes.data(), static_cast<int>(out.bytes.size()), MPI_BYTE, to, note_tag, comm_.get(),
                      &out.request),
            what);
}

std::optional<Note> Notes::receive() {
  int there = 0, count = 0;
  MPI_Status status;
  mpi_check(MPI_Iprobe(MPI_ANY_SOURCE, note_tag, comm_.get(), &there, &status), what);
  if (there == 0) return std::nullopt;
  mpi_check(MPI_Get_count(&status, MPI_BYTE, &count), what);
  std::vector<char> bytes(static_cast<std::size_t>(count));
  mpi_check(MPI_Recv(bytes.data(), count, MPI_BYTE, status.MPI_SOURCE, note_tag, comm_.get(), MPI_STATUS_IGNORE), what);
  Head head;
  std::memcpy(&head, bytes.data(), sizeof head);
  return Note{static_cast<Note::Kind>(head.kind),
              head.round,
              head.operation,
              {bytes.data() + sizeof head, bytes.size() - sizeof head},
              status.MPI_SOURCE};
}

void Notes::flush(std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  for (forget_delivered(); !outgoing_.empty() && std::chrono::steady_clock::now() < end; forget_delivered()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace genloss::comms
