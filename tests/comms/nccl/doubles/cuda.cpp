// The CUDA runtime's part of the doubles.

#include <cstdlib>
#include <map>
#include <set>

#include "tests/comms/nccl/doubles/machine.hpp"

namespace genloss::doubles {
namespace {

struct Machine {
  Script script;
  Counts counts;
  std::set<FakeStream*> streams;
  std::map<const void*, std::size_t> device_blocks;
  std::set<void*> pinned_blocks;
  FakeStream computing{.at_once = true};
  bool expects_order = false;
  int device = 0;
};
Machine& machine() {
  static Machine instance;
  return instance;
}

FakeStream& stream_of(cudaStream_t stream) {
  return stream == nullptr ? machine().computing : *reinterpret_cast<FakeStream*>(stream);
}
FakeEvent& event_of(cudaEvent_t event) { return *reinterpret_cast<FakeEvent*>(event); }

class Mark final : public Work {
 public:
  [[nodiscard]] bool advance() override { return reached = true; }
  bool reached = false;
};

class Wait final : public Work {
 public:
  explicit Wait(std::shared_ptr<Work> mark) : mark_(std::move(mark)) {}
  [[nodiscard]] bool advance() override { return !mark_ || static_cast<const Mark&>(*mark_).reached; }

 private:
  std::shared_ptr<Work> mark_;
};

class Copy final : public Work {
 public:
  Copy(void* to, const void* from, std::size_t bytes) : to_(to), from_(from), bytes_(bytes) {}
  [[nodiscard]] bool advance() override {
    std::memcpy(to_, from_, bytes_);
    return true;
  }

 private:
  void* to_;
  const void* from_;
  std::size_t bytes_;
};

}  // namespace

void start_anew() {
  machine().script = {};
  machine().counts = {};
  machine().expects_order = false;
  machine().computing.queue.clear();
}
Script& script() noexcept { return machine().script; }
Counts& counts() noexcept { return machine().counts; }
void expect_order(bool expected) noexcept { machine().expects_order = expected; }
bool expects_order() noexcept { return machine().expects_order; }
cudaStream_t computing_stream() noexcept { return nullptr; }

std::string complaints() {
  const Counts& c = counts();
  std::string text;
  const auto say = [&](const char* what, std::int64_t number) {
    if (number != 0) text += std::string(text.empty() ? "" : ", ") + std::to_string(number) + " " + what;
  };
  say("communicators left", c.communicators);
  say("streams left", c.streams);
  say("events left", c.events);
  say("device blocks left", c.device_blocks);
  say("pinned blocks left", c.pinned_blocks);
  say("uses after abort", c.use_after_abort);
  say("calls while in progress", c.impatient);
  say("destroyed without finalize", c.unfinalized);
  say("destroyed after an error", c.destroyed_after_error);
  say("copies that block the host", c.blocking_copies);
  say("operations not ordered behind computation", c.unordered);
  return text;
}

void progress() {
  bool moved = true;
  const auto run = [&](FakeStream& stream) {
    while (!stream.queue.empty()) {
      const auto work = stream.queue.front();  // it may be dropped from the queue by what it does
      if (!work->advance()) break;
      if (!stream.queue.empty() && stream.queue.front() == work) stream.queue.pop_front();
      moved = true;
    }
  };
  while (moved) {
    moved = false;
    for (FakeStream* stream : machine().streams) run(*stream);
    run(machine().computing);
  }
}

void FakeStream::push(std::shared_ptr<Work> work) {
  queue.push_back(std::move(work));
  if (!at_once) return;
  // A device would wait inside the stream; here the caller does, but not for ever: hangs are being tested.
  const double end = MPI_Wtime() + script().wait_limit;
  for (progress(); !queue.empty() && MPI_Wtime() < end;) progress();
}

}  // namespace genloss::doubles

using namespace genloss::doubles;  // NOLINT: what follows is the C interface

