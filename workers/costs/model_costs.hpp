#pragma once
// What one generation of a study costs a rank, by arithmetic: sizes, work and traffic of the family's model.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "jobs/study_spec.hpp"

namespace genloss::workers {

/// A named part of a rank's memory.
struct MemoryPart {
  std::string name;
  std::uint64_t bytes = 0;
};
[[nodiscard]] std::uint64_t total(const std::vector<MemoryPart>& parts) noexcept;

struct TrainingAmount {
  std::uint64_t steps = 0, values = 0;  ///< values: tokens trained on (reals: samples)
};

/// measures.json of a model, of its corpus too, and of human text besides.
struct MeasureBytes {
  std::uint64_t of_model = 0, of_corpus = 0, of_human = 0;
};

struct ModelCosts {
  std::uint64_t parameters = 0;
  std::uint64_t model_bytes = 0, model_files = 0;  ///< the folder model/
  std::uint64_t model_bytes_per_unit = 0;          ///< more of it for each unit of its mix, where a model keeps them
  std::uint64_t checkpoint_bytes = 0, checkpoint_files = 0;  ///< one checkpoint; 0: the family makes none
  double training_flops = 0;                                 ///< per value trained on
  double sampling_flops = 0;  ///< per value drawn (reals: sample), on average over a sample of full length
  double scoring_flops = 0;   ///< per value scored
  MeasureBytes measure_bytes;
  std::uint64_t step_bytes = 0;                           ///< sent by each rank in one step
  double scored_value_bytes = 0, scored_shard_bytes = 0;  ///< sent to rank 0 for each value, each shard measured
  /// While training, sampling and measuring, of the rank that needs most; without the program itself.
  std::vector<MemoryPart> training_memory, sampling_memory, scoring_memory;
  /// What a mix of so many units makes in a generation.
  std::function<TrainingAmount(int generation, std::uint64_t units)> training;
};

/// What sets the nodes of a graph against each other, good enough to choose groups of ranks before anything is read.
struct RoughWork {
  double drawn_values = 0;        ///< of a corpus
  double seconds_a_value = 1e-7;  ///< of drawing one on one core of today
};

}  // namespace genloss::workers
