#include "workers/costs/model_costs.hpp"

#include <numeric>

namespace genloss::workers {

std::uint64_t total(const std::vector<MemoryPart>& parts) noexcept {
  return std::accumulate(parts.begin(), parts.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const MemoryPart& part) { return sum + part.bytes; });
}

}  // namespace genloss::workers
