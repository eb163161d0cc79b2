#pragma once
// Who is missing when a wait gets long. MPI cannot tell; so ranks that wait ask the others where they are, on a
// communicator of their own, and ranks that wait answer. Who does not answer is computing, stopped or dead: he is the
// one that is waited for.

#include <mpi.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <string_view>

#include "comms/communicator.hpp"
#include "comms/mpi_handle.hpp"

namespace genloss::comms {

class Watchdog {
 public:
  Watchdog(MPI_Comm parent, Deadlines deadlines);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// An operation begins; operations are numbered alike on all ranks.
  void begin(std::string_view what);
  /// Called now and then while the operation is waited for. Warns once after the stall time (rank 0).
  /// @throws Error(internal) after the deadline, naming the operation and the ranks that did not answer
  void waiting();

 private:
  using Clock = std::chrono::steady_clock;
  struct Note {
    std::uint64_t operation = 0;
    std::uint32_t asks = 0;  ///< 1: tell me where you are
    std::array<char, 52> what{};
  };
  void tell(int rank, bool asks);
  void ask_all();
  void read_notes();
  [[nodiscard]] std::string missing() const;

  MpiHandle notes_;
  Deadlines deadlines_;
  int rank_ = 0, size_ = 1;
  std::uint64_t operation_ = 0;
  std::string what_;
  Clock::time_point begin_, last_look_, asked_;
  bool warned_ = false, has_asked_ = false;
  std::map<int, Note> seen_;  // latest note of each rank
  struct Outgoing {
    Note note;
    MPI_Request request = MPI_REQUEST_NULL;
  };
  std::list<Outgoing> outgoing_;
};

}  // namespace genloss::comms
