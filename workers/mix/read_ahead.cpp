#include "workers/mix/read_ahead.hpp"

#include <chrono>
#include <ctime>

#include "jobs/error.hpp"
#include "jobs/heartbeat.hpp"

namespace genloss::workers {
namespace {

constexpr auto between_beats = std::chrono::milliseconds(100);

double processor_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace

ReadAhead::ReadAhead(MixReader& mix, Steps steps) : mix_(mix), steps_(steps) {
  for (Buffer& buffer : buffers_) {
    buffer.bytes.resize(steps.count * mix.unit_bytes());
    buffer.weights.resize(steps.count);
  }
  thread_ = std::thread([this] { read_steps(); });
}

ReadAhead::~ReadAhead() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

bool ReadAhead::wait_for_room() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopping_ || read_ - released_ < std::size(buffers_); });
  return !stopping_;
}

void ReadAhead::read_steps() {
  try {
    for (std::uint64_t step = steps_.first; step < steps_.last && wait_for_room(); ++step) {
      Buffer& buffer = buffers_[(step - steps_.first) % std::size(buffers_)];
      const std::span<std::byte> units(buffer.bytes);
      const std::size_t each = mix_.unit_bytes();
      for (std::uint64_t i = 0; i < steps_.count; ++i) {
        buffer.weights[i] = mix_.read(step * steps_.stride + steps_.offset + i, units.subspan(i * each, each));
      }
      const std::lock_guard lock(mutex_);
      ++read_;
      times_.reading = processor_seconds();
      changed_.notify_all();
    }
  } catch (...) {
    const std::lock_guard lock(mutex_);
    error_ = std::current_exception();
    changed_.notify_all();
  }
}

ReadAhead::Units ReadAhead::next() {
  const auto begin = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  if (handed_out_) ++released_;
  handed_out_ = false;
  changed_.notify_all();
  if (steps_.first + released_ >= steps_.last) {
    throw Error(ExitCode::internal, "read ahead", "step " + std::to_string(steps_.last), "there is none");
  }
  while (!changed_.wait_for(lock, between_beats, [this] { return read_ > released_ || error_ != nullptr; })) {
    lock.unlock();
    beat("read the mix");
    lock.lock();
  }
  times_.waiting += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (read_ <= released_) std::rethrow_exception(error_);
  handed_out_ = true;
  const Buffer& buffer = buffers_[released_ % std::size(buffers_)];
  return {buffer.bytes, buffer.weights};
}

ReadAhead::Times ReadAhead::times() const {
  const std::lock_guard lock(mutex_);
  return times_;
}

}  // namespace genloss::workers
