#pragma once
// Sums over lanes whose bits do not depend on the number of ranks.
//
// A step's work is cut into `lanes` equal parts (a power of two). Lane values are combined by the fixed binary tree
// ((0+1)+(2+3))+((4+5)+(6+7)), whatever rank holds which lane: the sum over any aligned block of lanes is one
// number, computed in one way. A rank holds a contiguous block of lanes, folds it into the few aligned subtrees it is
// complete in, and exchanges those by slices; the owner of a slice finishes the tree. With a power-of-two rank count
// that is one message of N bytes per rank, the same as a ring reduce-scatter; otherwise one per subtree.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "comms/communicator.hpp"

namespace genloss::comms {

struct LaneRange {
  int begin = 0, end = 0;
  [[nodiscard]] int count() const noexcept { return end - begin; }
};
/// Lanes of `rank`: contiguous blocks, sizes differing by at most one. Needs 1 <= ranks <= lanes.
[[nodiscard]] LaneRange lanes_of(int rank, int ranks, int lanes);

/// T is float or double.
template <class T>
class LaneReduction {
 public:
  /// @param count elements per lane, a multiple of ranks.size()
  /// @throws Error(usage) if there are more ranks than lanes, or lanes is not a power of two
  LaneReduction(Communicator& ranks, int lanes, std::size_t count);

  [[nodiscard]] LaneRange my_lanes() const noexcept;
  [[nodiscard]] std::size_t slice_size() const noexcept;  ///< count / ranks.size()

  /// Starts lane `lane`; lanes of this rank are given in ascending order, each once per round.
  void begin_lane(int lane);
  /// Gives `values` of the current lane at [offset, offset + values.size()), in any order of offsets, each element at
  /// most once. Elements that are not given count as zero.
  void put(std::size_t offset, std::span<const T> values);
  /// Where the caller may write the current lane's values itself instead of put(): all `count` elements, of undefined
  /// content now, to be written completely before end_lane().
  [[nodiscard]] std::span<T> lane_buffer();
  /// Ends the lane.
  /// @throws Error(internal) if an element was given twice
  void end_lane();
  /// Collective. After all lanes of all ranks: this rank's slice of the total, valid (and the caller's to change) until
  /// the next begin_lane().
  [[nodiscard]] std::span<T> finish(std::string_view what);

 private:
  /// The sum over lanes [index << level, (index + 1) << level).
  struct Node {
    int level = 0, index = 0;
    std::vector<T> values;
  };
  struct Range {
    std::size_t begin = 0, end = 0;
  };
  /// A subtree some rank holds when its lanes are done: its slices travel in exchange number `exchange`.
  struct Place {
    int rank = 0, exchange = 0;
  };
  struct Sum {
    std::size_t left = 0, right = 0;  // places
  };
  void plan_finish();
  void fold_in(std::size_t offset, std::span<const T> values);
  void put_zeros(Range range);
  void fill_gaps();
  void close_subtrees();

  Communicator& ranks_;
  int lanes_;
  std::size_t count_;
  LaneRange mine_;
  int exchanges_ = 0;
  std::vector<Place> places_;
  std::vector<Sum> sums_;  // the rest of the tree, over places

  std::vector<Node> stack_;            // complete subtrees so far, left to right
  std::vector<std::vector<T>> spare_;  // buffers to be used again
  std::vector<T> written_;             // lane_buffer() of a lane that does not open a subtree
  std::vector<std::vector<T>> received_;
  std::vector<Range> given_;
  int current_ = -1, next_;
  std::size_t closes_ = 0;  // so many nodes on top of the stack are completed by the current lane
  bool writes_ = false;     // lane_buffer() was asked for
};

extern template class LaneReduction<float>;
extern template class LaneReduction<double>;

/// The same tree over plain numbers, one per lane (losses): sum in tree order.
[[nodiscard]] double tree_sum(std::span<const double> lane_values);

}  // namespace genloss::comms
