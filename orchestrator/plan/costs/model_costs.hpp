#pragma once
// What one generation of a study costs a rank, by arithmetic: sizes, work and traffic of the family's model.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "jobs/study_spec.hpp"

namespace genloss::orchestrator::plan {

/// A named part of a rank's memory.
struct MemoryPart {
  std::string name;
  std::uint64_t bytes = 0;
};
[[nodiscard]] std::uint64_t total(const std::vector<MemoryPart>& parts) noexcept;

struct Training {
  std::uint64_t steps = 0, values = 0;  ///< values: tokens trained on (reals: samples)
};

struct ModelCosts {
  std::uint64_t parameters = 0;
  std::uint64_t model_bytes = 0, model_files = 0;            ///< the folder model/
  std::uint64_t checkpoint_bytes = 0, checkpoint_files = 0;  ///< one checkpoint; 0: the family makes none
  double training_flops = 0;                                 ///< per value trained on
  double sampling_flops = 0;                              ///< per value drawn, on average over a sample of full length
  double scoring_flops = 0;                               ///< per value scored
  std::uint64_t step_bytes = 0;                           ///< sent by each rank in one step
  double scored_value_bytes = 0, scored_shard_bytes = 0;  ///< sent to rank 0 for each value, each shard measured
  /// While training, sampling and measuring, of the rank that needs most; without the program itself.
  std::vector<MemoryPart> training_memory, sampling_memory, scoring_memory;
  /// What a mix of so many units makes in a generation.
  std::function<Training(int generation, std::uint64_t units)> training;
};

/// @param ranks at most spec.training.lanes
[[nodiscard]] ModelCosts transformer_costs(const jobs::StudySpec& spec, int ranks);
[[nodiscard]] ModelCosts gaussian_costs(const jobs::StudySpec& spec, int ranks);
[[nodiscard]] ModelCosts costs_of(const jobs::StudySpec& spec, int ranks);

}  // namespace genloss::orchestrator::plan
