#include "comms/mpi/watchdog.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "comms/rank_list.hpp"
#include "comms/world.hpp"
#include "jobs/error.hpp"

namespace genloss::comms {
namespace {

using std::chrono::milliseconds;

/// In large jobs only a few ranks ask: N * N questions would be a storm of their own.
constexpr int all_ask_up_to = 64, askers = 8;

std::vector<std::string> gather_hosts(MPI_Comm comm, int size, milliseconds limit) {
  constexpr std::size_t width = 64;
  std::array<char, width> mine{};
  World::host_name().copy(mine.data(), width - 1);
  std::vector<char> all(width * static_cast<std::size_t>(size));
  MPI_Request request = MPI_REQUEST_NULL;
  mpi_check(MPI_Iallgather(mine.data(), width, MPI_CHAR, all.data(), width, MPI_CHAR, comm, &request), "host names");
  finish_set_up(request, limit, "host names");
  std::vector<std::string> hosts;
  for (std::size_t at = 0; at < all.size(); at += width) hosts.emplace_back(all.data() + at);
  return hosts;
}

}  // namespace

Watchdog::Watchdog(MPI_Comm parent, Deadlines deadlines)
    : notes_(MpiHandle::duplicate(parent, deadlines.deadline)),
      deadlines_(deadlines),
      grace_(std::clamp(deadlines.deadline / 10, milliseconds(500), milliseconds(5000))) {
  mpi_check(MPI_Comm_rank(notes_.comm(), &rank_), "rank");
  mpi_check(MPI_Comm_size(notes_.comm(), &size_), "size");
  hosts_ = gather_hosts(notes_.comm(), size_, deadlines.deadline);
}

void Watchdog::begin(std::string_view what) {
  ++operation_;
  receiving(what);
}

void Watchdog::receiving(std::string_view what) {
  what_ = what;
  begin_ = Clock::now();
  next_warning_ = deadlines_.stall;
  inquiry_.reset();
}

void Watchdog::look() {
  read_notes();
  const auto now = Clock::now();
  if (inquiry_) {
    // With nobody missing there is still hope: the last rank may have come a moment ago.
    const bool answered = missing().empty() && !inquiry_->final;
    if (answered || now > inquiry_->end) conclude();
  } else if (now - begin_ >= deadlines_.deadline) {
    if (may_ask()) {
      ask(true);
    } else if (now - begin_ >= deadlines_.deadline + 4 * grace_) {
      give_up("the ranks that keep track (0-" + std::to_string(askers - 1) + ") do not answer");
    }
  } else if (now - begin_ >= next_warning_ && may_ask()) {
    ask(false);
  }
}

bool Watchdog::may_ask() const noexcept { return size_ <= all_ask_up_to || rank_ < askers; }

void Watchdog::ask(bool final) {
  ++round_;
  inquiry_.emplace(Inquiry{final, Clock::now() + grace_, {}});
  for (int rank = 0; rank < size_; ++rank) {
    if (rank != rank_) notes_.send(rank, {Note::Kind::question, round_, operation_, what_});
  }
}

void Watchdog::read_notes() {
  while (const auto note = notes_.receive()) {
    if (note->kind == Note::Kind::verdict) {
      throw Error(ExitCode::internal, what_, "rank " + std::to_string(rank_), waited() + note->text,
                  "rank " + std::to_string(note->from) + " gave up first; look at the missing ranks' logs and hosts");
    }
    last_seen_[note->from] = *note;
    if (note->kind == Note::Kind::question) {
      notes_.send(note->from, {Note::Kind::answer, note->round, operation_, what_});
    } else if (inquiry_ && note->round == round_) {  // older answers tell where a rank was, not where it is
      inquiry_->answers[note->from] = *note;
    }
  }
}

void Watchdog::conclude() {
  const auto absent = missing();
  if (inquiry_->final) give_up(reason(absent));
  warn(absent);
  next_warning_ = 2 * (Clock::now() - begin_);
  inquiry_.reset();
}

void Watchdog::warn(const std::vector<int>& missing) const {
  if (!inquiry_->answers.empty() && inquiry_->answers.begin()->first < rank_) return;  // one line, of the lowest rank
  const auto seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
  std::fprintf(stderr, "genloss: warning: waiting for %s since %.0f s: %s\n", what_.c_str(), seconds,
               reason(missing).c_str());
}

void Watchdog::give_up(const std::string& reason) {
  if (inquiry_) {
    for (const auto& answer : inquiry_->answers) {
      notes_.send(answer.first, {Note::Kind::verdict, round_, operation_, reason});
    }
    notes_.flush(milliseconds(200));
  }
  throw Error(ExitCode::internal, what_, "rank " + std::to_string(rank_), waited() + reason,
              "look at those ranks' logs and hosts; then run the same command again, sealed work is kept");
}

std::vector<int> Watchdog::missing() const {
  std::vector<int> ranks;
  for (int rank = 0; rank < size_; ++rank) {
    if (rank != rank_ && !inquiry_->answers.contains(rank)) ranks.push_back(rank);
  }
  return ranks;
}

std::string Watchdog::reason(const std::vector<int>& missing) const {
  if (!missing.empty()) {
    std::string text = name_ranks(missing, hosts_) + (missing.size() == 1 ? " has" : " have") + " not arrived";
    const auto seen = last_seen_.find(missing.front());
    if (missing.size() == 1 && seen != last_seen_.end()) text += "; last seen waiting for '" + seen->second.text + "'";
    return text;
  }
  std::string elsewhere;
  for (const auto& [rank, note] : inquiry_->answers) {
    if (note.operation == operation_ && note.text == what_) continue;
    elsewhere += (elsewhere.empty() ? "" : ", ") + name_ranks(std::span(&rank, 1), hosts_) + " in '" + note.text + "'";
  }
  if (!elsewhere.empty()) return "all ranks wait, but for different things: " + elsewhere;
  return "all ranks have arrived, but the data does not; check the network between them";
}

std::string Watchdog::waited() const {
  const auto seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "waited %.1f s: ", seconds);
  return text.data();
}

}  // namespace genloss::comms
