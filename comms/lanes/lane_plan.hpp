#pragma once
// Who sums what: the shape of a sum over lanes, without any value. Host and device sums follow the same plan.
//
// A step's work is cut into `lanes` equal parts (a power of two). Lane values are combined by the fixed binary tree
// ((0+1)+(2+3))+((4+5)+(6+7)), whatever rank holds which lane. A rank holds a contiguous block of lanes and folds it
// into the few aligned subtrees it is complete in; those travel by slices, and the owner of a slice finishes the tree.

#include <cstddef>
#include <utility>
#include <vector>

namespace genloss::comms {

struct LaneRange {
  int begin = 0, end = 0;
  [[nodiscard]] int count() const noexcept { return end - begin; }
};
/// Lanes of `rank`: contiguous blocks, sizes differing by at most one. Needs 1 <= ranks <= lanes.
[[nodiscard]] LaneRange lanes_of(int rank, int ranks, int lanes);

/// An aligned block of 2^level lanes: [index << level, (index + 1) << level).
struct Subtree {
  int level = 0, index = 0;
  [[nodiscard]] bool is_left_sibling_of(const Subtree& right) const noexcept {
    return level == right.level && index % 2 == 0 && right.index == index + 1;
  }
  [[nodiscard]] Subtree parent() const noexcept { return {level + 1, index / 2}; }
};

/// A rank's complete subtrees while its lanes come in ascending order, left to right.
class SubtreeStack {
 public:
  /// How many subtrees on top of the stack `lane` completes, each the left sibling of what lies above it; 0: the lane
  /// opens a subtree of its own.
  [[nodiscard]] std::size_t closed_by(int lane) const;
  /// Takes the lane in: what it completes becomes one subtree.
  void add(int lane);
  [[nodiscard]] std::size_t size() const noexcept { return stack_.size(); }
  [[nodiscard]] const std::vector<Subtree>& subtrees() const noexcept { return stack_; }
  void clear() noexcept { stack_.clear(); }

 private:
  std::vector<Subtree> stack_;
};

/// What every rank knows of a round before it begins, so that only values travel.
struct LanePlan {
  /// A subtree some rank holds when its lanes are done: its slices travel in exchange number `exchange`.
  struct Place {
    int rank = 0, exchange = 0;
  };
  /// left = left + right, over places, to be done in the order of the list; the total is left in place 0.
  struct Sum {
    std::size_t left = 0, right = 0;
  };

  int lanes = 1;
  LaneRange mine;
  int exchanges = 1;  ///< 1 where the number of ranks is a power of two
  std::vector<Place> places;
  std::vector<Sum> sums;

  /// @param count elements per lane, to be cut into equal slices
  /// @throws Error(usage) if there are more ranks than lanes, or lanes is not a power of two; Error(internal) if count
  /// is not a multiple of ranks
  LanePlan(int rank, int ranks, int lanes, std::size_t count);
};

}  // namespace genloss::comms
