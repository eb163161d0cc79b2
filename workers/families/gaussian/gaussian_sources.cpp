#include "workers/families/gaussian/gaussian_sources.hpp"

#include <cstring>
#include <vector>

namespace genloss::workers {

void TruthSource::read(std::uint64_t unit, std::span<std::byte> out) {
  std::vector<double> values(draws_.values());
  draws_.draw(first_ + unit, values);
  std::memcpy(out.data(), values.data(), unit_bytes());
}

}  // namespace genloss::workers
