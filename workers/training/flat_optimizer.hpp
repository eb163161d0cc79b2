#pragma once
// AdamW over this rank's slice of the flat parameters (ZeRO stage 1: Rajbhandari et al. 2020).

#include <cstdint>
#include <span>
#include <vector>

#include "jobs/study_spec.hpp"
#include "workers/network/parameters.hpp"
#include "workers/numerics/aligned_floats.hpp"

namespace genloss::workers {

/// Decoupled weight decay (Loshchilov & Hutter 2019, algorithm 2) with bias correction. Element by element: the bits of
/// a parameter do not depend on where slices are cut.
class FlatOptimizer {
 public:
  /// Of elements [begin, begin + count) of the flat buffer; padding elements belong to no parameter and stay as they
  /// are.
  FlatOptimizer(const ParameterLayout& layout, const jobs::TrainingSection& training, std::size_t begin,
                std::size_t count);

  /// @param step from 1 @param gradient_scale multiplies every gradient first (clipping)
  void step(std::span<float> parameters, std::span<const float> gradients, std::uint64_t step, double learning_rate,
            double gradient_scale);

  [[nodiscard]] std::span<float> first_moment() noexcept { return first_moment_.values(); }
  [[nodiscard]] std::span<float> second_moment() noexcept { return second_moment_.values(); }

 private:
  /// A stretch of the slice with one kind of decay.
  struct Run {
    std::size_t begin = 0, end = 0;
    bool decayed = false;
  };
  jobs::TrainingSection training_;
  std::vector<Run> runs_;
  numerics::AlignedFloats first_moment_, second_moment_;
};

}  // namespace genloss::workers
