#pragma once
// Test doubles of NCCL and the CUDA runtime: the functions that comms/nccl calls, over host memory. Data really moves
// between the ranks of the test program, over MPI; what goes wrong is chosen by the test.

#include <mpi.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include <cuda_runtime_api.h>
#include <nccl.h>

namespace genloss::doubles {

/// How the machine of this rank behaves.
struct Script {
  // the driver
  cudaError_t driver = cudaSuccess;  ///< answer of every look at devices
  int devices = 16;
  int nccl_version = NCCL_VERSION_CODE;
  ncclResult_t identifier = ncclSuccess;  ///< answer of ncclGetUniqueId
  // initialisation
  int init_polls = 3;               ///< asked so often, the communicator is still being made
  bool init_never_ends = false;     ///< this rank never shows up
  ncclResult_t init = ncclSuccess;  ///< answer of ncclCommInitRankConfig
  // operations
  int launch_polls = 0;         ///< asked so often after each operation, NCCL is still taking it in
  std::int64_t error_at = -1;   ///< in the so-many-th operation from now an asynchronous error appears
  std::int64_t hang_at = -1;    ///< from the so-many-th operation from now on nothing moves
  double wait_limit = 60;       ///< s that computation waits for an event at most
  std::int64_t damage_at = -1;  ///< the so-many-th operation from now delivers a wrong bit
};
[[nodiscard]] Script& script() noexcept;

/// What was called. The first group has to be zero after every test.
struct Counts {
  std::int64_t communicators = 0, streams = 0, events = 0, device_blocks = 0, pinned_blocks = 0;  // alive
  std::int64_t use_after_abort = 0;  ///< calls with a handle that was aborted or destroyed
  std::int64_t impatient = 0;        ///< calls while the communicator was still in progress
  std::int64_t unfinalized = 0;      ///< destroyed without finalize, or finalized with work under way
  std::int64_t destroyed_after_error = 0;
  std::int64_t blocking_copies =
      0;                       ///< between a device and memory that is not pinned: the host would wait, without end
  std::int64_t unordered = 0;  ///< operations that nothing ordered behind the computing stream
  // history
  std::int64_t inits = 0, finalizes = 0, destroys = 0, aborts = 0, operations = 0, polls = 0, bytes_sent = 0;
};
[[nodiscard]] Counts& counts() noexcept;
/// Empty if nothing was misused and nothing is left over; otherwise what.
[[nodiscard]] std::string complaints();

/// Connects this rank's doubles to those of `ranks` (duplicated, collective) with a fresh script and counts.
void connect(MPI_Comm ranks);
void disconnect();

/// A stream on which everything is done when the call returns, as a CPU computes: waiting for an event blocks. The
/// stream of "computation" in tests where LibTorch's tensors lie in host memory.
[[nodiscard]] cudaStream_t computing_stream() noexcept;
/// Whether operations on other streams have to be ordered behind computing_stream(): counted as `unordered`.
void expect_order(bool expected) noexcept;

}  // namespace genloss::doubles