extern "C" {

cudaError_t cudaGetDeviceCount(int* count) {
  *count = script().driver == cudaSuccess ? script().devices : 0;
  return script().driver;
}
cudaError_t cudaSetDevice(int device) {
  if (script().driver != cudaSuccess) return script().driver;
  if (device < 0 || device >= script().devices) return cudaErrorInvalidDevice;
  machine().device = device;
  return cudaSuccess;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  if (script().driver != cudaSuccess) return script().driver;
  *properties = {};
  std::strcpy(properties->name, "Double of a GPU");
  for (int i = 0; i < 16; ++i) properties->uuid.bytes[i] = static_cast<char>(i == 15 ? device : 16 * i + i);
  properties->totalGlobalMem = std::size_t{80} << 30;
  properties->major = 9;
  return cudaSuccess;
}
cudaError_t cudaDriverGetVersion(int* version) {
  *version = 13000;
  return script().driver;
}
cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = 13000;
  return cudaSuccess;
}
const char* cudaGetErrorString(cudaError_t error) {
  return error == cudaErrorInsufficientDriver ? "CUDA driver version is insufficient for CUDA runtime version"
         : error == cudaErrorNoDevice         ? "no CUDA-capable device is detected"
                                              : "some CUDA error";
}
cudaError_t cudaGetLastError() { return cudaSuccess; }

cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
  *memory = std::malloc(bytes);
  machine().device_blocks[*memory] = bytes;
  ++counts().device_blocks;
  return cudaSuccess;
}
cudaError_t cudaFree(void* memory) {
  if (memory == nullptr) return cudaSuccess;
  progress();  // CUDA waits for the device before it lets go of memory
  if (machine().device_blocks.erase(memory) == 0) return cudaErrorInvalidValue;
  --counts().device_blocks;
  std::free(memory);
  return cudaSuccess;
}
cudaError_t cudaHostAlloc(void** memory, std::size_t bytes, unsigned int) {
  *memory = std::malloc(bytes);
  machine().pinned_blocks.insert(*memory);
  ++counts().pinned_blocks;
  return cudaSuccess;
}
cudaError_t cudaFreeHost(void* memory) {
  progress();
  if (machine().pinned_blocks.erase(memory) == 0) return cudaErrorInvalidValue;
  --counts().pinned_blocks;
  std::free(memory);
  return cudaSuccess;
}
cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* attributes, const void* memory) {
  *attributes = {};
  const auto& blocks = machine().device_blocks;
  auto after = blocks.upper_bound(memory);
  const bool inside =
      after != blocks.begin() && static_cast<const std::byte*>(memory) <
                                     static_cast<const std::byte*>(std::prev(after)->first) + std::prev(after)->second;
  attributes->type = inside ? cudaMemoryTypeDevice : cudaMemoryTypeUnregistered;
  return cudaSuccess;
}
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, cudaStream_t stream) {
  auto* const host = kind == cudaMemcpyDeviceToHost ? to : const_cast<void*>(from);
  if (!machine().pinned_blocks.contains(host)) ++counts().blocking_copies;
  stream_of(stream).push(std::make_shared<Copy>(to, from, bytes));
  return cudaSuccess;
}

cudaError_t cudaDeviceGetStreamPriorityRange(int* lowest, int* highest) {
  *lowest = 0;
  *highest = -5;
  return cudaSuccess;
}
cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned int, int) {
  auto* const made = new FakeStream;
  machine().streams.insert(made);
  ++counts().streams;
  *stream = reinterpret_cast<cudaStream_t>(made);
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  auto* const old = reinterpret_cast<FakeStream*>(stream);
  if (machine().streams.erase(old) == 0) return cudaErrorInvalidValue;
  --counts().streams;
  delete old;
  return cudaSuccess;
}
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned int) {
  stream_of(stream).ordered = true;
  stream_of(stream).push(std::make_shared<Wait>(event_of(event).mark));
  return cudaSuccess;
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned int) {
  *event = reinterpret_cast<cudaEvent_t>(new FakeEvent);
  ++counts().events;
  return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete &event_of(event);
  --counts().events;
  return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  event_of(event).mark = std::make_shared<Mark>();
  stream_of(stream).push(event_of(event).mark);
  return cudaSuccess;
}
cudaError_t cudaEventQuery(cudaEvent_t event) {
  progress();
  const auto& mark = event_of(event).mark;
  return !mark || static_cast<const Mark&>(*mark).reached ? cudaSuccess : cudaErrorNotReady;
}

}  // extern "C"
