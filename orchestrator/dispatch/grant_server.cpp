#include "orchestrator/dispatch/grant_server.hpp"

#include "jobs/error.hpp"

namespace genloss::orchestrator {

GrantServer::GrantServer(comms::Communicator& ranks, std::string_view what, std::uint32_t pass, std::uint64_t items,
                         const PassOptions& options)
    : ranks_(ranks),
      what_(what),
      pass_(pass),
      options_(options),
      requests_(ranks, request_tag, "grant request"),
      replies_(ranks, reply_tag, "grant"),
      table_(items, ranks.size()) {}

double GrantServer::now() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

Reply GrantServer::answer(int rank, const Request& request) {
  const double time = now();
  table_.heard(rank, time);
  switch (request.kind) {
    case Request::Kind::alive:
      return {Reply::Kind::wait, pass_, 0};
    case Request::Kind::unstarted:
      table_.give_back(rank, request.item);
      return {Reply::Kind::wait, pass_, 0};
    case Request::Kind::stop:
    case Request::Kind::failed:
      table_.stop();
      return {Reply::Kind::wait, pass_, 0};
    case Request::Kind::complete:
      table_.complete(rank, request.item, time);
      break;
    case Request::Kind::want:
      break;
  }
  if (const auto item = table_.grant(rank, time)) return {Reply::Kind::item, pass_, *item};
  return {Reply::Kind::finish, pass_, 0};
}

void GrantServer::serve() {
  if (options_.stop_requested()) table_.stop();
  while (const auto letter = requests_.poll()) {
    if (letter->message.pass != pass_) continue;
    const Reply reply = answer(letter->from, letter->message);
    if (reply.kind == Reply::Kind::item) replies_.send(letter->from, reply);
    if (reply.kind == Reply::Kind::finish) idle_.insert(letter->from);  // told when all is done, not before
  }
  const double time = now();
  if (time >= next_progress_) {
    next_progress_ = time + 0.1;
    options_.progress(table_.completed(), table_.items());
  }
  if (time >= next_look_) look_for_stalls(time);
  dismiss_when_finished(time);
}

void GrantServer::look_for_stalls(double time) {
  next_look_ = time + 1;
  const auto lost = table_.stalled(time, options_.deadline_seconds);
  if (!lost.empty()) {
    throw Error(ExitCode::internal, "wait for", what_, "no sign of life from " + describe(lost),
                "look at these ranks' logs and hosts; run the same command again: finished items are kept");
  }
  const auto slow = table_.stalled(time, options_.stall_seconds);
  if (slow.empty()) warned_ = false;
  if (!slow.empty() && !warned_) {
    warned_ = true;
    options_.warn(what_ + ": waiting for " + describe(slow));
  }
}

void GrantServer::dismiss_when_finished(double time) {
  if (dismissed_) return;
  if (table_.finished() && idle_.size() + 1 == static_cast<std::size_t>(ranks_.size())) {
    options_.progress(table_.completed(), table_.items());
    for (const int rank : idle_) replies_.send(rank, {Reply::Kind::finish, pass_, 0});
    dismissed_ = true;
  } else if (time >= next_sign_of_life_) {
    next_sign_of_life_ = time + 5;
    for (const int rank : idle_) replies_.send(rank, {Reply::Kind::wait, pass_, 0});
  }
}

}  // namespace genloss::orchestrator
