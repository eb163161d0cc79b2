#include "comms/mpi/watchdog.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <thread>

#include "comms/rank_list.hpp"
#include "comms/world.hpp"
#include "jobs/error.hpp"
#include "jobs/heartbeat.hpp"
#include "jobs/numbers.hpp"

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

/// All watchdogs of this process, and the thread that MPI was started by: the only one that may call it.
struct Living {
  std::vector<Watchdog*> watchdogs;
  std::thread::id thread;
};
Living& living() {
  static Living all;
  return all;
}

/// A rank that works may be waited for on any of its communicators.
void answer_on_all(const char* doing) noexcept {
  if (std::this_thread::get_id() != living().thread) return;
  try {
    for (Watchdog* watchdog : living().watchdogs) watchdog->beat(doing);
  } catch (...) {  // the next wait meets it in order
    return;
  }
}

}  // namespace

Watchdog::~Watchdog() {
  auto& all = living().watchdogs;
  all.erase(std::remove(all.begin(), all.end(), this), all.end());
}

Watchdog::Watchdog(MPI_Comm parent, Deadlines deadlines)
    : notes_(MpiHandle::duplicate(parent, deadlines.deadline)),
      deadlines_(deadlines),
      grace_(std::clamp(deadlines.deadline / 10, milliseconds(500), milliseconds(5000))) {
  mpi_check(MPI_Comm_rank(notes_.comm(), &rank_), "rank");
  mpi_check(MPI_Comm_size(notes_.comm(), &size_), "size");
  hosts_ = gather_hosts(notes_.comm(), size_, deadlines.deadline);
  living().watchdogs.push_back(this);
  living().thread = std::this_thread::get_id();
  beat_hook = answer_on_all;
}

void Watchdog::begin(std::string_view what) {
  if (++operation_ > 1) done_ = what_;
  receiving(what);
}

void Watchdog::receiving(std::string_view what) {
  what_ = what;
  begin_ = Clock::now();
  next_warning_ = deadlines_.stall;
  inquiry_.reset();
}

void Watchdog::beat(const char* doing) {
  ++beats_;
  constexpr auto interval = milliseconds(20);
  const auto now = Clock::now();
  if (now < next_beat_) return;
  next_beat_ = now + interval;
  while (const auto note = notes_.receive()) {
    last_seen_[note->from] = {*note, now};
    if (note->kind == Note::Kind::verdict) verdict_ = *note;
    if (note->kind == Note::Kind::question) notes_.send(note->from, {Note::Kind::busy, note->round, beats_, doing});
  }
}

void Watchdog::look() {
  if (verdict_) take(*verdict_);
  read_notes();
  const auto now = Clock::now();
  if (inquiry_) {
    // With nobody missing there is still hope: the last rank may have come a moment ago.
    const bool answered = missing().empty() && !inquiry_->final;
    if (answered || now > inquiry_->end) conclude();
  } else if (now - begin_ >= deadlines_.deadline && now >= next_question_) {
    if (may_ask()) {
      ask(true);
    } else if (now - std::max(begin_, last_question_seen_) >= deadlines_.deadline + 4 * grace_) {
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
  while (const auto note = notes_.receive()) take(*note);
}

void Watchdog::take(const Note& note) {
  if (note.kind == Note::Kind::verdict) {
    throw Error(ExitCode::internal, "wait for", what_, note.text,
                "rank " + std::to_string(note.from) + " gave up first; look at the missing ranks' logs and hosts");
  }
  last_seen_[note.from] = {note, Clock::now()};
  if (note.kind == Note::Kind::question) {
    last_question_seen_ = Clock::now();
    notes_.send(note.from, {Note::Kind::answer, note.round, operation_, what_});
  } else if (inquiry_ && note.round == round_) {  // older answers tell where a rank was, not where it is
    inquiry_->answers[note.from] = note;
  }
}

bool Watchdog::heard_lately(int rank) const {
  const auto seen = last_seen_.find(rank);
  return seen != last_seen_.end() && Clock::now() - seen->second.time < deadlines_.deadline;
}

std::vector<int> Watchdog::silent() const {
  std::vector<int> ranks;
  for (const int rank : missing()) {
    if (!heard_lately(rank)) ranks.push_back(rank);
  }
  return ranks;
}

void Watchdog::conclude() {
  const auto absent = missing();
  if (inquiry_->final) {
    const auto lost = silent();
    const bool busy = std::any_of(inquiry_->answers.begin(), inquiry_->answers.end(),
                                  [](const auto& answer) { return answer.second.kind == Note::Kind::busy; });
    if (!lost.empty() || (absent.empty() && !busy)) give_up(reason(lost));
    next_question_ = Clock::now() + deadlines_.deadline / 4;
  }
  if (Clock::now() - begin_ >= next_warning_) {
    warn(absent);
    next_warning_ = 2 * (Clock::now() - begin_);
  }
  inquiry_.reset();
}

void Watchdog::warn(const std::vector<int>& missing) const {
  for (const auto& [rank, note] : inquiry_->answers) {  // one line, of the lowest rank that waits
    if (rank < rank_ && note.kind != Note::Kind::busy) return;
  }
  const std::string since = duration_text(std::chrono::duration<double>(Clock::now() - begin_).count());
  std::fprintf(stderr, "genloss: warning: waiting for %s since %s: %s\n", what_.c_str(), since.c_str(),
               reason(missing).c_str());
}

void Watchdog::give_up(const std::string& reason) {
  const std::string text =
      reason + " (limit: " + fixed_text(std::chrono::duration<double>(deadlines_.deadline).count(), 1) + " s)";
  if (inquiry_) {
    for (const auto& answer : inquiry_->answers) {
      notes_.send(answer.first, {Note::Kind::verdict, round_, operation_, text});
    }
    notes_.flush(milliseconds(200));
  }
  throw Error(ExitCode::internal, "wait for", what_, text,
              "look at those ranks' logs and hosts; then run the same command again, sealed work is kept");
}

std::string Watchdog::last_progress(int rank) const {
  const auto seen = last_seen_.find(rank);
  if (seen == last_seen_.end() || seen->second.note.text.empty()) {
    return done_.empty() ? "" : "; last progress: '" + done_ + "'";
  }
  const Note& note = seen->second.note;
  if (note.kind == Note::Kind::busy) {
    return "; last heard of busy with '" + note.text + "' (beat " + std::to_string(note.operation) + ")";
  }
  return "; last seen waiting for '" + note.text + "'";
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
    if (missing.size() == 1) text += last_progress(missing.front());
    return text;
  }
  std::string busy, elsewhere;
  for (const auto& [rank, note] : inquiry_->answers) {
    if (note.kind == Note::Kind::busy) {
      busy +=
          (busy.empty() ? "" : ", ") + name_ranks(std::span(&rank, 1), hosts_) + " is busy with '" + note.text + "'";
      continue;
    }
    if (note.operation == operation_ && note.text == what_) continue;
    elsewhere += (elsewhere.empty() ? "" : ", ") + name_ranks(std::span(&rank, 1), hosts_) + " in '" + note.text + "'";
  }
  if (!busy.empty()) return busy;
  if (!elsewhere.empty()) return "all ranks wait, but for different things: " + elsewhere;
  return "all ranks have arrived, but the data does not; check the network between them";
}

}  // namespace genloss::comms
