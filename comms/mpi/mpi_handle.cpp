#include "comms/mpi/mpi_handle.hpp"

#include <exception>
#include <string>
#include <thread>

#include "jobs/error.hpp"

namespace genloss::comms {

void mpi_check(int code, std::string_view what) {
  if (code == MPI_SUCCESS) return;
  char words[MPI_MAX_ERROR_STRING];
  int length = 0;
  MPI_Error_string(code, words, &length);
  throw Error(ExitCode::internal, "communicate", std::string(what),
              std::string(words, static_cast<std::size_t>(length)),
              "look at the other ranks' logs: one of them may have failed first");
}

void finish_set_up(MPI_Request& request, std::chrono::milliseconds limit, std::string_view what) {
  const auto end = std::chrono::steady_clock::now() + limit;
  for (;;) {
    int done = 0;
    mpi_check(MPI_Test(&request, &done, MPI_STATUS_IGNORE), what);
    if (done != 0) return;
    if (std::chrono::steady_clock::now() > end) {
      throw Error(ExitCode::internal, "communicate", std::string(what),
                  "not all ranks have come within " + std::to_string(limit.count()) + " ms",
                  "look at the other ranks' logs: one of them may have failed first");
    }
    std::this_thread::sleep_for(std::chrono::microseconds(50));
  }
}

MPI_Datatype mpi_type(DType type) noexcept {
  switch (type) {
    case DType::u8:
      return MPI_UINT8_T;
    case DType::i32:
      return MPI_INT32_T;
    case DType::i64:
      return MPI_INT64_T;
    case DType::u64:
      return MPI_UINT64_T;
    case DType::f32:
      return MPI_FLOAT;
    case DType::f64:
      return MPI_DOUBLE;
  }
  return MPI_DATATYPE_NULL;
}

MPI_Op mpi_op(ReduceOp op) noexcept { return op == ReduceOp::sum ? MPI_SUM : op == ReduceOp::max ? MPI_MAX : MPI_MIN; }

MpiHandle::MpiHandle(MPI_Comm owned) : comm_(owned) {
  if (comm_ != MPI_COMM_NULL) mpi_check(MPI_Comm_set_errhandler(comm_, MPI_ERRORS_RETURN), "set error handler");
}

MpiHandle::~MpiHandle() {
  int finalized = 0;
  MPI_Finalized(&finalized);
  // Freeing is collective: while unwinding, the others may never come.
  if (comm_ != MPI_COMM_NULL && finalized == 0 && std::uncaught_exceptions() == 0) MPI_Comm_free(&comm_);
}

MpiHandle MpiHandle::duplicate(MPI_Comm comm, std::chrono::milliseconds limit) {
  MPI_Comm copy = MPI_COMM_NULL;
  MPI_Request request = MPI_REQUEST_NULL;
  mpi_check(MPI_Comm_idup(comm, &copy, &request), "duplicate a communicator");
  finish_set_up(request, limit, "duplicate a communicator");
  return MpiHandle(copy);
}

}  // namespace genloss::comms
