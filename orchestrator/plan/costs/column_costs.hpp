#pragma once
// What a column of a corpus takes on disk, and what it is to make it.

#include <cstdint>

#include "jobs/study_spec.hpp"
#include "workers/costs/model_costs.hpp"

namespace genloss::orchestrator::plan {

struct ColumnCosts {
  std::uint64_t bytes = 0, files = 0;
  double flops = 0;  ///< of scorers that read a model; of others nothing that counts
};
/// @param samples, values of the corpus, prompts not counted
[[nodiscard]] ColumnCosts column_costs(const jobs::ColumnOrder& column, const workers::ModelCosts& model,
                                       std::uint64_t shards, std::uint64_t samples, std::uint64_t values);

}  // namespace genloss::orchestrator::plan
