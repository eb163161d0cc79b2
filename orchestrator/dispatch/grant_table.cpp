#include "orchestrator/dispatch/grant_table.hpp"

#include <algorithm>

#include "jobs/error.hpp"

namespace genloss::orchestrator {

GrantTable::GrantTable(std::uint64_t items, int ranks) : items_(items), holders_(static_cast<std::size_t>(ranks)) {}

std::optional<std::uint64_t> GrantTable::grant(int rank, double now) {
  heard(rank, now);
  if (stopped_) return std::nullopt;
  std::uint64_t item = 0;
  if (!returned_.empty()) {
    item = returned_.back();
    returned_.pop_back();
  } else if (next_ < items_) {
    item = next_++;
  } else {
    return std::nullopt;
  }
  holders_[static_cast<std::size_t>(rank)].items.push_back(item);
  ++held_;
  return item;
}

void GrantTable::complete(int rank, std::uint64_t item, double now) {
  give_back(rank, item);
  returned_.pop_back();
  ++completed_;
  heard(rank, now);
}

void GrantTable::give_back(int rank, std::uint64_t item) {
  auto& items = holders_[static_cast<std::size_t>(rank)].items;
  const auto place = std::find(items.begin(), items.end(), item);
  if (place == items.end()) {
    throw Error(ExitCode::internal, "complete", "item " + std::to_string(item),
                "rank " + std::to_string(rank) + " reports an item that it does not hold");
  }
  items.erase(place);
  --held_;
  returned_.push_back(item);
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

std::string describe(const std::vector<GrantTable::Stall>& stalls) {
  std::string text;
  for (const auto& stall : stalls) {
    if (!text.empty()) text += ", ";
    text += "rank " + std::to_string(stall.rank) + " (item " + std::to_string(stall.item) + ", silent for " +
            std::to_string(static_cast<long>(stall.silent_seconds)) + " s)";
  }
  return text;
}

}  // namespace genloss::orchestrator
