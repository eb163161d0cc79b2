#include "comms/nccl/nccl_queue.hpp"

namespace genloss::comms::nccl {

// An event can be recorded again at once: who was told to wait for it waits for the mark of that time.

void NcclQueue::after_computation() {
  before_.record(computing_());
  before_.order_before(ranks_.stream());
}

void NcclQueue::all_reduce(Buffer data, ReduceOp op, std::string_view what) {
  after_computation();
  ranks_.start_all_reduce(data, op, what);
}

void NcclQueue::all_gather(ConstBuffer in, Buffer out, std::string_view what) {
  after_computation();
  ranks_.start_all_gather(in, out, what);
}

void NcclQueue::all_to_all(ConstBuffer in, Buffer out, std::string_view what) {
  after_computation();
  ranks_.start_all_to_all(in, out, what);
}

void NcclQueue::join() {
  after_.record(ranks_.stream());
  after_.order_before(computing_());
}

void NcclQueue::finish(std::string_view what) {
  done_.record(computing_());
  ranks_.wait_for(done_, what);
}

void NcclQueue::copy_to_host(std::byte* host, const void* device, std::size_t bytes) {
  cuda_check(cudaMemcpyAsync(host, device, bytes, cudaMemcpyDeviceToHost, computing_()), "copy to the host");
}

void NcclQueue::copy_to_device(void* device, const std::byte* host, std::size_t bytes) {
  cuda_check(cudaMemcpyAsync(device, host, bytes, cudaMemcpyHostToDevice, computing_()), "copy to the device");
}

}  // namespace genloss::comms::nccl
