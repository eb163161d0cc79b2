#pragma once
// From lane gradients on many ranks to one slice of the summed gradient per rank.

#include <memory>
#include <span>

#include "comms/communicator.hpp"
#include "comms/lanes/lane_reduction.hpp"
#include "jobs/study_spec.hpp"

namespace genloss::workers {

class GradientExchange {
 public:
  virtual ~GradientExchange() = default;
  [[nodiscard]] virtual comms::LaneRange my_lanes() const = 0;
  virtual void begin_lane(int lane) = 0;
  /// Every element of a lane is given at most once; what is never given is zero.
  virtual void put(std::size_t offset, std::span<const float> values) = 0;
  virtual void end_lane() = 0;
  /// Collective. This rank's slice of the sum over all lanes, valid until the next begin_lane().
  [[nodiscard]] virtual std::span<float> finish() = 0;
};

/// exact: bits do not depend on the number of ranks (comms::LaneReduction). fast: plain sums and the library's
/// reduce-scatter; equal bits only at equal rank count. @param count elements, a multiple of ranks.size()
[[nodiscard]] std::unique_ptr<GradientExchange> make_exchange(jobs::Reduction reduction, comms::Communicator& ranks,
                                                              int lanes, std::size_t count);

}  // namespace genloss::workers
