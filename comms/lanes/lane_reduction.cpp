#include "comms/lanes/lane_reduction.hpp"

#include <algorithm>
#include <string>

#include "jobs/error.hpp"

namespace genloss::comms {
namespace {

/// Elements that are worked on together: a few such blocks stay in the first-level cache.
constexpr std::size_t block = 1024;

/// right = left + right or left = left + right, in this order of the operands.
template <class T>
void add_to_right(const T* left, T* right, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) right[i] = left[i] + right[i];
}
template <class T>
void add_to_left(T* left, const T* right, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) left[i] = left[i] + right[i];
}

[[noreturn]] void misuse(const std::string& object, const std::string& cause) {
  throw Error(ExitCode::internal, "sum over lanes", object, cause, "this is a defect: please report it");
}

}  // namespace

template <class T>
LaneReduction<T>::LaneReduction(Communicator& ranks, int lanes, std::size_t count)
    : ranks_(ranks), count_(count), plan_(ranks.rank(), ranks.size(), lanes, count), next_(plan_.mine.begin) {}

template <class T>
LaneRange LaneReduction<T>::my_lanes() const noexcept {
  return plan_.mine;
}

template <class T>
std::size_t LaneReduction<T>::slice_size() const noexcept {
  return count_ / static_cast<std::size_t>(ranks_.size());
}

template <class T>
void LaneReduction<T>::begin_lane(int lane) {
  if (next_ == plan_.mine.end && lane == plan_.mine.begin) {  // a new round
    for (auto& values : stack_) spare_.push_back(std::move(values));
    stack_.clear();
    subtrees_.clear();
    next_ = plan_.mine.begin;
  }
  if (current_ >= 0 || lane != next_) misuse("lane " + std::to_string(lane), "it is not this lane's turn");
  current_ = lane;
  writes_ = false;
  given_.clear();
  closes_ = subtrees_.closed_by(lane);
  if (closes_ > 0) return;
  if (spare_.empty()) spare_.emplace_back(count_);
  stack_.push_back(std::move(spare_.back()));
  spare_.pop_back();
}

/// left = left + (next left + (... + values)): a lane that completes subtrees is added to all of them in one pass over
/// memory.
template <class T>
void LaneReduction<T>::fold_in(std::size_t offset, std::span<const T> values) {
  T* const outermost = stack_[stack_.size() - closes_].data() + offset;
  if (closes_ == 1) return add_to_left(outermost, values.data(), values.size());
  T sum[block];
  for (std::size_t at = 0; at < values.size(); at += block) {
    const std::size_t n = std::min(block, values.size() - at);
    std::copy_n(values.data() + at, n, sum);
    for (std::size_t up = 1; up < closes_; ++up) {
      add_to_right(stack_[stack_.size() - up].data() + offset + at, sum, n);
    }
    add_to_left(outermost + at, sum, n);
  }
}

template <class T>
void LaneReduction<T>::put(std::size_t offset, std::span<const T> values) {
  if (current_ < 0 || writes_ || offset > count_ || values.size() > count_ - offset) {
    misuse("[" + std::to_string(offset) + ", +" + std::to_string(values.size()) + ")",
           "there is no place for these values in a lane of " + std::to_string(count_));
  }
  if (values.empty()) return;
  given_.push_back({offset, offset + values.size()});
  if (closes_ == 0) {
    std::copy(values.begin(), values.end(), stack_.back().begin() + static_cast<std::ptrdiff_t>(offset));
  } else {
    fold_in(offset, values);
  }
}

template <class T>
std::span<T> LaneReduction<T>::lane_buffer() {
  if (current_ < 0 || !given_.empty()) misuse("lane buffer", "no lane has begun, or some values were given already");
  writes_ = true;
  if (closes_ == 0) return stack_.back();
  written_.resize(count_);
  return written_;
}

template <class T>
void LaneReduction<T>::put_zeros(Range range) {
  static constexpr T zeros[block] = {};
  for (std::size_t at = range.begin; at < range.end; at += block) {
    put(at, std::span(zeros).first(std::min(block, range.end - at)));
  }
}

template <class T>
void LaneReduction<T>::fill_gaps() {
  std::vector<Range> given;
  given.swap(given_);
  std::sort(given.begin(), given.end(), [](const Range& a, const Range& b) { return a.begin < b.begin; });
  std::size_t end = 0;
  for (const Range& range : given) {
    if (range.begin < end) misuse("element " + std::to_string(range.begin), "it was given twice");
    put_zeros({end, range.begin});
    end = range.end;
  }
  put_zeros({end, count_});
}

template <class T>
void LaneReduction<T>::end_lane() {
  if (current_ < 0) misuse("a lane", "none has begun");
  if (!writes_) {
    fill_gaps();
  } else if (closes_ > 0) {
    fold_in(0, written_);
  }
  for (; closes_ > 1; --closes_) {  // added to the outermost node the lane completes: what lay between is used up
    spare_.push_back(std::move(stack_.back()));
    stack_.pop_back();
  }
  subtrees_.add(current_);
  current_ = -1;
  ++next_;
}

template <class T>
std::span<T> LaneReduction<T>::finish(std::string_view what) {
  if (current_ >= 0 || next_ != plan_.mine.end) misuse(std::string(what), "not all lanes of this rank have been given");
  if (ranks_.size() == 1) return stack_.front();
  received_.resize(static_cast<std::size_t>(plan_.exchanges));
  for (std::size_t n = 0; n < received_.size(); ++n) {
    received_[n].resize(count_);
    // A rank with fewer subtrees than others sends its last one again; nobody looks at it.
    const std::vector<T>& mine = stack_[std::min(n, stack_.size() - 1)];
    ranks_.all_to_all(buffer_of(std::span<const T>(mine)), buffer_of(std::span(received_[n])), what);
  }
  const std::size_t slice = slice_size();
  const auto values_of = [&](std::size_t place) {
    return received_[static_cast<std::size_t>(plan_.places[place].exchange)].data() +
           static_cast<std::size_t>(plan_.places[place].rank) * slice;
  };
  for (std::size_t at = 0; at < slice; at += block) {
    const std::size_t n = std::min(block, slice - at);
    for (const LanePlan::Sum& sum : plan_.sums) add_to_left(values_of(sum.left) + at, values_of(sum.right) + at, n);
  }
  return {values_of(0), slice};
}

template class LaneReduction<float>;
template class LaneReduction<double>;

double tree_sum(std::span<const double> lane_values) {
  if (lane_values.empty()) return 0;
  if (lane_values.size() == 1) return lane_values.front();
  const std::size_t half = lane_values.size() / 2;
  return tree_sum(lane_values.first(half)) + tree_sum(lane_values.subspan(half));
}

}  // namespace genloss::comms
