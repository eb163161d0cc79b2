#pragma once
// How ranks leave after errors: each tells what it met, one of them says it for all, all leave with one code.

#include <mpi.h>

#include <chrono>
#include <exception>
#include <string>

#include "comms/farewell.hpp"

namespace genloss::comms {

/// Called by every rank that leaves because of `error`. Waits until all ranks have come here, or none has come for
/// `quiet`. Only the lowest of the ranks that came gets something to tell. What other ranks only heard of (RemoteError)
/// is told only if the rank it happened on did not come. The bytes of a rank that ends before are lost, never waited
/// for.
[[nodiscard]] Farewell say_farewell(MPI_Comm comm, const std::exception_ptr& error, const std::string& host,
                                    std::chrono::milliseconds quiet);

/// The same for one rank alone.
[[nodiscard]] Farewell lone_farewell(const std::exception_ptr& error, int rank, const std::string& host);

}  // namespace genloss::comms
