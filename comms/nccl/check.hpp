#pragma once
// Return codes of the CUDA runtime and of NCCL as errors of the house.

#include <cuda_runtime_api.h>
#include <nccl.h>

#include <string>
#include <string_view>

namespace genloss::comms::nccl {

/// @throws Error(missing_resource) if driver, device or memory is not there, Error(internal) for anything else
void cuda_check(cudaError_t code, std::string_view what);

/// Whether a call was taken: ncclInProgress means that the answer is to be polled for.
[[nodiscard]] constexpr bool accepted(ncclResult_t result) noexcept {
  return result == ncclSuccess || result == ncclInProgress;
}
/// NCCL's words for `result`, with what it noted last if that says more. @param comm may be null
[[nodiscard]] std::string nccl_words(ncclResult_t result, ncclComm_t comm);

/// 23007 -> "2.30.7"; also CUDA's numbers, 13000 -> "13.0".
[[nodiscard]] std::string nccl_version_text(int version);
[[nodiscard]] std::string cuda_version_text(int version);

}  // namespace genloss::comms::nccl
