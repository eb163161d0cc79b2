#include "orchestrator/dispatch/grant_desk.hpp"

#include <iterator>
#include <utility>

namespace genloss::orchestrator {
namespace {

/// From so many on, the last items are held back longer: one of many ranks is idle soon.
constexpr int many_ranks = 8;

}  // namespace

GrantDesk::GrantDesk(std::uint32_t pass, ItemSource& items, int ranks, bool ahead_of_time)
    : pass_(pass),
      ranks_(ranks),
      ahead_of_time_(ahead_of_time),
      held_back_(static_cast<std::uint64_t>(ranks) * (ranks < many_ranks ? 1 : 2)),
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
      end(rank, request, now);
      break;
    case Request::Kind::want:
      break;
  }
  return next_for(rank, now);
}

void GrantDesk::end(int rank, const Request& completed, double now) {
  const ItemEnd::Kind kind = completed.end.kind;
  if (kind == ItemEnd::Kind::later || kind == ItemEnd::Kind::stopped) {
    table_.give_back(rank, completed.item);
  } else {
    table_.complete(rank, completed.item, now, completed.end);
  }
  if (kind == ItemEnd::Kind::stopped) table_.stop();
}

Reply GrantDesk::next_for(int rank, double now) {
  // Not granted yet, but not refused either: the rank asks again when it completes what it holds.
  const bool ahead_of_time = table_.held_by(rank) > 0;
  if (ahead_of_time && !ahead_of_time_) return {Reply::Kind::wait, pass_, 0};
  if (ahead_of_time && !table_.stopped() && table_.left() > 0 && table_.left() < held_back_) {
    return {Reply::Kind::wait, pass_, 0};
  }
  if (const auto item = table_.grant(rank, now)) return {Reply::Kind::item, pass_, *item};
  if (rank != 0) idle_.insert(rank);
  return {Reply::Kind::finish, pass_, 0};
}

std::vector<GrantDesk::Note> GrantDesk::notes(double now) {
  std::vector<Note> notes;
  if (!idle_.empty() && table_.left() > 0) offer_items(notes, now);
  if (table_.stopped() && !std::exchange(told_to_stop_, true)) {
    for (int rank = 1; rank < ranks_; ++rank) notes.push_back({rank, {Reply::Kind::stop, pass_, 0}});
  }
  if (!dismissed_ && table_.finished() && idle_.size() + 1 == static_cast<std::size_t>(ranks_)) {
    dismissed_ = true;
    for (const int rank : idle_) notes.push_back({rank, {Reply::Kind::finish, pass_, 0}});
  }
  return notes;
}

void GrantDesk::offer_items(std::vector<Note>& notes, double now) {
  for (auto rank = idle_.begin(); rank != idle_.end();) {
    const auto item = table_.grant(*rank, now);
    if (item) notes.push_back({*rank, {Reply::Kind::item, pass_, *item}});
    rank = item ? idle_.erase(rank) : std::next(rank);
  }
}

}  // namespace genloss::orchestrator
