#include "workers/training/gradient_norm.hpp"

#include <array>
#include <cmath>
#include <vector>

namespace genloss::workers {
namespace {

/// Sixteen interleaved sums, then those in order: a fixed order that still lets the compiler use vectors.
double sum_of_squares(std::span<const float> block) {
  std::array<double, 16> sums{};
  for (std::size_t i = 0; i < block.size(); i += sums.size()) {
    for (std::size_t j = 0; j < sums.size(); ++j) {
      const double value = block[i + j];
      sums[j] += value * value;
    }
  }
  double total = 0;
  for (const double sum : sums) total += sum;
  return total;
}

}  // namespace

std::size_t padded_size(std::size_t elements, int ranks) {
  const std::size_t unit = norm_block * static_cast<std::size_t>(ranks);
  return (elements + unit - 1) / unit * unit;
}

double global_norm(std::span<const float> slice, comms::Communicator& ranks) {
  const std::size_t blocks = slice.size() / norm_block;
  std::vector<double> all(blocks * static_cast<std::size_t>(ranks.size()));
  const auto mine = std::span(all).subspan(static_cast<std::size_t>(ranks.rank()) * blocks, blocks);
  for (std::size_t b = 0; b < blocks; ++b) mine[b] = sum_of_squares(slice.subspan(b * norm_block, norm_block));
  ranks.all_gather(comms::buffer_of(std::span<const double>(mine)), comms::buffer_of(std::span(all)), "gradient norm");
  double total = 0;
  for (const double block : all) total += block;
  return std::sqrt(total);
}

}  // namespace genloss::workers
