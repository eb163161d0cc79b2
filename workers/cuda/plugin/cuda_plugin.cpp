// libgenloss_cuda.so: the GPUs behind workers/accelerator/accelerator.hpp. Built from the wheels' c10_cuda, NCCL and
// CUDA runtime; kernels come from libtorch_cuda.so, which the program has loaded before.

#include <ATen/Context.h>
#include <c10/cuda/CUDAStream.h>

#include <cstdlib>
#include <exception>

#include "comms/nccl/nccl_queue.hpp"
#include "jobs/error.hpp"
#include "workers/accelerator/accelerator.hpp"
#include "workers/cuda/device_decoder.hpp"
#include "workers/cuda/device_engine.hpp"
#include "workers/cuda/plugin/captured_work.hpp"

namespace genloss::workers::cuda {
namespace {

using comms::nccl::NcclCommunicator;

cudaStream_t current_stream() { return c10::cuda::getCurrentCUDAStream().stream(); }

/// By page-locked memory of LibTorch's pool, which keeps it until the copy is done.
at::Tensor upload(const at::Tensor& host, at::Device device) {
  return host.pin_memory().to(device, /*non_blocking=*/true);
}

/// What keeps equal inputs giving equal bits on equal GPUs. Before cuBLAS is first used.
void ask_for_reproducible_kernels() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread of LibTorch reads it
  ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
  at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/false);
  at::globalContext().setDeterministicFillUninitializedMemory(false);
  at::globalContext().setBenchmarkCuDNN(false);
}

void check_torch() {
  if (at::hasCUDA()) return;
  throw Error(ExitCode::missing_resource, "use runtime.device = cuda:", "LibTorch", "it has no CUDA side",
              "libtorch_cuda.so of the same wheel has to be there (docs/install.md), or use runtime.device = cpu");
}

class CudaAccelerator final : public Accelerator {
 public:
  CudaAccelerator(comms::Communicator& ranks, const comms::Deadlines& deadlines)
      : nccl_(NcclCommunicator::create(ranks, deadlines)),
        device_(at::kCUDA, static_cast<c10::DeviceIndex>(nccl_->device().index)),
        queue_(*nccl_, current_stream) {
    at::globalContext().lazyInitDevice(at::kCUDA);
  }

  [[nodiscard]] std::string description() const override {
    return nccl_->device().name + ", NCCL " + comms::nccl::nccl_version_text(comms::nccl::versions().nccl);
  }
  [[nodiscard]] std::unique_ptr<TrainingEngine> training_engine(const jobs::TrainingSection& training,
                                                                const Network& network, std::span<const float> start,
                                                                comms::Communicator& ranks) override {
    at::globalContext().setDeterministicAlgorithms(training.reduction == jobs::Reduction::exact, false);
    return std::make_unique<DeviceEngine>(training, network, start, torch_device(), queue_, ranks);
  }
  /// Its scatters go to one place each, so their order does not matter, but LibTorch would refuse them.
  [[nodiscard]] std::unique_ptr<TokenDecoder> decoder(const Weights& weights, int rows) override {
    at::globalContext().setDeterministicAlgorithms(false, false);
    return std::make_unique<DeviceDecoder>(weights, torch_device(), rows);
  }

 private:
  [[nodiscard]] TorchDevice torch_device() const {
    TorchDevice torch;
    torch.device = device_;
    torch.upload = [device = device_](const at::Tensor& host) { return upload(host, device); };
    torch.capture = [device = device_.index()](std::function<void()> work) -> std::function<void()> {
      return [captured = std::make_shared<CapturedWork>(std::move(work), device)] { (*captured)(); };
    };
    return torch;
  }

  std::unique_ptr<NcclCommunicator> nccl_;
  at::Device device_;
  comms::nccl::NcclQueue queue_;
};

class CudaPlugin final : public AcceleratorPlugin {
 public:
  [[nodiscard]] AcceleratorReport report() const noexcept override {
    AcceleratorReport report;
    try {
      describe(report);
    } catch (const Error& error) {
      report.problem = error.what();
      report.hint = error.hint();
    } catch (const std::exception& error) {
      report.problem = error.what();
    }
    return report;
  }

  [[nodiscard]] std::unique_ptr<Accelerator> open(comms::Communicator& ranks,
                                                  const comms::Deadlines& deadlines) const override {
    std::exception_ptr error;
    try {
      (void)comms::nccl::visible_devices();  // before LibTorch, whose words on a missing driver are many
      check_torch();
      ask_for_reproducible_kernels();
    } catch (...) {
      error = std::current_exception();
    }
    ranks.agree_on_errors(error, "GPUs");
    return std::make_unique<CudaAccelerator>(ranks, deadlines);
  }

 private:
  static void describe(AcceleratorReport& report) {
    const comms::nccl::Versions versions = comms::nccl::versions();
    if (versions.driver > 0) report.driver = comms::nccl::cuda_version_text(versions.driver);
    report.runtime = comms::nccl::cuda_version_text(versions.runtime);
    report.nccl = comms::nccl::nccl_version_text(versions.nccl);
    for (const auto& device : comms::nccl::visible_devices()) {
      report.devices.push_back({device.index, device.name, comms::nccl::uuid_text(device.uuid), device.memory,
                                std::to_string(device.compute_major) + "." + std::to_string(device.compute_minor)});
    }
  }
};

}  // namespace
}  // namespace genloss::workers::cuda

extern "C" __attribute__((visibility("default"))) const genloss::workers::AcceleratorPlugin* genloss_accelerator(
    int interface) {
  static const genloss::workers::cuda::CudaPlugin plugin;
  return interface == genloss::workers::accelerator_interface ? &plugin : nullptr;
}
