#include "workers/training/gradient_exchange.hpp"

#include <algorithm>
#include <vector>

#include "jobs/error.hpp"
#include "workers/numerics/aligned_floats.hpp"

namespace genloss::workers {
namespace {

constexpr std::string_view what = "gradient slices";

class ExactExchange : public GradientExchange {
 public:
  ExactExchange(comms::Communicator& ranks, int lanes, std::size_t count) : tree_(ranks, lanes, count) {}
  [[nodiscard]] comms::LaneRange my_lanes() const override { return tree_.my_lanes(); }
  void begin_lane(int lane) override { tree_.begin_lane(lane); }
  void put(std::size_t offset, std::span<const float> values) override { tree_.put(offset, values); }
  void end_lane() override { tree_.end_lane(); }
  [[nodiscard]] std::span<float> finish() override { return tree_.finish(what); }

 private:
  comms::LaneReduction<float> tree_;
};

class FastExchange : public GradientExchange {
 public:
  FastExchange(comms::Communicator& ranks, int lanes, std::size_t count)
      : ranks_(ranks),
        lanes_(comms::lanes_of(ranks.rank(), ranks.size(), lanes)),
        sum_(count),
        slice_(ranks.size() == 1 ? 0 : count / static_cast<std::size_t>(ranks.size())) {
    if (ranks.size() > lanes) {
      throw Error(ExitCode::usage, "share a step", "among " + std::to_string(ranks.size()) + " ranks",
                  "there are only " + std::to_string(lanes) + " lanes", "raise training.lanes or start fewer ranks");
    }
  }
  [[nodiscard]] comms::LaneRange my_lanes() const override { return lanes_; }
  void begin_lane(int lane) override { first_ = lane == lanes_.begin; }
  void put(std::size_t offset, std::span<const float> values) override {
    const auto target = sum_.values().subspan(offset, values.size());
    if (first_) {
      std::copy(values.begin(), values.end(), target.begin());
    } else {
      for (std::size_t i = 0; i < values.size(); ++i) target[i] += values[i];
    }
  }
  void end_lane() override {}
  [[nodiscard]] std::span<float> finish() override {
    if (ranks_.size() == 1) return sum_.values();
    ranks_.reduce_scatter(comms::buffer_of(std::span<const float>(sum_.values())), comms::buffer_of(slice_.values()),
                          comms::ReduceOp::sum, what);
    return slice_.values();
  }

 private:
  comms::Communicator& ranks_;
  comms::LaneRange lanes_;
  numerics::AlignedFloats sum_, slice_;
  bool first_ = true;
};

}  // namespace

std::unique_ptr<GradientExchange> make_exchange(jobs::Reduction reduction, comms::Communicator& ranks, int lanes,
                                                std::size_t count) {
  if (reduction == jobs::Reduction::fast) return std::make_unique<FastExchange>(ranks, lanes, count);
  return std::make_unique<ExactExchange>(ranks, lanes, count);
}

}  // namespace genloss::workers
