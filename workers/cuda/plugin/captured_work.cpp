#include "workers/cuda/plugin/captured_work.hpp"

#include <c10/cuda/CUDAGuard.h>
#include <c10/util/Exception.h>

#include <atomic>
#include <exception>

namespace genloss::workers::cuda {
namespace {

using comms::nccl::cuda_check;
namespace allocator = c10::cuda::CUDACachingAllocator;

/// Calls that are run before one is captured: libraries set themselves up in the first, which no graph may contain.
constexpr int calls_before_capture = 2;

/// Nothing else in this process makes such pools.
c10::MempoolId_t new_pool() {
  static std::atomic<c10::CaptureId_t> last{0};
  return {0, ++last};
}

}  // namespace

CapturedWork::CapturedWork(std::function<void()> work, c10::DeviceIndex device)
    : work_(std::move(work)),
      stream_(c10::cuda::getStreamFromPool(/*isHighPriority=*/false, device)),
      pool_(new_pool()) {}

CapturedWork::~CapturedWork() {
  if (graph_ != nullptr) (void)cudaGraphExecDestroy(graph_);
  if (has_pool_) allocator::releasePool(stream_.device_index(), pool_);
}

void CapturedWork::operator()() {
  const auto caller = c10::cuda::getCurrentCUDAStream(stream_.device_index());
  before_.record(caller.stream());
  before_.order_before(stream_.stream());
  {
    const c10::cuda::CUDAStreamGuard guard(stream_);
    if (way_ == Way::run && calls_ == calls_before_capture) way_ = Way::capture;
    if (way_ == Way::capture) capture();
    if (way_ == Way::launch) {
      cuda_check(cudaGraphLaunch(graph_, stream_.stream()), "launch a graph");
    } else {
      work_();
    }
    ++calls_;
  }
  after_.record(stream_.stream());
  after_.order_before(caller.stream());
}

/// @throws c10::OutOfMemoryError
void CapturedWork::capture() {
  allocator::emptyCache();  // what the runs needed; the graph has memory of its own
  try {
    record();
    way_ = Way::launch;
  } catch (const c10::OutOfMemoryError&) {
    give_up();
    throw;
  } catch (const std::exception& error) {
    give_up();
    TORCH_WARN("kernels are launched one by one, which is slower: no CUDA graph of them can be captured: ",
               error.what());
  }
}

void CapturedWork::record() {
  const c10::DeviceIndex device = stream_.device_index();
  const cudaStream_t stream = stream_.stream();
  allocator::beginAllocateToPool(device, pool_, [stream](cudaStream_t other) { return other == stream; });
  has_pool_ = true;
  std::exception_ptr error;
  cudaGraph_t graph = nullptr;
  // Other threads may go on calling CUDA. LibTorch's backward thread works on this stream, so it is captured too.
  cudaError_t code = cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal);
  if (code == cudaSuccess) {
    allocator::get()->markCaptureBegin(device);
    try {
      work_();
    } catch (...) {
      error = std::current_exception();
    }
    code = cudaStreamEndCapture(stream, &graph);
    allocator::get()->markCaptureEnd(device);
  }
  allocator::endAllocateToPool(device, pool_);
  if (code == cudaSuccess && !error) code = cudaGraphInstantiate(&graph_, graph, 0);
  if (graph != nullptr) (void)cudaGraphDestroy(graph);
  if (error) std::rethrow_exception(error);
  cuda_check(code, "capture a graph");
}

void CapturedWork::give_up() {
  way_ = Way::run;
  (void)cudaGetLastError();  // told; LibTorch would take it for one of its own
  if (has_pool_) allocator::releasePool(stream_.device_index(), pool_);
  has_pool_ = false;
}

}  // namespace genloss::workers::cuda
