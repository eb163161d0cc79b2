#include "comms/mpi/mpi_communicator.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "jobs/error.hpp"

namespace genloss::comms {
namespace {
constexpr int transfer_tag = 1;
constexpr int first_message_tag = 100;  // tags of mailboxes lie above those of transfers
}  // namespace

MpiCommunicator::MpiCommunicator(MPI_Comm parent, Deadlines deadlines, std::size_t largest_count)
    : comm_(MpiHandle::duplicate(parent, deadlines.deadline)),
      deadlines_(deadlines),
      watchdog_(comm_.get(), deadlines),
      largest_count_(largest_count) {
  mpi_check(MPI_Comm_rank(comm_.get(), &rank_), "rank");
  mpi_check(MPI_Comm_size(comm_.get(), &size_), "size");
}

MpiCommunicator::~MpiCommunicator() {
  int finalized = 0;
  MPI_Finalized(&finalized);
  if (finalized != 0) return;
  // Messages nobody took: MPI may still read them, so their bytes have to outlive us.
  static std::list<Message> undelivered;
  for (auto it = messages_.begin(); it != messages_.end();) {
    int done = 0;
    MPI_Test(&it->request, &done, MPI_STATUS_IGNORE);
    const auto next = std::next(it);
    if (done == 0) undelivered.splice(undelivered.end(), messages_, it);
    it = next;
  }
}

void MpiCommunicator::transfer(const std::vector<Piece>& sends, const std::vector<Piece>& receives,
                               std::string_view what) {
  std::vector<MPI_Request> requests;
  std::size_t moving = 0;
  const auto each_part = [&](const Piece& piece, auto&& start) {
    moving += piece.bytes;
    for (std::size_t done = 0; done < piece.bytes; done += largest_count_) {
      requests.push_back(MPI_REQUEST_NULL);
      mpi_check(start(piece.data + done, static_cast<int>(std::min(largest_count_, piece.bytes - done)), piece.peer,
                      &requests.back()),
                what);
    }
  };
  requests.reserve(sends.size() + receives.size());
  for (const Piece& piece : receives) {
    each_part(piece, [&](std::byte* data, int bytes, int peer, MPI_Request* request) {
      return MPI_Irecv(data, bytes, MPI_BYTE, peer, transfer_tag, comm_.get(), request);
    });
  }
  for (const Piece& piece : sends) {
    each_part(piece, [&](std::byte* data, int bytes, int peer, MPI_Request* request) {
      return MPI_Isend(data, bytes, MPI_BYTE, peer, transfer_tag, comm_.get(), request);
    });
  }
  wait(requests, moving);
}

void MpiCommunicator::forget_sent_messages() {
  for (auto it = messages_.begin(); it != messages_.end();) {
    int done = 0;
    mpi_check(MPI_Test(&it->request, &done, MPI_STATUS_IGNORE), "send");
    it = done != 0 ? messages_.erase(it) : std::next(it);
  }
}

void MpiCommunicator::send(std::span<const std::byte> data, int to, int tag, std::string_view what) {
  if (data.size() > largest_count_) {
    throw Error(ExitCode::internal, "send", std::string(what),
                std::to_string(data.size()) + " bytes are too many for a message", "use exchange()");
  }
  forget_sent_messages();
  auto& message = messages_.emplace_back();
  message.data.assign(data.begin(), data.end());
  mpi_check(MPI_Isend(message.data.data(), static_cast<int>(data.size()), MPI_BYTE, to, first_message_tag + tag,
                      comm_.get(), &message.request),
            what);
}

std::optional<Envelope> MpiCommunicator::probe(int tag) {
  int there = 0;
  MPI_Status status;
  mpi_check(MPI_Iprobe(MPI_ANY_SOURCE, first_message_tag + tag, comm_.get(), &there, &status), "probe");
  if (there == 0) return std::nullopt;
  int bytes = 0;
  mpi_check(MPI_Get_count(&status, MPI_BYTE, &bytes), "probe");
  return Envelope{status.MPI_SOURCE, tag, static_cast<std::size_t>(bytes)};
}

void MpiCommunicator::receive(const Envelope& envelope, std::span<std::byte> data, std::string_view what) {
  if (envelope.bytes != data.size()) {
    throw Error(ExitCode::internal, "receive", std::string(what),
                "a message of " + std::to_string(envelope.bytes) + " bytes from rank " +
                    std::to_string(envelope.source) + " where " + std::to_string(data.size()) + " were expected",
                "all ranks have to run the same genloss");
  }
  watchdog_.receiving(what);
  MPI_Request request = MPI_REQUEST_NULL;
  mpi_check(MPI_Irecv(data.data(), static_cast<int>(data.size()), MPI_BYTE, envelope.source,
                      first_message_tag + envelope.tag, comm_.get(), &request),
            what);
  wait(request, data.size());
}

std::unique_ptr<Communicator> MpiCommunicator::split(int color, int key) {
  barrier("split");  // MPI_Comm_split has no form that returns; after this all ranks are on their way into it
  MPI_Comm part = MPI_COMM_NULL;
  mpi_check(MPI_Comm_split(comm_.get(), color, key, &part), "split");
  const MpiHandle owned(part);
  return std::make_unique<MpiCommunicator>(owned.get(), deadlines_, largest_count_);
}

void MpiCommunicator::abort(int exit_code) noexcept {
  std::fflush(nullptr);
  MPI_Abort(comm_.get(), exit_code);
  std::_Exit(exit_code);
}

}  // namespace genloss::comms
