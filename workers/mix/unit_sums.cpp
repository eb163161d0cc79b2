#include "workers/mix/unit_sums.hpp"

#include "comms/lanes/lane_reduction.hpp"

namespace genloss::workers {

std::vector<double> sum_of_units(comms::Communicator& ranks, MixReader& mix, int lanes, std::size_t count,
                                 std::string_view what, const AccumulateUnit& accumulate) {
  const auto size = static_cast<std::size_t>(ranks.size());
  const std::size_t padded = (count + size - 1) / size * size;
  comms::LaneReduction<double> reduction(ranks, lanes, padded);
  const std::uint64_t units = mix.plan().units();
  const auto start_of = [&](int lane) {
    const auto parts = static_cast<std::uint64_t>(lanes), part = static_cast<std::uint64_t>(lane);
    return units / parts * part + units % parts * part / parts;
  };
  std::vector<std::byte> unit(mix.unit_bytes());
  std::vector<double> sums(count);
  const auto mine = reduction.my_lanes();
  for (int lane = mine.begin; lane < mine.end; ++lane) {
    reduction.begin_lane(lane);
    std::fill(sums.begin(), sums.end(), 0.0);
    for (std::uint64_t position = start_of(lane); position < start_of(lane + 1); ++position) {
      const double weight = mix.read(position, unit);
      accumulate(unit, weight, sums);
    }
    reduction.put(0, sums);
    reduction.end_lane();
  }
  const std::span<const double> slice = reduction.finish(what);
  std::vector<double> total(padded);
  ranks.all_gather(comms::buffer_of(slice), comms::buffer_of(std::span(total)), what);
  total.resize(count);
  return total;
}

bool stop_agreed(comms::Communicator& ranks, const std::function<bool()>& requested) {
  const bool mine = requested && requested();
  return ranks.agree_max(mine ? 1 : 0, "stop request") != 0;
}

}  // namespace genloss::workers
