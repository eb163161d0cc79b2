#pragma once
// Who is missing when a wait gets long. MPI cannot tell; so a rank that has waited for long asks the others where they
// are. Ranks that wait answer, and ranks that work answer from their beats (jobs/heartbeat.hpp). Who was not heard of
// for the whole deadline is stopped, dead or cut off: that is the one waited for.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "comms/communicator.hpp"
#include "comms/mpi/notes.hpp"

namespace genloss::comms {

class Watchdog {
 public:
  /// Collective.
  Watchdog(MPI_Comm parent, Deadlines deadlines);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// An operation begins; operations are numbered alike on all ranks.
  void begin(std::string_view what);
  /// A message that has been announced is taken in: not an operation of all ranks, so it has no number.
  void receiving(std::string_view what);
  /// Called every few milliseconds while the operation is waited for. After the stall time the lowest waiting rank
  /// warns on stderr, and again each time the wait has doubled.
  /// @throws Error(internal) naming the operation and the ranks that were not heard of for the deadline, with their
  /// last
  ///         progress; all ranks that wait throw the same at nearly the same time. Waits on for ranks that are busy.
  void look();
  [[nodiscard]] const std::string& host_of(int rank) const { return hosts_[static_cast<std::size_t>(rank)]; }
  /// The deadline is at least this from now on.
  void lengthen(std::chrono::milliseconds deadline) noexcept {
    deadlines_.deadline = std::max(deadlines_.deadline, deadline);
  }
  /// This rank works: answers questions that have come meanwhile.
  void beat(const char* doing);

 private:
  using Clock = std::chrono::steady_clock;
  /// A question to all and what came back. `final`: the deadline has passed, the answers decide.
  struct Inquiry {
    bool final = false;
    Clock::time_point end;
    std::map<int, Note> answers;
  };
  [[nodiscard]] bool may_ask() const noexcept;
  void ask(bool final);
  void read_notes();
  void take(const Note& note);
  [[nodiscard]] bool heard_lately(int rank) const;
  /// Ranks that did not answer and were not heard of for the deadline.
  [[nodiscard]] std::vector<int> silent() const;
  void conclude();
  void warn(const std::vector<int>& missing) const;
  [[noreturn]] void give_up(const std::string& reason);
  [[nodiscard]] std::string last_progress(int rank) const;
  [[nodiscard]] std::vector<int> missing() const;
  [[nodiscard]] std::string reason(const std::vector<int>& missing) const;

  Notes notes_;
  Deadlines deadlines_;
  Clock::duration grace_;  ///< how long a waiting rank may take to answer
  int rank_ = 0, size_ = 1;
  std::vector<std::string> hosts_;
  std::uint64_t operation_ = 0;
  std::string what_, done_;  ///< the operation that is waited for, and the one before
  Clock::time_point begin_;
  Clock::duration next_warning_{};
  std::uint32_t round_ = 0;
  std::optional<Inquiry> inquiry_;
  struct Seen {
    Note note;
    Clock::time_point time;
  };
  std::map<int, Seen> last_seen_;
  Clock::time_point next_question_;       ///< after the deadline, while somebody is busy
  Clock::time_point last_question_seen_;  ///< of a rank that keeps track
  std::optional<Note> verdict_;           ///< came while this rank worked
  Clock::time_point next_beat_;
  std::uint64_t beats_ = 0;
};

}  // namespace genloss::comms
