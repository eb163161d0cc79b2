#include "comms/lanes/lane_plan.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>

#include "jobs/error.hpp"

namespace genloss::comms {
namespace {

void check(int ranks, int lanes, std::size_t count) {
  if (lanes < 1 || !std::has_single_bit(static_cast<unsigned>(lanes))) {
    throw Error(ExitCode::usage, "cut a step", "into lanes", std::to_string(lanes) + " is not a power of two",
                "set training.lanes to 1, 2, 4, 8, ...");
  }
  if (ranks > lanes) {
    throw Error(ExitCode::usage, "share a step", "among ranks",
                std::to_string(ranks) + " ranks are more than " + std::to_string(lanes) + " lanes (training.lanes)",
                "start at most " + std::to_string(lanes) + " ranks, or raise training.lanes (a study of its own)");
  }
  if (count % static_cast<std::size_t>(ranks) != 0) {
    throw Error(ExitCode::internal, "sum over lanes", "of " + std::to_string(count) + " elements",
                "they do not split into " + std::to_string(ranks) + " equal slices",
                "this is a defect: please report it");
  }
}

}  // namespace

LaneRange lanes_of(int rank, int ranks, int lanes) {
  const auto bound = [&](int r) { return static_cast<int>(static_cast<std::int64_t>(lanes) * r / ranks); };
  return {bound(rank), bound(rank + 1)};
}

std::size_t SubtreeStack::closed_by(int lane) const {
  std::size_t closes = 0;
  for (Subtree done{0, lane}; closes < stack_.size(); ++closes, done = done.parent()) {
    if (!stack_[stack_.size() - 1 - closes].is_left_sibling_of(done)) break;
  }
  return closes;
}

void SubtreeStack::add(int lane) {
  Subtree done{0, lane};
  for (std::size_t closes = closed_by(lane); closes > 0; --closes) {
    stack_.pop_back();
    done = done.parent();
  }
  stack_.push_back(done);
}

LanePlan::LanePlan(int rank, int ranks, int lane_count, std::size_t count) : lanes(lane_count) {
  check(ranks, lanes, count);
  mine = lanes_of(rank, ranks, lanes);
  std::vector<std::pair<Subtree, std::size_t>> open;  // subtrees of all ranks so far, and their places
  for (int r = 0; r < ranks; ++r) {
    SubtreeStack held;
    const LaneRange theirs = lanes_of(r, ranks, lanes);
    for (int lane = theirs.begin; lane < theirs.end; ++lane) held.add(lane);
    int exchange = 0;
    for (const Subtree& subtree : held.subtrees()) {
      open.emplace_back(subtree, places.size());
      places.push_back({r, exchange++});
      while (open.size() >= 2 && open[open.size() - 2].first.is_left_sibling_of(open.back().first)) {
        sums.push_back({open[open.size() - 2].second, open.back().second});
        open.pop_back();
        open.back().first = open.back().first.parent();
      }
    }
    exchanges = std::max(exchanges, exchange);
  }
}

}  // namespace genloss::comms
