#include "workers/costs/lane_costs.hpp"

#include <vector>

#include "comms/dry_run.hpp"
#include "comms/lanes/lane_reduction.hpp"

namespace genloss::workers {
namespace {

int busiest_rank(int ranks, int lanes) {
  int busiest = 0;
  for (int rank = 1; rank < ranks; ++rank) {
    if (comms::lanes_of(rank, ranks, lanes).count() > comms::lanes_of(busiest, ranks, lanes).count()) busiest = rank;
  }
  return busiest;
}

}  // namespace

template <class T>
LaneCosts lane_costs(int ranks, int lanes, std::uint64_t elements) {
  comms::DryRun pretended(busiest_rank(ranks, lanes), ranks);
  // Buffers and bytes are proportional to the elements of a lane: one element a slice tells them all.
  const auto few = static_cast<std::size_t>(ranks);
  comms::LaneReduction<T> reduction(pretended, lanes, few);
  const std::vector<T> lane_values(few, T{1});
  for (int lane = reduction.my_lanes().begin; lane < reduction.my_lanes().end; ++lane) {
    reduction.begin_lane(lane);
    reduction.put(0, lane_values);
    reduction.end_lane();
  }
  (void)reduction.finish("planned sum");
  const auto held = reduction.buffers();
  return {held.own + held.received, held.received, pretended.traffic().bytes_sent * (elements / few)};
}

template LaneCosts lane_costs<float>(int, int, std::uint64_t);
template LaneCosts lane_costs<double>(int, int, std::uint64_t);

UnitSumCosts unit_sum_costs(int ranks, int lanes, std::uint64_t count) {
  const auto size = static_cast<std::uint64_t>(ranks);
  const std::uint64_t padded = (count + size - 1) / size * size;
  const LaneCosts lane = lane_costs<double>(ranks, lanes, padded);
  const std::uint64_t flag =
      bytes_sent(ranks, [](comms::Communicator& all) { (void)all.agree_max(0, "planned flag"); });
  return {lane.bytes_sent + flag + (padded - padded / size) * sizeof(double),
          (lane.buffers + 1) * padded * sizeof(double)};
}

std::uint64_t bytes_sent(int ranks, const std::function<void(comms::Communicator&)>& exchange) {
  comms::DryRun pretended(0, ranks);
  exchange(pretended);
  return pretended.traffic().bytes_sent;
}

}  // namespace genloss::workers
