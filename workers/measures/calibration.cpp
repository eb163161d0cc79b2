#include "workers/measures/calibration.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "workers/measures/statistics/by_group.hpp"

namespace genloss::workers {
namespace {

/// Predictions by rising confidence; equal ones in the order they come.
std::vector<std::size_t> by_confidence(std::span<const double> confidence) {
  std::vector<std::size_t> order(confidence.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return confidence[a] < confidence[b]; });
  return order;
}

double gap(const Predictions& p, std::size_t i) { return p.confidence[i] - (p.correct[i] != 0 ? 1 : 0); }

/// Accuracy (or its opposite) among the predictions that `counts` picks.
template <class Counts>
Estimate share_among(const Predictions& p, const ResamplePlan& plan, bool wanted, const Counts& counts) {
  const auto sums = sums_by_group(p.group, 2, [&](std::size_t i, std::span<double> row) {
    if (!counts(i)) return;
    row[0] += (p.correct[i] != 0) == wanted ? 1 : 0;
    row[1] += 1;
  });
  return estimate_of(sums, ratio(), plan);
}

}  // namespace

Estimate overconfidence(const Predictions& p, const ResamplePlan& plan) {
  const auto sums = sums_by_group(p.group, 2, [&](std::size_t i, std::span<double> row) {
    row[0] += gap(p, i);
    row[1] += 1;
  });
  return estimate_of(sums, ratio(), plan);
}

Estimate calibration_error(const Predictions& p, const ResamplePlan& plan, int bins) {
  const auto count = static_cast<std::size_t>(bins);
  const auto order = by_confidence(p.confidence);
  std::vector<std::size_t> bin(order.size());
  for (std::size_t place = 0; place < order.size(); ++place) bin[order[place]] = place * count / order.size();
  // Per bin: predictions n and gaps g summed, and the squares of both sums of each document, from which follow the sums
  // over pairs of different documents: (sum g)^2 - sum g^2.
  GroupSums sums(4 * count);
  std::span<double> row;
  const auto square = [&] {
    for (std::size_t b = 0; b < count && !row.empty(); ++b) {
      row[4 * b + 2] = row[4 * b] * row[4 * b];
      row[4 * b + 3] = row[4 * b + 1] * row[4 * b + 1];
    }
  };
  for (std::size_t i = 0; i < p.group.size(); ++i) {
    if (i == 0 || p.group[i] != p.group[i - 1]) {
      square();
      row = sums.add_group();
    }
    row[4 * bin[i]] += 1;
    row[4 * bin[i] + 1] += gap(p, i);
  }
  square();
  const auto statistic = [count](std::span<const double> t) {
    double predictions = 0, error = 0;
    for (std::size_t b = 0; b < count; ++b) {
      const auto bin_of = t.subspan(4 * b, 4);
      const double pairs = bin_of[0] * bin_of[0] - bin_of[2];
      predictions += bin_of[0];
      if (pairs > 0) error += bin_of[0] * (bin_of[1] * bin_of[1] - bin_of[3]) / pairs;
    }
    const double mean = error / predictions;
    return std::copysign(std::sqrt(std::abs(mean)), mean);
  };
  if (sums.groups() == 1) return {std::numeric_limits<double>::quiet_NaN(), {}, 1};
  return estimate_of(sums, statistic, plan);
}

Estimate confident_accuracy(const Predictions& p, const ResamplePlan& plan, double share) {
  const auto order = by_confidence(p.confidence);
  std::vector<bool> among(order.size());
  const auto first = static_cast<std::size_t>(std::floor((1 - share) * static_cast<double>(order.size())));
  for (std::size_t place = first; place < order.size(); ++place) among[order[place]] = true;
  return share_among(p, plan, true, [&](std::size_t i) { return among[i]; });
}

Estimate confident_wrong_share(const Predictions& p, const ResamplePlan& plan, double threshold) {
  return share_among(p, plan, false, [&](std::size_t i) { return p.confidence[i] > threshold; });
}

}  // namespace genloss::workers
