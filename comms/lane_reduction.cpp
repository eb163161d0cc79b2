#include "comms/lane_reduction.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>

#include "jobs/error.hpp"

namespace genloss::comms {
namespace {

/// left = left + right, in this order.
template <class T>
void add(std::span<T> left, std::span<const T> right) {
  for (std::size_t i = 0; i < left.size(); ++i) left[i] = left[i] + right[i];
}

struct Place {
  int level = 0, index = 0;
};

/// The largest aligned subtrees that tile a rank's lanes, left to right: what its stack holds at the end of a round.
std::vector<Place> subtrees(LaneRange lanes) {
  std::vector<Place> places;
  for (int at = lanes.begin; at < lanes.end;) {
    int level = at == 0 ? 30 : std::countr_zero(static_cast<unsigned>(at));
    while ((1 << level) > lanes.end - at) --level;
    places.push_back({level, at >> level});
    at += 1 << level;
  }
  return places;
}

}  // namespace

LaneRange lanes_of(int rank, int ranks, int lanes) {
  const auto bound = [&](int r) { return static_cast<int>(static_cast<std::int64_t>(lanes) * r / ranks); };
  return {bound(rank), bound(rank + 1)};
}

template <class T>
LaneReduction<T>::LaneReduction(Communicator& ranks, int lanes, std::size_t count)
    : ranks_(ranks), lanes_(lanes), count_(count) {
  if (!std::has_single_bit(static_cast<unsigned>(lanes))) {
    throw Error(ExitCode::usage, "cut a step", "into lanes", std::to_string(lanes) + " is not a power of two",
                "set training.lanes to 1, 2, 4, 8, ...");
  }
  if (ranks.size() > lanes) {
    throw Error(
        ExitCode::usage, "share a step", "among ranks",
        std::to_string(ranks.size()) + " ranks are more than " + std::to_string(lanes) + " lanes (training.lanes)",
        "start at most " + std::to_string(lanes) + " ranks, or raise training.lanes (a study of its own)");
  }
  if (count % static_cast<std::size_t>(ranks.size()) != 0) {
    throw Error(ExitCode::internal, "cut a buffer", "of " + std::to_string(count) + " elements",
                "it does not split into " + std::to_string(ranks.size()) + " slices");
  }
  mine_ = lanes_of(ranks.rank(), ranks.size(), lanes);
}

template <class T>
LaneRange LaneReduction<T>::my_lanes() const noexcept {
  return mine_;
}

template <class T>
std::size_t LaneReduction<T>::slice_size() const noexcept {
  return count_ / static_cast<std::size_t>(ranks_.size());
}

template <class T>
std::vector<T> LaneReduction<T>::take_buffer(std::size_t size) {
  if (!spare_.empty() && spare_.back().size() == size) {
    std::vector<T> buffer = std::move(spare_.back());
    spare_.pop_back();
    return buffer;
  }
  return std::vector<T>(size, T{0});
}

template <class T>
bool LaneReduction<T>::are_siblings(const Node& left, const Node& right) {
  return left.level == right.level && left.index % 2 == 0 && right.index == left.index + 1;
}

template <class T>
void LaneReduction<T>::begin_lane(int lane) {
  if (lane == mine_.begin) {
    for (Node& node : stack_) spare_.push_back(std::move(node.values));
    stack_.clear();
  }
  const bool odd = lane % 2 == 1;
  adds_ = odd && !stack_.empty() && stack_.back().level == 0 && stack_.back().index == lane - 1;
  if (!adds_) stack_.push_back({0, lane, take_buffer(count_)});
}

template <class T>
void LaneReduction<T>::put(std::size_t offset, std::span<const T> values) {
  const std::span<T> target = std::span(stack_.back().values).subspan(offset, values.size());
  if (adds_) {
    add(target, values);
  } else {
    std::copy(values.begin(), values.end(), target.begin());
  }
}

template <class T>
void LaneReduction<T>::end_lane() {
  if (adds_) {
    ++stack_.back().level;
    stack_.back().index /= 2;
  }
  fold(stack_);
}

template <class T>
void LaneReduction<T>::fold(std::vector<Node>& stack) {
  while (stack.size() >= 2 && are_siblings(stack[stack.size() - 2], stack.back())) {
    Node& left = stack[stack.size() - 2];
    add(std::span(left.values), std::span<const T>(stack.back().values));
    ++left.level;
    left.index /= 2;
    if (stack.back().values.size() == count_) spare_.push_back(std::move(stack.back().values));
    stack.pop_back();
  }
}

template <class T>
std::span<T> LaneReduction<T>::finish(std::string_view what) {
  if (ranks_.size() == 1) return stack_.front().values;
  const bool one_each = lanes_ % ranks_.size() == 0 && std::has_single_bit(static_cast<unsigned>(ranks_.size()));
  std::vector<Node> all = one_each ? exchange_one_node(what) : exchange_nodes(what);
  std::vector<Node> stack;
  for (Node& node : all) {
    stack.push_back(std::move(node));
    fold(stack);
  }
  slice_ = std::move(stack.front().values);
  return slice_;
}

/// Every rank holds one subtree of the same height: its slices go to their owners as they lie.
template <class T>
std::vector<typename LaneReduction<T>::Node> LaneReduction<T>::exchange_one_node(std::string_view what) {
  received_.resize(count_);
  ranks_.all_to_all(buffer_of(std::span<const T>(stack_.front().values)), buffer_of(std::span(received_)), what);
  std::vector<Node> nodes;
  for (int rank = 0; rank < ranks_.size(); ++rank) {
    const auto* first = received_.data() + static_cast<std::size_t>(rank) * slice_size();
    nodes.push_back({stack_.front().level, rank, std::vector<T>(first, first + slice_size())});
  }
  return nodes;
}

/// Any rank count: a rank holds several subtrees; everyone knows which, so only values travel.
template <class T>
std::vector<typename LaneReduction<T>::Node> LaneReduction<T>::exchange_nodes(std::string_view what) {
  const auto ranks = static_cast<std::size_t>(ranks_.size());
  const std::size_t slice = slice_size(), slice_bytes = slice * sizeof(T);
  std::vector<std::vector<std::byte>> send(ranks);
  for (std::size_t r = 0; r < ranks; ++r) {
    send[r].resize(stack_.size() * slice_bytes);
    for (std::size_t n = 0; n < stack_.size(); ++n) {
      std::memcpy(send[r].data() + n * slice_bytes, stack_[n].values.data() + r * slice, slice_bytes);
    }
  }
  const auto received = ranks_.exchange(send, what);
  std::vector<Node> nodes;
  for (std::size_t r = 0; r < ranks; ++r) {
    const auto places = subtrees(lanes_of(static_cast<int>(r), ranks_.size(), lanes_));
    for (std::size_t n = 0; n < places.size(); ++n) {
      Node node{places[n].level, places[n].index, std::vector<T>(slice)};
      std::memcpy(node.values.data(), received[r].data() + n * slice_bytes, slice_bytes);
      nodes.push_back(std::move(node));
    }
  }
  return nodes;
}

template class LaneReduction<float>;
template class LaneReduction<double>;

double tree_sum(std::span<const double> lane_values) {
  if (lane_values.size() == 1) return lane_values.front();
  const std::size_t half = lane_values.size() / 2;
  return tree_sum(lane_values.first(half)) + tree_sum(lane_values.subspan(half));
}

}  // namespace genloss::comms
