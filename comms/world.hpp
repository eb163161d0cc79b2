#pragma once
// The MPI guard: one object in main() that owns MPI_Init and MPI_Finalize.

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "comms/communicator.hpp"
#include "comms/farewell.hpp"

namespace genloss::comms {

/// Owns the MPI library for the life of the process. If no launcher is there (no mpirun / srun variables), MPI is not
/// started at all and the communicator is `self`: a laptop run needs no daemon. Never finalizes while an exception is
/// on its way: the others may be waiting for us (see main.cpp, which then calls abort()).
class World {
 public:
  World(int& argc, char**& argv);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  [[nodiscard]] int rank() const noexcept;
  [[nodiscard]] int size() const noexcept;
  /// A communicator over all ranks (a duplicate of MPI_COMM_WORLD, or self).
  [[nodiscard]] std::unique_ptr<Communicator> communicator(const Deadlines& deadlines) const;
  /// After an error: who is to tell what, and the code that all ranks leave with (see say_farewell). If not all have
  /// come to an end, the others are still waiting somewhere and have to be ended by abort().
  [[nodiscard]] Farewell say_farewell(const std::exception_ptr& error, std::chrono::milliseconds quiet) const noexcept;
  /// Waits until every rank has called this, at most `limit`. @return whether all have
  [[nodiscard]] bool leave_together(std::chrono::milliseconds limit) const noexcept;
  /// Ends all ranks at once.
  [[noreturn]] void abort(int exit_code) const noexcept;
  /// Name of the host this process runs on.
  [[nodiscard]] static std::string host_name();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace genloss::comms
