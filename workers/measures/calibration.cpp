#include "workers/measures/calibration.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "workers/measures/by_group.hpp"

namespace genloss::workers {
namespace {

/// Bin of each prediction: the same number in every bin, by rising confidence; equal ones in the order they come.
std::vector<std::size_t> equal_mass_bins(std::span<const double> confidence, std::size_t bins) {
  std::vector<std::size_t> order(confidence.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return confidence[a] < confidence[b]; });
  std::vector<std::size_t> bin(order.size());
  for (std::size_t place = 0; place < order.size(); ++place) bin[order[place]] = place * bins / order.size();
  return bin;
}

/// Sums per group: predictions, confident ones, confident and wrong ones.
GroupSums confident_sums(const Predictions& p, double threshold) {
  return sums_by_group(p.group, 3, [&](std::size_t i, std::span<double> sums) {
    const bool confident = p.confidence[i] > threshold;
    sums[0] += 1;
    sums[1] += confident ? 1 : 0;
    sums[2] += confident && p.correct[i] == 0 ? 1 : 0;
  });
}

}  // namespace

Estimate calibration_error(const Predictions& p, const BootstrapPlan& plan, int bins) {
  const auto count = static_cast<std::size_t>(bins);
  const auto bin = equal_mass_bins(p.confidence, count);
  // Per bin: predictions, and confidence minus accuracy summed over them.
  const auto sums = sums_by_group(p.group, 2 * count, [&](std::size_t i, std::span<double> row) {
    row[2 * bin[i]] += 1;
    row[2 * bin[i] + 1] += p.confidence[i] - (p.correct[i] != 0 ? 1 : 0);
  });
  const auto statistic = [count](std::span<const double> totals) {
    double predictions = 0, error = 0;
    for (std::size_t b = 0; b < count; ++b) {
      predictions += totals[2 * b];
      error += std::abs(totals[2 * b + 1]);
    }
    return error / predictions;
  };
  return bootstrap(sums, statistic, plan);
}

Estimate confident_wrong_rate(const Predictions& p, const BootstrapPlan& plan, double threshold) {
  return bootstrap(confident_sums(p, threshold), ratio(2, 0), plan);
}

Estimate confident_wrong_share(const Predictions& p, const BootstrapPlan& plan, double threshold) {
  return bootstrap(confident_sums(p, threshold), ratio(2, 1), plan);
}

}  // namespace genloss::workers
