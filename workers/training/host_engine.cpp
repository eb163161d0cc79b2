#include "workers/training/host_engine.hpp"

#include <algorithm>

#include "workers/training/gemm_peak.hpp"
#include "workers/training/gradient_norm.hpp"

namespace genloss::workers {

HostEngine::HostEngine(const jobs::TrainingSection& training, const Network& network, std::span<const float> start,
                       comms::Communicator& ranks)
    : ranks_(ranks),
      layout_(network.layout()),
      parameters_(padded_size(layout_.flat_size(), ranks.size())),
      exchange_(make_exchange(training.reduction, ranks, training.lanes, parameters_.size())),
      slice_begin_(parameters_.size() / static_cast<std::size_t>(ranks.size()) *
                   static_cast<std::size_t>(ranks.rank())),
      slice_size_(parameters_.size() / static_cast<std::size_t>(ranks.size())),
      optimizer_(layout_, training, slice_begin_, slice_size_),
      pass_(network.host_pass(parameters_.data())),
      losses_(static_cast<std::size_t>(training.lanes)) {
  std::ranges::copy(start, parameters_.values().begin());
}

void HostEngine::prepare() {
  if (!prepared_) pass_->prepare();
  prepared_ = true;
}

void HostEngine::run_lane(int lane, const LaneGroup& group) {
  exchange_->begin_lane(lane);
  pass_->run(
      group, [&](std::size_t offset, std::span<const float> gradient) { exchange_->put(offset, gradient); },
      std::span(losses_).subspan(static_cast<std::size_t>(lane), 1));
  exchange_->end_lane();
}

void HostEngine::losses(std::span<double> by_lane) {
  const comms::LaneRange mine = my_lanes();
  std::copy(losses_.begin() + mine.begin, losses_.begin() + mine.end, by_lane.begin() + mine.begin);
}

double HostEngine::measure(std::span<const std::byte> units) {
  prepare();
  return pass_->measure(units);
}

double HostEngine::reduce() {
  gradient_ = exchange_->finish();
  return global_norm(gradient_, ranks_);
}

void HostEngine::update(std::uint64_t step, double learning_rate, double gradient_scale) {
  optimizer_.step(state().parameters, gradient_, step, learning_rate, gradient_scale);
  if (ranks_.size() > 1) share_parameters("parameters");
  prepared_ = false;
}

StateSlice HostEngine::state() {
  return {slice_begin_, parameters_.values().subspan(slice_begin_, slice_size_), optimizer_.first_moment(),
          optimizer_.second_moment()};
}

void HostEngine::take_state() {
  share_parameters("restored parameters");
  prepared_ = false;
}

void HostEngine::share_parameters(std::string_view what) {
  ranks_.all_gather(comms::buffer_of(std::span<const float>(state().parameters)),
                    comms::buffer_of(parameters_.values()), what);
}

void HostEngine::copy_parameters(std::span<float> flat) {
  std::ranges::copy(parameters_.values().first(flat.size()), flat.begin());
}

double HostEngine::peak() const { return gemm_peak(); }

}  // namespace genloss::workers
