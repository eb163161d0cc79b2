#include "comms/watchdog.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "jobs/error.hpp"

namespace genloss::comms {
namespace {

constexpr int note_tag = 1;
constexpr auto look_interval = std::chrono::milliseconds(100);
constexpr auto answer_time = std::chrono::milliseconds(1500);  // how long a waiting rank may take to answer

}  // namespace

Watchdog::Watchdog(MPI_Comm parent, Deadlines deadlines) : notes_(MpiHandle::duplicate(parent)), deadlines_(deadlines) {
  MPI_Comm_rank(notes_.get(), &rank_);
  MPI_Comm_size(notes_.get(), &size_);
}

Watchdog::~Watchdog() {
  int finalized = 0;
  MPI_Finalized(&finalized);
  if (finalized != 0) return;
  for (auto& out : outgoing_) {
    if (out.request != MPI_REQUEST_NULL) MPI_Request_free(&out.request);
  }
}

void Watchdog::begin(std::string_view what) {
  ++operation_;
  what_ = what;
  begin_ = last_look_ = Clock::now();
  warned_ = has_asked_ = false;
}

void Watchdog::waiting() {
  const auto now = Clock::now();
  if (now - last_look_ < look_interval) return;
  last_look_ = now;
  read_notes();
  const auto waited = now - begin_;
  // Ask early enough that answers are there when they are needed.
  if (!has_asked_ && waited > std::min(deadlines_.stall, deadlines_.deadline)) ask_all();
  if (has_asked_ && !warned_ && now - asked_ > answer_time && waited > deadlines_.stall) {
    warned_ = true;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(waited).count();
    if (rank_ == 0) {
      std::fprintf(stderr, "genloss: warning: %s: waiting since %lld s for %s\n", what_.c_str(),
                   static_cast<long long>(seconds), missing().c_str());
    }
  }
  if (waited > deadlines_.deadline) {
    if (now - asked_ > deadlines_.deadline / 2 && now - asked_ > 4 * answer_time) {
      has_asked_ = false;  // what was heard is old: ask again before anyone is blamed
    } else if (now - asked_ > answer_time) {
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(waited).count();
      throw Error(ExitCode::internal, what_, "on rank " + std::to_string(rank_),
                  "waited " + std::to_string(seconds) + " s for " + missing(),
                  "look at those ranks' logs and hosts; run the same command again: sealed work is kept");
    }
  }
}

void Watchdog::ask_all() {
  has_asked_ = true;
  asked_ = Clock::now();
  seen_.clear();
  for (int rank = 0; rank < size_; ++rank) {
    if (rank != rank_) tell(rank, true);
  }
}

void Watchdog::tell(int rank, bool asks) {
  for (auto it = outgoing_.begin(); it != outgoing_.end();) {
    int done = 0;
    MPI_Test(&it->request, &done, MPI_STATUS_IGNORE);
    it = done != 0 ? outgoing_.erase(it) : std::next(it);
  }
  auto& out = outgoing_.emplace_back();
  out.note.operation = operation_;
  out.note.asks = asks ? 1 : 0;
  std::strncpy(out.note.what.data(), what_.c_str(), out.note.what.size() - 1);
  mpi_check(MPI_Isend(&out.note, sizeof(Note), MPI_BYTE, rank, note_tag, notes_.get(), &out.request), "watchdog note");
}

void Watchdog::read_notes() {
  for (;;) {
    int there = 0;
    MPI_Status status;
    mpi_check(MPI_Iprobe(MPI_ANY_SOURCE, note_tag, notes_.get(), &there, &status), "watchdog note");
    if (there == 0) return;
    Note note;
    mpi_check(MPI_Recv(&note, sizeof note, MPI_BYTE, status.MPI_SOURCE, note_tag, notes_.get(), MPI_STATUS_IGNORE),
              "watchdog note");
    note.what.back() = '\0';
    seen_[status.MPI_SOURCE] = note;
    if (note.asks != 0) tell(status.MPI_SOURCE, false);
  }
}

std::string Watchdog::missing() const {
  std::string silent, elsewhere;
  for (int rank = 0; rank < size_; ++rank) {
    if (rank == rank_) continue;
    const auto note = seen_.find(rank);
    if (note == seen_.end()) {
      silent += (silent.empty() ? "" : ", ") + std::to_string(rank);
    } else if (note->second.operation != operation_) {
      elsewhere += (elsewhere.empty() ? "" : ", ") + std::to_string(rank) + " (in '" + note->second.what.data() + "')";
    }
  }
  if (silent.empty() && elsewhere.empty()) return "the transfer itself: all ranks have arrived";
  std::string text = silent.empty() ? "" : "rank " + silent + ", not heard of";
  if (!elsewhere.empty()) text += (text.empty() ? "" : "; ") + ("rank " + elsewhere);
  return text;
}

}  // namespace genloss::comms
