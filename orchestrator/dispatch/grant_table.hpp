#pragma once
// Who holds which item since when: the coordinator's bookkeeping for one pass, without any message or clock of its own.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "orchestrator/dispatch/grant_messages.hpp"

namespace genloss::orchestrator {

/// Which items there are, and which of them may be granted now. Without messages and without a clock.
class ItemSource {
 public:
  virtual ~ItemSource() = default;
  /// The next item for `rank`, if one may be begun now.
  [[nodiscard]] virtual std::optional<std::uint64_t> take(int rank) = 0;
  /// What was taken was not begun.
  virtual void put_back(std::uint64_t item) = 0;
  virtual void done(std::uint64_t item, int rank, const ItemEnd& end) = 0;
  [[nodiscard]] virtual std::uint64_t items() const noexcept = 0;
  /// Items that may be taken now.
  [[nodiscard]] virtual std::uint64_t ready() const noexcept = 0;
  /// Nothing is left to be taken, now or later.
  [[nodiscard]] virtual bool exhausted() const noexcept = 0;
};

/// Items [0, items), in order; what was given back comes first.
class CountedItems final : public ItemSource {
 public:
  explicit CountedItems(std::uint64_t items) : items_(items) {}
  [[nodiscard]] std::optional<std::uint64_t> take(int rank) override;
  void put_back(std::uint64_t item) override { returned_.push_back(item); }
  void done(std::uint64_t /*item*/, int /*rank*/, const ItemEnd& /*end*/) override {}
  [[nodiscard]] std::uint64_t items() const noexcept override { return items_; }
  [[nodiscard]] std::uint64_t ready() const noexcept override { return items_ - next_ + returned_.size(); }
  [[nodiscard]] bool exhausted() const noexcept override { return ready() == 0; }

 private:
  std::uint64_t items_, next_ = 0;
  std::vector<std::uint64_t> returned_;
};

/// A pass over the items of a source: each is granted once, to whoever asks next. Times are seconds on any one clock.
class GrantTable {
 public:
  /// @param items outlives the table
  GrantTable(ItemSource& items, int ranks);

  /// The next item for `rank`, if there is one left.
  [[nodiscard]] std::optional<std::uint64_t> grant(int rank, double now);
  /// `rank` has finished `item`. @throws Error(internal) if it was not granted to it
  void complete(int rank, std::uint64_t item, double now, const ItemEnd& end = {});
  /// `rank` gives an item back unstarted (it was prefetched when the run was asked to stop).
  void give_back(int rank, std::uint64_t item);
  /// Any sign of life.
  void heard(int rank, double now);
  /// No further grants: the run was asked to stop, or a rank failed.
  void stop() noexcept { stopped_ = true; }

  [[nodiscard]] bool stopped() const noexcept { return stopped_; }
  [[nodiscard]] std::uint64_t items() const noexcept { return source_.items(); }
  [[nodiscard]] std::uint64_t completed() const noexcept { return completed_; }
  [[nodiscard]] std::uint64_t held() const noexcept { return held_; }
  [[nodiscard]] std::size_t held_by(int rank) const { return holders_[static_cast<std::size_t>(rank)].items.size(); }
  /// Items that nobody has been granted and that might be granted now.
  [[nodiscard]] std::uint64_t left() const noexcept { return source_.ready(); }
  /// Every item was granted and has come to its end.
  [[nodiscard]] bool exhausted() const noexcept { return held_ == 0 && source_.exhausted(); }
  /// Nothing is held and nothing will be granted any more.
  [[nodiscard]] bool finished() const noexcept { return held_ == 0 && (stopped_ || source_.exhausted()); }

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
  void release(int rank, std::uint64_t item);

  ItemSource& source_;
  std::uint64_t completed_ = 0, held_ = 0;
  bool stopped_ = false;
  std::vector<Holder> holders_;
};

/// "rank 3 on n1 (item 17, silent for 75 s), rank 9 (...)": the stall table in words.
[[nodiscard]] std::string describe(const std::vector<GrantTable::Stall>& stalls,
                                   const std::function<std::string(int rank)>& host_of);

}  // namespace genloss::orchestrator
