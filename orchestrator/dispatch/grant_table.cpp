#include "orchestrator/dispatch/grant_table.hpp"

#include <algorithm>

#include "jobs/error.hpp"

namespace genloss::orchestrator {

std::optional<std::uint64_t> CountedItems::take(int /*rank*/) {
  if (!returned_.empty()) {
    const std::uint64_t item = returned_.back();
    returned_.pop_back();
    return item;
  }
  return next_ < items_ ? std::optional(next_++) : std::nullopt;
}

GrantTable::GrantTable(ItemSource& items, int ranks) : source_(items), holders_(static_cast<std::size_t>(ranks)) {}

std::optional<std::uint64_t> GrantTable::grant(int rank, double now) {
  heard(rank, now);
  if (stopped_) return std::nullopt;
  const auto item = source_.take(rank);
  if (!item) return std::nullopt;
  holders_[static_cast<std::size_t>(rank)].items.push_back(*item);
  ++held_;
  return item;
}

void GrantTable::complete(int rank, std::uint64_t item, double now, const ItemEnd& end) {
  release(rank, item);
  source_.done(item, rank, end);
  ++completed_;
  heard(rank, now);
}

void GrantTable::give_back(int rank, std::uint64_t item) {
  release(rank, item);
  source_.put_back(item);
}

void GrantTable::release(int rank, std::uint64_t item) {
  auto& items = holders_[static_cast<std::size_t>(rank)].items;
  const auto place = std::find(items.begin(), items.end(), item);
  if (place == items.end()) {
    throw Error(ExitCode::internal, "complete", "item " + std::to_string(item),
                "rank " + std::to_string(rank) + " reports an item that it does not hold");
  }
  items.erase(place);
  --held_;
}

void GrantTable::heard(int rank, double now) { holders_[static_cast<std::size_t>(rank)].last_heard = now; }

std::vector<GrantTable::Stall> GrantTable::stalled(double now, double limit) const {
  std::vector<Stall> stalls;
  for (std::size_t rank = 0; rank < holders_.size(); ++rank) {
    const Holder& holder = holders_[rank];
    const double silent = now - holder.last_heard;
    if (!holder.items.empty() && silent > limit)
      stalls.push_back({static_cast<int>(rank), holder.items.front(), silent});
  }
  return stalls;
}

std::string describe(const std::vector<GrantTable::Stall>& stalls,
                     const std::function<std::string(int rank)>& host_of) {
  std::string text;
  for (const auto& stall : stalls) {
    if (!text.empty()) text += ", ";
    text += "rank " + std::to_string(stall.rank) + " on " + host_of(stall.rank) + " (item " +
            std::to_string(stall.item) + ", silent for " + std::to_string(static_cast<long>(stall.silent_seconds)) +
            " s)";
  }
  return text;
}

}  // namespace genloss::orchestrator
