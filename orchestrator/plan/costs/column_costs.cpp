#include "orchestrator/plan/costs/column_costs.hpp"

#include <algorithm>

#include "orchestrator/plan/costs/disk_costs.hpp"
#include "workers/scorers/scorer_type.hpp"

namespace genloss::orchestrator::plan {

ColumnCosts column_costs(const jobs::ColumnOrder& column, const workers::ModelCosts& model, std::uint64_t shards,
                         std::uint64_t samples, std::uint64_t values) {
  constexpr std::uint64_t list = 420, line = 190, other_files = 4;  // columns.json, a value of it; beside the shards
  const workers::ScorerType& type = workers::scorer_type(column.scorer);
  const std::uint64_t tokens = type.per_token(column) ? values : 0, each = std::max<std::uint64_t>(1, shards);
  ColumnCosts costs;
  costs.files = shards + other_files;
  costs.bytes = shards * shard_bytes(workers::format_of(column), samples / each, tokens / each) +
                corpus_manifest_bytes(shards) + list + line * type.values.size() + made_by_bytes;
  if (!type.model_setting.empty()) costs.flops = model.scoring_flops * static_cast<double>(values);
  return costs;
}

}  // namespace genloss::orchestrator::plan
