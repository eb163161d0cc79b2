#pragma once
// Where a group's gradients are computed, and how they leave.

#include <span>

#include "workers/network/lane_pass.hpp"
#include "workers/numerics/aligned_floats.hpp"
#include "workers/numerics/matrix.hpp"
#include "workers/passes/linear.hpp"

namespace genloss::workers {

/// With one forward pass per lane, every gradient is computed in the same small buffer and handed over while it is in
/// cache; with several micro-batches a whole flat buffer collects them and the last one hands over.
class GroupGradients {
 public:
  explicit GroupGradients(const ParameterLayout& layout);

  /// @param segment tokens per lane in this pass @param first, last whether this is the lane's first / last micro-batch
  void begin(std::size_t segment, bool first, bool last, const GradientSink& sink);
  [[nodiscard]] bool adds() const noexcept { return !first_; }
  [[nodiscard]] bool is_last() const noexcept { return last_; }
  [[nodiscard]] std::size_t segment() const noexcept { return segment_; }

  /// Of y = x W + b: W's gradient from x and dy, b's from dy.
  void linear(const Linear& layer, const numerics::ConstMatrix& x, const numerics::ConstMatrix& dy);
  /// Of a normalisation, whose partial sums (rows_per_partial rows each) are [d weight | d bias].
  void norm(const Norm1d& layer, const numerics::ConstMatrix& partial, std::size_t rows_per_partial);
  /// Where the gradient of `p` is to be written (added to, if adds()), before done(p).
  [[nodiscard]] float* of(const ParameterInfo& p);
  void done(const ParameterInfo& p);
  void hand_over(const ParameterInfo& p, const float* values);

 private:
  std::size_t flat_size_, segment_ = 0;
  bool first_ = true, last_ = true;
  const GradientSink* sink_ = nullptr;
  numerics::AlignedFloats one_, all_, packed_;
};

}  // namespace genloss::workers
