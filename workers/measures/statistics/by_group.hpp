#pragma once
#include <cstdint>
#include <span>

#include "workers/measures/statistics/half_samples.hpp"

namespace genloss::workers {

/// One row per run of equal numbers in `group`; add(i, row) puts item i into its group's row.
template <class Add>
[[nodiscard]] GroupSums sums_by_group(std::span<const std::uint32_t> group, std::size_t width, const Add& add) {
  GroupSums sums(width);
  std::span<double> row;
  for (std::size_t i = 0; i < group.size(); ++i) {
    if (i == 0 || group[i] != group[i - 1]) row = sums.add_group();
    add(i, row);
  }
  return sums;
}

}  // namespace genloss::workers
