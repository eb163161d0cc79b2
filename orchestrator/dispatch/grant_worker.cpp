#include "orchestrator/dispatch/grant_worker.hpp"

#include <utility>

namespace genloss::orchestrator {
namespace {

constexpr double short_item = 0.002;  // seconds
constexpr int most_ahead = 16;

}  // namespace

GrantWorker::GrantWorker(std::uint32_t pass, bool ahead_of_time, Tell tell)
    : pass_(pass), ahead_of_time_(ahead_of_time), tell_(std::move(tell)) {}

void GrantWorker::begin() {
  say(Request::Kind::want);
  if (ahead_of_time_) say(Request::Kind::want);
}

bool GrantWorker::heard(const Reply& reply) {
  if (reply.pass != pass_) return false;  // a late message of an earlier pass
  if (reply.kind == Reply::Kind::item) items_.push_back(reply.item);
  if (reply.kind == Reply::Kind::finish) dismissed_ = true;
  if (reply.kind == Reply::Kind::lost) lost_ = true;
  if (reply.kind != Reply::Kind::stop) return false;
  stopping_ = true;
  return true;
}

std::optional<std::uint64_t> GrantWorker::next(double now) {
  while (!items_.empty()) {
    item_ = items_.front();
    items_.pop_front();
    began_ = now;
    if (!stopping_) return item_;
    give_back(item_);  // begun items are finished, these are not begun
  }
  return std::nullopt;
}

void GrantWorker::give_back(std::uint64_t item) {
  say(Request::Kind::unstarted, item);
  say(Request::Kind::want);
}

void GrantWorker::ended(const ItemEnd& end) {
  if (end.kind == ItemEnd::Kind::stopped) stopping_ = true;
  say(Request::Kind::complete, item_, end);
}

void GrantWorker::failed() {
  stopping_ = true;
  say(Request::Kind::failed);
  give_back(item_);
}

void GrantWorker::stop() {
  if (std::exchange(stopping_, true)) return;
  say(Request::Kind::stop);
}

void GrantWorker::about_to_wait(double now) {
  if (dismissed_ || stopping_ || !ahead_of_time_ || ahead_ == most_ahead || now - began_ > short_item) return;
  ++ahead_;
  say(Request::Kind::want);
}

}  // namespace genloss::orchestrator
