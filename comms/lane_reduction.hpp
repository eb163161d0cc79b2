#pragma once
// Sums over lanes whose bits do not depend on the number of ranks.
//
// A step's work is cut into `lanes` equal parts (a power of two). Lane values are combined by the fixed binary tree
// ((0+1)+(2+3))+((4+5)+(6+7)), whatever rank holds which lane: the sum over any aligned block of lanes is one
// number, computed in one way. A rank holds a contiguous block of lanes, folds it into the few aligned subtrees it is
// complete in, and exchanges those by slices; the owner of a slice finishes the tree. With a power-of-two rank count
// that is one message of N bytes per rank, the same as a ring reduce-scatter.

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
  /// Gives `values` of the current lane at [offset, offset + values.size()). Every lane of every round gives the same
  /// ranges, each element at most once; elements that are never given are zero.
  void put(std::size_t offset, std::span<const T> values);
  /// Ends the lane: folds it into the tree.
  void end_lane();
  /// Collective. After all lanes of all ranks: this rank's slice of the total, valid until the next begin_lane().
  [[nodiscard]] std::span<T> finish(std::string_view what);

 private:
  /// The sum over lanes [index << level, (index + 1) << level).
  struct Node {
    int level = 0, index = 0;
    std::vector<T> values;
  };
  [[nodiscard]] static bool are_siblings(const Node& left, const Node& right);
  [[nodiscard]] std::vector<T> take_buffer(std::size_t size);
  void fold(std::vector<Node>& stack);
  [[nodiscard]] std::vector<Node> exchange_one_node(std::string_view what);
  [[nodiscard]] std::vector<Node> exchange_nodes(std::string_view what);

  Communicator& ranks_;
  int lanes_;
  std::size_t count_;
  LaneRange mine_;
  std::vector<Node> stack_;            // complete subtrees so far, left to right
  std::vector<std::vector<T>> spare_;  // buffers of earlier rounds, to be used again
  std::vector<T> received_, slice_;
  bool adds_ = false;  // the current lane is the right sibling of the node on top: its values are added to it
};

extern template class LaneReduction<float>;
extern template class LaneReduction<double>;

/// The same tree over plain numbers, one per lane (losses): sum in tree order.
[[nodiscard]] double tree_sum(std::span<const double> lane_values);

}  // namespace genloss::comms
