#pragma once
// What the sum over lanes costs a rank, asked of the code that does it: it runs over a communicator that only pretends.

#include <cstdint>
#include <functional>

#include "comms/communicator.hpp"

namespace genloss::workers {

struct LaneCosts {
  std::uint64_t buffers = 0;     ///< lane-sized buffers held at the end of a round, received ones included
  std::uint64_t received = 0;    ///< of these, received ones
  std::uint64_t bytes_sent = 0;  ///< by one rank
};

/// One round of comms::LaneReduction<T> for lanes of `elements`, on the rank with the most lanes of `ranks`.
/// @param elements a multiple of ranks
template <class T>
[[nodiscard]] LaneCosts lane_costs(int ranks, int lanes, std::uint64_t elements);

/// What one sum_of_units() (workers/mix) of `count` reals costs a rank, after agreeing that nobody was asked to stop.
struct UnitSumCosts {
  std::uint64_t bytes_sent = 0, buffers = 0;  ///< buffers: bytes
};
[[nodiscard]] UnitSumCosts unit_sum_costs(int ranks, int lanes, std::uint64_t count);

/// Bytes that rank 0 of `ranks` sends in `exchange`, run over a pretended communicator.
[[nodiscard]] std::uint64_t bytes_sent(int ranks, const std::function<void(comms::Communicator&)>& exchange);

}  // namespace genloss::workers
