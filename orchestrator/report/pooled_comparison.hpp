#pragma once
// Arms of several seeds side by side: what differs between seeds is chance, what differs between arms is the cure.

#include <cstdint>
#include <string>
#include <vector>

#include "orchestrator/report/comparison.hpp"

namespace genloss::orchestrator {

/// One chain among those that are compared.
struct ChainMeasures {
  std::string run, arm;
  std::uint64_t seed = 0;
  bool several = false;  ///< its run has several chains
  workers::MeasuredRun measured;
  double confidence = 0.95;
};

/// The chains of one arm (of one run), by seed.
struct ArmMeasures {
  std::string name;
  std::vector<ChainMeasures> chains;
};

/// Chains by arm, in the order in which arms first appear; a run that names no arms is one.
[[nodiscard]] std::vector<ArmMeasures> arms_of(const std::vector<ChainMeasures>& chains);
/// Each chain on its own, with a name that tells them apart.
[[nodiscard]] std::vector<RunMeasures> runs_of(const std::vector<ChainMeasures>& chains);

/// Mean and half of its interval, by Student's t over values of independent seeds.
struct Pooled {
  double mean = 0, half = 0;  ///< half: infinite for a single value
  std::size_t seeds = 0;
};
[[nodiscard]] Pooled pool(const std::vector<double>& values, double confidence);

/// Per measure and arm, the mean change from first to last generation with its interval between seeds; then per arm but
/// the first the mean of its differences from the first arm, seed by seed ("*" where the interval leaves out 0).
[[nodiscard]] std::string pooled_comparison(const std::vector<workers::Record>& records,
                                            const std::vector<ArmMeasures>& arms);

}  // namespace genloss::orchestrator
