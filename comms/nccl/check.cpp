#include "comms/nccl/check.hpp"

#include "jobs/error.hpp"

namespace genloss::comms::nccl {
namespace {

struct Diagnosis {
  ExitCode code;
  const char* hint;
};

Diagnosis diagnose(cudaError_t code) {
  switch (code) {
    case cudaErrorInsufficientDriver:
      return {ExitCode::missing_resource,
              "the NVIDIA driver is missing or older than CUDA 13 needs (580): install or load a newer one, or use "
              "runtime.device = cpu"};
    case cudaErrorNoDevice:
    case cudaErrorInvalidDevice:
      return {ExitCode::missing_resource,
              "no GPU can be seen: look at nvidia-smi, CUDA_VISIBLE_DEVICES and the GPUs of the job, or use "
              "runtime.device = cpu"};
    case cudaErrorDevicesUnavailable:
      return {ExitCode::missing_resource, "another program holds the GPU alone: look at nvidia-smi"};
    case cudaErrorMemoryAllocation:
      return {ExitCode::missing_resource,
              "lower training.micro_batch, use more ranks, or training.precision = bf16; nvidia-smi shows who uses the "
              "memory"};
    default:
      return {ExitCode::internal, "nvidia-smi and the kernel log (dmesg, Xid lines) tell whether the GPU failed"};
  }
}

}  // namespace

void cuda_check(cudaError_t code, std::string_view what) {
  if (code == cudaSuccess) return;
  const Diagnosis found = diagnose(code);
  (void)cudaGetLastError();  // or the next, innocent call would report it again
  throw Error(found.code, "use the GPU:", std::string(what), cudaGetErrorString(code), found.hint);
}

std::string nccl_words(ncclResult_t result, ncclComm_t comm) {
  std::string words = ncclGetErrorString(result);
  const char* const last = ncclGetLastError(comm);
  if (last != nullptr && *last != '\0') words += std::string(" (") + last + ")";
  return words;
}

std::string nccl_version_text(int version) {
  return std::to_string(version / 10000) + "." + std::to_string(version / 100 % 100) + "." +
         std::to_string(version % 100);
}

std::string cuda_version_text(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version / 10 % 100);
}

}  // namespace genloss::comms::nccl
