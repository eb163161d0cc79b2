#pragma once
// Who is missing when a wait gets long. MPI cannot tell; so a rank that has waited for long asks the others where they
// are, and ranks that wait answer. Who does not answer is computing, stopped or dead: that is the one waited for.

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

  /// An operation begins; operations are numbered alike on all ranks.
  void begin(std::string_view what);
  /// A message that has been announced is taken in: not an operation of all ranks, so it has no number.
  void receiving(std::string_view what);
  /// Called every few milliseconds while the operation is waited for. After the stall time the lowest waiting rank
  /// warns on stderr, and again each time the wait has doubled.
  /// @throws Error(internal) after the deadline, naming the operation and the missing ranks; all ranks that wait throw
  ///         the same cause at nearly the same time
  void look();

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
  void conclude();
  void warn(const std::vector<int>& missing) const;
  [[noreturn]] void give_up(const std::string& reason);
  [[nodiscard]] std::vector<int> missing() const;
  [[nodiscard]] std::string reason(const std::vector<int>& missing) const;
  [[nodiscard]] std::string waited() const;

  Notes notes_;
  Deadlines deadlines_;
  Clock::duration grace_;  ///< how long a waiting rank may take to answer
  int rank_ = 0, size_ = 1;
  std::vector<std::string> hosts_;
  std::uint64_t operation_ = 0;
  std::string what_;
  Clock::time_point begin_;
  Clock::duration next_warning_{};
  std::uint32_t round_ = 0;
  std::optional<Inquiry> inquiry_;
  std::map<int, Note> last_seen_;
};

}  // namespace genloss::comms
