#include "workers/measures/bootstrap.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "jobs/random.hpp"

namespace genloss::workers {
namespace {

/// Quantile of sorted values by linear interpolation (Hyndman & Fan's type 7).
double quantile(std::span<const double> sorted, double p) {
  const double place = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

std::vector<double> GroupSums::totals() const {
  std::vector<double> sums(width_, 0.0);
  for (std::size_t i = 0; i < values_.size(); ++i) sums[i % width_] += values_[i];
  return sums;
}

Estimate bootstrap(const GroupSums& groups, const Statistic& statistic, const BootstrapPlan& plan) {
  constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
  if (groups.groups() == 0) return {nothing, {nothing, nothing}};
  const double value = statistic(groups.totals());
  const jobs::CounterRandom random({plan.seed, jobs::Purpose::bootstrap, plan.generation});
  std::vector<double> resampled, totals(groups.width());
  for (int b = 0; b < plan.resamples; ++b) {
    std::fill(totals.begin(), totals.end(), 0.0);
    for (std::size_t draw = 0; draw < groups.groups(); ++draw) {
      const auto picked = groups.group(random.below(groups.groups(), static_cast<std::uint64_t>(b), draw));
      for (std::size_t i = 0; i < totals.size(); ++i) totals[i] += picked[i];
    }
    const double drawn = statistic(totals);
    if (!std::isnan(drawn)) resampled.push_back(drawn);
  }
  if (resampled.empty()) return {value, {value, value}};
  std::sort(resampled.begin(), resampled.end());
  const double tail = (1 - plan.confidence) / 2;
  return {value, {std::min(value, quantile(resampled, tail)), std::max(value, quantile(resampled, 1 - tail))}};
}

Statistic ratio(std::size_t a, std::size_t b) {
  return [a, b](std::span<const double> totals) { return totals[a] / totals[b]; };
}

Measure to_measure(std::string name, const Estimate& estimate, std::string unit, std::string symptom) {
  return {std::move(name),        estimate.value,  estimate.interval.low,
          estimate.interval.high, std::move(unit), std::move(symptom)};
}

}  // namespace genloss::workers
