#pragma once
// Owners of what the CUDA runtime hands out. They let go quietly: a destructor has nobody to tell.

#include <cuda_runtime_api.h>

#include <cstddef>
#include <memory>
#include <utility>

#include "comms/nccl/check.hpp"

namespace genloss::comms::nccl {

/// A queue of work of the current device, of high priority: communication must not wait behind computation.
class Stream {
 public:
  Stream() {
    int lowest = 0, highest = 0;
    cuda_check(cudaDeviceGetStreamPriorityRange(&lowest, &highest), "stream priorities");
    cuda_check(cudaStreamCreateWithPriority(&stream_, cudaStreamNonBlocking, highest), "create a stream");
  }
  ~Stream() {
    if (stream_ != nullptr) (void)cudaStreamDestroy(stream_);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  Stream(Stream&& other) noexcept : stream_(std::exchange(other.stream_, nullptr)) {}
  Stream& operator=(Stream&& other) noexcept {
    std::swap(stream_, other.stream_);
    return *this;
  }
  [[nodiscard]] cudaStream_t get() const noexcept { return stream_; }

 private:
  cudaStream_t stream_ = nullptr;
};

/// A mark in a stream that others can wait for.
class Event {
 public:
  Event() { cuda_check(cudaEventCreateWithFlags(&event_, cudaEventDisableTiming), "create an event"); }
  ~Event() {
    if (event_ != nullptr) (void)cudaEventDestroy(event_);
  }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  Event(Event&& other) noexcept : event_(std::exchange(other.event_, nullptr)) {}
  Event& operator=(Event&& other) noexcept {
    std::swap(event_, other.event_);
    return *this;
  }

  void record(cudaStream_t stream) { cuda_check(cudaEventRecord(event_, stream), "record an event"); }
  /// What `stream` is given from now on runs after the mark.
  void order_before(cudaStream_t stream) { cuda_check(cudaStreamWaitEvent(stream, event_, 0), "order streams"); }
  /// @throws Error(internal) if the device has failed
  [[nodiscard]] bool reached() const {
    const cudaError_t code = cudaEventQuery(event_);
    if (code == cudaErrorNotReady) return false;
    cuda_check(code, "work on the device");
    return true;
  }

 private:
  cudaEvent_t event_ = nullptr;
};

/// Bytes on the current device.
class DeviceMemory {
 public:
  explicit DeviceMemory(std::size_t bytes) { cuda_check(cudaMalloc(&data_, bytes), "allocate memory"); }
  ~DeviceMemory() { (void)cudaFree(data_); }
  DeviceMemory(const DeviceMemory&) = delete;
  DeviceMemory& operator=(const DeviceMemory&) = delete;
  [[nodiscard]] void* data() const noexcept { return data_; }

 private:
  void* data_ = nullptr;
};

/// Page-locked host memory: copies run at the bus's speed and beside computation.
[[nodiscard]] inline std::shared_ptr<std::byte> pinned_memory(std::size_t bytes) {
  void* memory = nullptr;
  cuda_check(cudaHostAlloc(&memory, bytes, cudaHostAllocDefault), "allocate page-locked memory");
  return {static_cast<std::byte*>(memory), [](std::byte* p) { (void)cudaFreeHost(p); }};
}

}  // namespace genloss::comms::nccl
