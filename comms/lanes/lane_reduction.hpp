#pragma once
// Sums over lanes whose bits do not depend on the number of ranks.
//
// Lane values are combined by the fixed binary tree of comms/lanes/lane_plan.hpp: the sum over any aligned block of
// lanes is one number, computed in one way. With a power-of-two rank count a round is one message of N bytes per rank,
// the same as a ring reduce-scatter; otherwise one per subtree.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "comms/communicator.hpp"
#include "comms/lanes/lane_plan.hpp"

namespace genloss::comms {

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

  /// Lane-sized buffers held now, for plans of memory: a rank's own, and those received from others.
  struct Buffers {
    std::size_t own = 0, received = 0;
  };
  [[nodiscard]] Buffers buffers() const noexcept {
    return {stack_.size() + spare_.size() + (written_.empty() ? 0 : 1), received_.size()};
  }

 private:
  struct Range {
    std::size_t begin = 0, end = 0;
  };
  void fold_in(std::size_t offset, std::span<const T> values);
  void put_zeros(Range range);
  void fill_gaps();

  Communicator& ranks_;
  std::size_t count_;
  LanePlan plan_;

  SubtreeStack subtrees_;
  std::vector<std::vector<T>> stack_;  // values of the subtrees, and of the lane that is opening one
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
