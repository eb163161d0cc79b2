#include "orchestrator/dispatch/granted_pass.hpp"

#include <chrono>
#include <deque>
#include <exception>
#include <optional>
#include <utility>

#include "comms/mailbox.hpp"
#include "jobs/error.hpp"
#include "orchestrator/dispatch/grant_server.hpp"
#include "orchestrator/dispatch/idle_wait.hpp"

namespace genloss::orchestrator {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto sign_of_life = std::chrono::seconds(5);
constexpr auto short_item = std::chrono::milliseconds(2);
constexpr int most_ahead = 16;

/// A rank other than 0: asks, works, reports. Holds the item it works on and the next, so that it never waits for a
/// grant; more of them where items are so short that the message would take longer.
class Worker {
 public:
  Worker(comms::Communicator& ranks, std::string_view what, std::uint32_t pass, const EndingWork& work,
         const PassOptions& options)
      : what_(what),
        pass_(pass),
        work_(work),
        options_(options),
        requests_(ranks, request_tag, "grant request"),
        replies_(ranks, reply_tag, "grant") {}

  void run() {
    tell(Request::Kind::want);
    if (options_.ahead_of_time) tell(Request::Kind::want);
    while (!finished_ || !items_.empty()) {
      if (items_.empty()) {
        wait_for_reply();
      } else {
        work_on_next();
        if (items_.empty()) ask_further_ahead();
      }
    }
  }
  [[nodiscard]] std::exception_ptr error() const { return error_; }

 private:
  void tell(Request::Kind kind, std::uint64_t item = 0, const ItemEnd& end = {}) {
    requests_.send(0, {kind, pass_, item, end});
    last_told_ = Clock::now();
  }

  /// Called when the rank is about to wait though it has worked.
  void ask_further_ahead() {
    if (finished_ || stopping_ || !options_.ahead_of_time || ahead_ == most_ahead || Clock::now() - began_ > short_item)
      return;
    ++ahead_;
    tell(Request::Kind::want);
  }

  void take_replies() {
    while (const auto received = replies_.poll()) {
      if (received->message.pass != pass_) continue;
      last_heard_ = Clock::now();
      if (received->message.kind == Reply::Kind::item) items_.push_back(received->message.item);
      if (received->message.kind == Reply::Kind::finish) finished_ = true;
      if (received->message.kind == Reply::Kind::stop) {
        stopping_ = true;
        options_.told_to_stop();
      }
    }
  }

  void wait_for_reply() {
    take_replies();
    notice_stop();
    if (!items_.empty() || finished_) return idle_.reset();
    if (std::chrono::duration<double>(Clock::now() - last_heard_).count() > options_.deadline_seconds) {
      throw Error(ExitCode::internal, "wait for", what_, "no answer from the coordinator (rank 0)",
                  "look at rank 0's log and host; run the same command again: finished items are kept");
    }
    options_.waiting();
    idle_.wait();
  }

  void work_on_next() {
    const std::uint64_t item = items_.front();
    items_.pop_front();
    if (stopping_) {  // begun items are finished, these are not begun
      tell(Request::Kind::unstarted, item);
      tell(Request::Kind::want);
      return;
    }
    began_ = Clock::now();
    try {
      const ItemEnd end = work_(item, [this](std::uint64_t) { beat(); });
      if (end.kind == ItemEnd::Kind::stopped) stopping_ = true;
      tell(Request::Kind::complete, item, end);
    } catch (...) {
      // The error is agreed on when the pass has ended; until then this rank only hands back what it holds.
      error_ = std::current_exception();
      stopping_ = true;
      tell(Request::Kind::failed);
      tell(Request::Kind::unstarted, item);
      tell(Request::Kind::want);
    }
    last_heard_ = Clock::now();
    if (items_.empty()) take_replies();
  }

  void beat() {
    if (Clock::now() - last_told_ > sign_of_life) tell(Request::Kind::alive);
    take_replies();
    notice_stop();
  }

  void notice_stop() {
    if (stopping_ || !options_.stop_requested()) return;
    stopping_ = true;
    tell(Request::Kind::stop);
  }

  std::string what_;
  std::uint32_t pass_;
  const EndingWork& work_;
  const PassOptions& options_;
  comms::Mailbox<Request> requests_;
  comms::Mailbox<Reply> replies_;
  std::deque<std::uint64_t> items_;
  bool finished_ = false, stopping_ = false;
  std::exception_ptr error_;
  IdleWait idle_;
  int ahead_ = 2;  // requests in flight and items in hand
  Clock::time_point last_told_ = Clock::now(), last_heard_ = Clock::now(), began_ = Clock::now();
};

/// Rank 0: serves, and below a certain number of ranks works too, serving from the heartbeat.
std::exception_ptr run_root(GrantServer& server, bool works, std::uint32_t pass, const EndingWork& work,
                            const PassOptions& options) {
  std::exception_ptr error;
  IdleWait idle;
  bool told = false;
  const auto serve = [&] {
    const bool served = server.serve();
    if (server.stopped() && !std::exchange(told, true)) options.told_to_stop();
    return served;
  };
  while (!server.finished()) {
    if (serve()) idle.reset();
    if (server.finished()) break;
    const Reply reply = works && !error ? server.answer(0, {Request::Kind::want, pass, 0, {}}) : Reply{};
    if (reply.kind != Reply::Kind::item) {
      options.waiting();
      idle.wait();
      continue;
    }
    idle.reset();
    std::optional<ItemEnd> end;
    try {
      end = work(reply.item, [&serve](std::uint64_t) { (void)serve(); });
    } catch (...) {
      error = std::current_exception();
      (void)server.answer(0, {Request::Kind::failed, pass, 0, {}});
      (void)server.answer(0, {Request::Kind::unstarted, pass, reply.item, {}});
    }
    if (end) server.ended_by_root(reply.item, *end);
  }
  return error;
}

}  // namespace

bool granted_pass(comms::Communicator& ranks, std::string_view what, ItemSource* items, const EndingWork& work,
                  const PassOptions& options) {
  const std::uint32_t pass = ranks.next_number();
  std::exception_ptr error;
  bool complete = true;
  if (ranks.is_root()) {
    GrantServer server(ranks, what, pass, *items, options);
    error = run_root(server, options.root_works && ranks.size() < ranks_with_working_root, pass, work, options);
    complete = server.complete();
  } else {
    Worker worker(ranks, what, pass, work, options);
    worker.run();
    error = worker.error();
  }
  ranks.agree_on_errors(error, what);
  return ranks.agree_max(complete ? 0 : 1, what) == 0;
}

bool granted_pass(comms::Communicator& ranks, std::string_view what, std::uint64_t items, const Work& work,
                  const PassOptions& options) {
  CountedItems counted(items);
  const EndingWork ending = [&work](std::uint64_t item, const workers::Heartbeat& beat) {
    work(item, beat);
    return ItemEnd{};
  };
  return granted_pass(ranks, what, &counted, ending, options);
}

}  // namespace genloss::orchestrator
