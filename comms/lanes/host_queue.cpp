#include "comms/lanes/host_queue.hpp"

#include <cstdlib>
#include <cstring>
#include <new>

namespace genloss::comms {

std::shared_ptr<std::byte> HostQueue::staging(std::size_t bytes) {
  auto* const memory = static_cast<std::byte*>(std::aligned_alloc(64, (bytes + 63) / 64 * 64));
  if (memory == nullptr) throw std::bad_alloc();
  return {memory, [](std::byte* p) { std::free(p); }};
}

void HostQueue::copy_to_host(std::byte* host, const void* device, std::size_t bytes) {
  std::memcpy(host, device, bytes);
}

void HostQueue::copy_to_device(void* device, const std::byte* host, std::size_t bytes) {
  std::memcpy(device, host, bytes);
}

}  // namespace genloss::comms
