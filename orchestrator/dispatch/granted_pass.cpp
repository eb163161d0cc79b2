#include "orchestrator/dispatch/granted_pass.hpp"

#include <chrono>
#include <exception>
#include <optional>
#include <utility>

#include "comms/error_text.hpp"
#include "comms/mailbox.hpp"
#include "jobs/error.hpp"
#include "orchestrator/dispatch/beat_listener.hpp"
#include "orchestrator/dispatch/grant_server.hpp"
#include "orchestrator/dispatch/grant_worker.hpp"
#include "orchestrator/dispatch/idle_wait.hpp"

namespace genloss::orchestrator {
namespace {

using Clock = std::chrono::steady_clock;

/// Whatever says that it works is heard by a pass, too; so work need not know of grants. What fails while it listens is
/// met again when the item is done.
class Listening {
 public:
  explicit Listening(std::function<void()> beat) : beat_(std::move(beat)) {}

 private:
  void hear() {
    if (Clock::now() - heard_ < interval) return;
    heard_ = Clock::now();
    try {
      beat_();
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): see above
    }
  }
  static constexpr auto interval = std::chrono::milliseconds(10);
  std::function<void()> beat_;
  Clock::time_point heard_ = Clock::now();
  BeatListener listener_{[this] { hear(); }};
};

/// A rank other than 0: a GrantWorker with messages, a clock and work.
class Worker {
 public:
  Worker(comms::Communicator& ranks, std::string_view what, std::uint32_t pass, const EndingWork& work,
         const PassOptions& options)
      : what_(what),
        work_(work),
        options_(options),
        coordinator_host_(ranks.host_of(0)),
        requests_(ranks, request_tag, "grant request"),
        replies_(ranks, reply_tag, "grant"),
        grants_(pass, options.ahead_of_time, [this](const Request& request) {
          requests_.send(0, request);
          last_told_ = Clock::now();
        }) {}

  void run() {
    grants_.begin();
    while (!grants_.finished()) {
      if (const auto item = grants_.next(now())) {
        work_on(*item);
      } else {
        wait_for_reply();
      }
    }
  }
  [[nodiscard]] std::exception_ptr error() const { return error_; }

 private:
  [[nodiscard]] double now() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  void take_replies() {
    while (const auto received = replies_.poll()) {
      last_heard_ = Clock::now();
      if (grants_.heard(received->message)) options_.told_to_stop();
    }
  }

  void throw_if_lost() const {
    if (!grants_.lost()) return;
    throw comms::RemoteError(Error(ExitCode::internal, "wait for", what_, "the coordinator misses a rank"), 0);
  }

  void wait_for_reply() {
    take_replies();
    throw_if_lost();
    if (options_.stop_requested()) grants_.stop();
    if (grants_.holds_items() || grants_.finished()) return idle_.reset();
    if (std::chrono::duration<double>(Clock::now() - last_heard_).count() > options_.deadline_seconds) {
      throw Error(ExitCode::internal, "wait for", what_,
                  "no answer from the coordinator, rank 0 on " + coordinator_host_ +
                      " (limit: " + limit_text(options_.deadline_seconds) + ")",
                  "look at rank 0's log and host; run the same command again: finished items are kept");
    }
    options_.waiting();
    idle_.wait();
  }

  void work_on(std::uint64_t item) {
    try {
      const Listening listening([this] { beat(); });
      grants_.ended(work_(item, [this](std::uint64_t) { beat(); }));
    } catch (...) {
      // The error is agreed on when the pass has ended; until then this rank only hands back what it holds.
      error_ = std::current_exception();
      grants_.failed();
    }
    last_heard_ = Clock::now();
    if (!grants_.holds_items()) take_replies();
    if (!grants_.holds_items()) grants_.about_to_wait(now());
    throw_if_lost();
  }

  void beat() {
    const std::chrono::duration<double> quiet = Clock::now() - last_told_;
    if (quiet.count() > seconds_between_signs(options_)) grants_.alive();
    take_replies();
    if (options_.stop_requested()) grants_.stop();
  }

  std::string what_;
  const EndingWork& work_;
  const PassOptions& options_;
  std::string coordinator_host_;
  comms::Mailbox<Request> requests_;
  comms::Mailbox<Reply> replies_;
  Clock::time_point start_ = Clock::now(), last_told_ = start_, last_heard_ = start_;
  GrantWorker grants_;
  std::exception_ptr error_;
  IdleWait idle_;
};

/// Rank 0: works too, serving whenever its work beats. Others hold their next item meanwhile, so they wait for it only
/// if it does not beat for as long as an item takes.
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
      const Listening listening([&serve] { (void)serve(); });
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
    error = run_root(server, options.root_works, pass, work, options);
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
