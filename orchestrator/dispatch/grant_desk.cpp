#include "orchestrator/dispatch/grant_desk.hpp"

#include "orchestrator/dispatch/granted_pass.hpp"

namespace genloss::orchestrator {

GrantDesk::GrantDesk(std::uint32_t pass, std::uint64_t items, int ranks)
    : pass_(pass),
      ranks_(ranks),
      held_back_(static_cast<std::uint64_t>(ranks) * (ranks < ranks_with_working_root ? 1 : 2)),
      table_(items, ranks) {}

Reply GrantDesk::answer(int rank, const Request& request, double now) {
  table_.heard(rank, now);
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
      table_.complete(rank, request.item, now);
      break;
    case Request::Kind::want:
      break;
  }
  return next_for(rank, now);
}

Reply GrantDesk::next_for(int rank, double now) {
  // Not granted yet, but not refused either: the rank asks again when it completes what it holds.
  const bool ahead_of_time = table_.held_by(rank) > 0;
  if (ahead_of_time && !table_.stopped() && table_.left() > 0 && table_.left() < held_back_) {
    return {Reply::Kind::wait, pass_, 0};
  }
  if (const auto item = table_.grant(rank, now)) return {Reply::Kind::item, pass_, *item};
  if (rank != 0) idle_.insert(rank);
  return {Reply::Kind::finish, pass_, 0};
}

}  // namespace genloss::orchestrator
