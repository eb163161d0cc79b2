#pragma once
// Open MPI's return codes as errors, and a communicator handle that frees itself.

#include <mpi.h>

#include <chrono>
#include <string_view>
#include <utility>

#include "comms/buffer.hpp"
#include "comms/communicator.hpp"

namespace genloss::comms {

/// @throws Error(internal) with MPI's own words unless `code` is MPI_SUCCESS
void mpi_check(int code, std::string_view what);

/// Waits for a request of the set-up, before there is a watchdog that could name ranks.
/// @throws Error(internal) after `limit`
void finish_set_up(MPI_Request& request, std::chrono::milliseconds limit, std::string_view what);

[[nodiscard]] MPI_Datatype mpi_type(DType type) noexcept;
[[nodiscard]] MPI_Op mpi_op(ReduceOp op) noexcept;

/// Owns a communicator that we made; returns codes instead of ending the program.
class MpiHandle {
 public:
  MpiHandle() = default;
  explicit MpiHandle(MPI_Comm owned);
  ~MpiHandle();
  MpiHandle(const MpiHandle&) = delete;
  MpiHandle& operator=(const MpiHandle&) = delete;
  MpiHandle(MpiHandle&& other) noexcept : comm_(std::exchange(other.comm_, MPI_COMM_NULL)) {}
  MpiHandle& operator=(MpiHandle&& other) noexcept {
    std::swap(comm_, other.comm_);
    return *this;
  }
  /// Collective. @throws Error(internal) if not all ranks have come after `limit`
  [[nodiscard]] static MpiHandle duplicate(MPI_Comm comm, std::chrono::milliseconds limit);
  [[nodiscard]] MPI_Comm get() const noexcept { return comm_; }

 private:
  MPI_Comm comm_ = MPI_COMM_NULL;
};

}  // namespace genloss::comms
