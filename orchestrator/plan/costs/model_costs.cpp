#include "orchestrator/plan/costs/model_costs.hpp"

#include <algorithm>
#include <numeric>

namespace genloss::orchestrator::plan {

std::uint64_t total(const std::vector<MemoryPart>& parts) noexcept {
  return std::accumulate(parts.begin(), parts.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const MemoryPart& part) { return sum + part.bytes; });
}

ModelCosts costs_of(const jobs::StudySpec& spec, int ranks) {
  const int sharing = std::min(ranks, spec.training.lanes);
  return spec.study.family == jobs::FamilyKind::gaussian ? gaussian_costs(spec, sharing)
                                                         : transformer_costs(spec, sharing);
}

}  // namespace genloss::orchestrator::plan
