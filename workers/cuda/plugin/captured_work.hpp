#pragma once
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAStream.h>

#include <functional>

#include "comms/nccl/cuda_objects.hpp"

namespace genloss::workers::cuda {

/// Work of many small kernels that is done again and again on the same memory. The first calls run it; then it is
/// captured as a CUDA graph, and every later call is one launch of the same kernels: the host is too slow to launch
/// them one by one. What cannot be captured goes on being run. Calls queue behind the caller's stream, which waits.
class CapturedWork {
 public:
  CapturedWork(std::function<void()> work, c10::DeviceIndex device);
  ~CapturedWork();
  CapturedWork(const CapturedWork&) = delete;
  CapturedWork& operator=(const CapturedWork&) = delete;

  void operator()();

 private:
  enum class Way { run, capture, launch };
  void capture();
  void record();
  void give_up();

  std::function<void()> work_;
  c10::cuda::CUDAStream stream_;  // the default stream cannot be captured
  c10::MempoolId_t pool_;         // what the graph's kernels write to belongs to the graph
  bool has_pool_ = false;
  comms::nccl::Event before_, after_;
  cudaGraphExec_t graph_ = nullptr;
  Way way_ = Way::run;
  int calls_ = 0;
};

}  // namespace genloss::workers::cuda
