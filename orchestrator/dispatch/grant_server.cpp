#include "orchestrator/dispatch/grant_server.hpp"

#include <algorithm>

#include "jobs/error.hpp"
#include "jobs/numbers.hpp"

namespace genloss::orchestrator {

double seconds_between_signs(const PassOptions& options) { return std::min(5.0, options.deadline_seconds / 3); }

std::string limit_text(double seconds) { return fixed_text(seconds, 1) + " s"; }

GrantServer::GrantServer(comms::Communicator& ranks, std::string_view what, std::uint32_t pass, ItemSource& items,
                         const PassOptions& options)
    : what_(what),
      pass_(pass),
      options_(options),
      ranks_(ranks.size()),
      hosts_([&ranks](int rank) { return ranks.host_of(rank); }),
      requests_(ranks, request_tag, "grant request"),
      replies_(ranks, reply_tag, "grant"),
      desk_(pass, items, ranks.size(), options.ahead_of_time) {}

double GrantServer::now() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

Reply GrantServer::answer(int rank, const Request& request) { return desk_.answer(rank, request, now()); }

void GrantServer::ended_by_root(std::uint64_t item, const ItemEnd& end) {
  // The answer, its next item, is not taken here: rank 0 asks when it is ready to work.
  desk_.end(0, {Request::Kind::complete, pass_, item, end}, now());
}

bool GrantServer::serve() {
  if (options_.stop_requested()) desk_.table().stop();
  bool served = false;
  while (const auto received = requests_.poll()) {
    served = true;
    if (received->message.pass != pass_) continue;
    const Reply reply = answer(received->from, received->message);
    if (reply.kind == Reply::Kind::item) replies_.send(received->from, reply);
  }
  const double time = now();
  desk_.table().heard(0, time);  // whoever serves lives
  for (const auto& note : desk_.notes(time)) replies_.send(note.rank, note.reply);
  if (time >= next_progress_) {
    next_progress_ = time + 0.1;
    options_.progress(desk_.table().completed(), desk_.table().items());
  }
  if (time >= next_look_) look_for_stalls(time);
  if (finished()) {
    options_.progress(desk_.table().completed(), desk_.table().items());
  } else if (time >= next_sign_of_life_) {
    next_sign_of_life_ = time + seconds_between_signs(options_);
    for (const int rank : desk_.idle()) replies_.send(rank, {Reply::Kind::wait, pass_, 0});
  }
  return served;
}

void GrantServer::look_for_stalls(double time) {
  next_look_ = time + 1;
  const auto lost = desk_.table().stalled(time, options_.deadline_seconds);
  if (!lost.empty()) {
    // Or they would wait for the coordinator until they miss it, and tell of that.
    for (int rank = 1; rank < ranks_; ++rank) replies_.send(rank, {Reply::Kind::lost, pass_, 0});
    throw Error(
        ExitCode::internal, "wait for", what_,
        "no sign of life from " + describe(lost, hosts_) + " (limit: " + limit_text(options_.deadline_seconds) + ")",
        "look at these ranks' logs and hosts; run the same command again: finished items are kept");
  }
  const auto slow = desk_.table().stalled(time, options_.stall_seconds);
  if (slow.empty()) warned_ = false;
  if (!slow.empty() && !warned_) {
    warned_ = true;
    options_.warn(what_ + ": waiting for " + describe(slow, hosts_));
  }
}

}  // namespace genloss::orchestrator
