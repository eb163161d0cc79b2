#include "workers/sampling/sample_queue.hpp"

#include <chrono>

namespace genloss::workers {

SampleQueue::SampleQueue(std::uint64_t first, std::uint64_t count)
    : next_(first), end_(first + count), next_ready_(first) {}

std::optional<std::uint64_t> SampleQueue::next() {
  const std::lock_guard lock(mutex_);
  if (failed_ || next_ == end_) return std::nullopt;
  return next_++;
}

void SampleQueue::finish(Sample sample) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t id = sample.id;
  waiting_.emplace(id, std::move(sample));
  ++finished_;
  changed_.notify_one();
}

std::vector<Sample> SampleQueue::take_ready(int milliseconds) {
  std::unique_lock lock(mutex_);
  const auto ready = [this] { return failed_ || (!waiting_.empty() && waiting_.begin()->first == next_ready_); };
  if (milliseconds > 0) changed_.wait_for(lock, std::chrono::milliseconds(milliseconds), ready);
  std::vector<Sample> taken;
  for (; !waiting_.empty() && waiting_.begin()->first == next_ready_; ++next_ready_) {
    taken.push_back(std::move(waiting_.begin()->second));
    waiting_.erase(waiting_.begin());
  }
  return taken;
}

std::uint64_t SampleQueue::finished() const {
  const std::lock_guard lock(mutex_);
  return finished_;
}

void SampleQueue::fail() {
  const std::lock_guard lock(mutex_);
  failed_ = true;
  changed_.notify_all();
}

bool SampleQueue::failed() const {
  const std::lock_guard lock(mutex_);
  return failed_;
}

}  // namespace genloss::workers
