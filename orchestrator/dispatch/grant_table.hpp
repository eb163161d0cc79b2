#pragma once
// Who holds which item since when: the coordinator's bookkeeping for one pass, without any message or clock of its own.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace genloss::orchestrator {

/// A pass over items [0, items): every item is granted once, to whoever asks next. Times are seconds on any one clock.
class GrantTable {
 public:
  GrantTable(std::uint64_t items, int ranks);

  /// The next item for `rank`, if there is one left.
  [[nodiscard]] std::optional<std::uint64_t> grant(int rank, double now);
  /// `rank` has finished `item`. @throws Error(internal) if it was not granted to it
  void complete(int rank, std::uint64_t item, double now);
  /// `rank` gives an item back unstarted (it was prefetched when the run was asked to stop).
  void give_back(int rank, std::uint64_t item);
  /// Any sign of life.
  void heard(int rank, double now);
  /// No further grants: the run was asked to stop, or a rank failed.
  void stop() noexcept { stopped_ = true; }

  [[nodiscard]] bool stopped() const noexcept { return stopped_; }
  [[nodiscard]] std::uint64_t items() const noexcept { return items_; }
  [[nodiscard]] std::uint64_t completed() const noexcept { return completed_; }
  [[nodiscard]] std::uint64_t held() const noexcept { return held_; }
  [[nodiscard]] std::size_t held_by(int rank) const { return holders_[static_cast<std::size_t>(rank)].items.size(); }
  /// Items that nobody has been granted, or that were given back.
  [[nodiscard]] std::uint64_t left() const noexcept { return items_ - next_ + returned_.size(); }
  /// Nothing is held and nothing will be granted any more.
  [[nodiscard]] bool finished() const noexcept { return held_ == 0 && (stopped_ || next_ == items_); }

  struct Stall {
    int rank = 0;
    std::uint64_t item = 0;
    double silent_seconds = 0;
  };
  /// Ranks that hold something and have not been heard of for `limit` seconds.
  [[nodiscard]] std::vector<Stall> stalled(double now, double limit) const;

 private:
  struct Holder {
    std::vector<std::uint64_t> items;
    double last_heard = 0;
  };
  std::uint64_t items_, next_ = 0, completed_ = 0, held_ = 0;
  bool stopped_ = false;
  std::vector<std::uint64_t> returned_;
  std::vector<Holder> holders_;
};

/// "rank 3 (item 17, silent for 75 s), rank 9 (...)": the stall table in words.
[[nodiscard]] std::string describe(const std::vector<GrantTable::Stall>& stalls);

}  // namespace genloss::orchestrator
