#include "orchestrator/retention/dropping.hpp"

#include <chrono>
#include <exception>

namespace genloss::orchestrator {

Dropping::Dropping(std::filesystem::path runs, Claimant self)
    : drops_(std::move(runs), std::move(self)), thread_([this] { work(); }) {}

Dropping::~Dropping() {
  {
    const std::lock_guard guard(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Dropping::drop(const Node& node, std::vector<RunPaths> views) {
  {
    const std::lock_guard guard(mutex_);
    waiting_.emplace_back(node, std::move(views));
    ++asked_;
  }
  changed_.notify_all();
}

void Dropping::mark() {
  const std::lock_guard guard(mutex_);
  marked_ = asked_;
}

bool Dropping::is_gone() {
  const std::lock_guard guard(mutex_);
  return done_ >= marked_;
}

void Dropping::finish(const std::function<void()>& waiting) {
  constexpr auto between = std::chrono::milliseconds(200);
  std::unique_lock guard(mutex_);
  while (!changed_.wait_for(guard, between, [this] { return done_ == asked_; })) {
    guard.unlock();
    waiting();
    guard.lock();
  }
}

void Dropping::work() {
  std::unique_lock guard(mutex_);
  for (;;) {
    changed_.wait(guard, [this] { return ended_ || !waiting_.empty(); });
    if (ended_) return;
    const auto [node, views] = std::move(waiting_.front());
    waiting_.pop_front();
    guard.unlock();
    Freed freed;
    std::string complaint;
    try {
      freed = drops_.drop(node, views);
    } catch (const std::exception& error) {  // it stays: the next start, or `genloss gc`, tries again
      complaint = error.what();
    }
    guard.lock();
    ++done_;
    freed_ += freed;
    if (!complaint.empty()) complaints_.push_back(complaint);
    changed_.notify_all();
  }
}

}  // namespace genloss::orchestrator
