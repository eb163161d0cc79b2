#include "storage/files/integrity_time.hpp"

#include <atomic>

namespace genloss::storage {
namespace {

using Clock = std::chrono::steady_clock;

std::atomic<Clock::rep> spent{0};
thread_local bool inside = false;

}  // namespace

double integrity_seconds() noexcept { return std::chrono::duration<double>(Clock::duration(spent.load())).count(); }

IntegrityTimer::IntegrityTimer() noexcept : outermost_(!inside) {
  if (!outermost_) return;
  inside = true;
  begin_ = Clock::now();
}

IntegrityTimer::~IntegrityTimer() {
  if (!outermost_) return;
  spent += (Clock::now() - begin_).count();
  inside = false;
}

}  // namespace genloss::storage
