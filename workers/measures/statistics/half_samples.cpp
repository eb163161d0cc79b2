#include "workers/measures/statistics/half_samples.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "jobs/heartbeat.hpp"
#include "jobs/random.hpp"
#include "workers/measures/statistics/interval.hpp"

namespace genloss::workers {
namespace {
constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
}

std::vector<std::uint32_t> random_order(std::uint64_t seed, int resample, std::size_t groups) {
  const jobs::CounterRandom random({seed, jobs::Purpose::bootstrap, 0});
  // Equal keys (never, in practice) stay in order of number.
  std::vector<std::pair<std::uint64_t, std::uint32_t>> keys(groups);
  for (std::size_t g = 0; g < groups; ++g) {
    const auto bits = random.block(static_cast<std::uint64_t>(resample), g);
    keys[g] = {(std::uint64_t{bits[0]} << 32) | bits[1], static_cast<std::uint32_t>(g)};
  }
  std::sort(keys.begin(), keys.end());
  std::vector<std::uint32_t> order(groups);
  std::transform(keys.begin(), keys.end(), order.begin(), [](const auto& key) { return key.second; });
  return order;
}

std::vector<double> GroupSums::totals() const {
  std::vector<double> sums(width_, 0.0);
  for (std::size_t i = 0; i < values_.size(); ++i) sums[i % width_] += values_[i];
  return sums;
}

Estimate estimate_from_halves(double value, std::vector<double> halves, std::size_t groups, bool relative) {
  Estimate estimate{value, std::move(halves), groups};
  auto& r = estimate.resamples;
  if (groups < 2 || r.empty()) return {value, {}, groups};
  const double mean = std::accumulate(r.begin(), r.end(), 0.0) / static_cast<double>(r.size());
  if (!std::isfinite(mean) || !std::isfinite(value)) return {value, {}, groups};
  // Of an odd number the half is the smaller part, and spreads a little wider than the whole does.
  const auto part = static_cast<double>(groups / 2);
  const double spread = std::sqrt(part / (static_cast<double>(groups) - part));
  const double scale = relative && mean > 0 ? spread * value / mean : spread;
  for (double& half : r) half = value + scale * (half - mean);
  return estimate;
}

Estimate estimate_of(const GroupSums& groups, const Statistic& statistic, const ResamplePlan& plan) {
  if (groups.groups() == 0) return {nothing, {}, 0};
  const double value = statistic(groups.totals());
  if (groups.groups() < 2) return {value, {}, groups.groups()};
  std::vector<double> halves, totals(groups.width());
  for (int b = 0; b < plan.resamples; ++b) {
    beat("resample");
    const auto order = random_order(plan.seed, b, groups.groups());
    std::fill(totals.begin(), totals.end(), 0.0);
    for (std::size_t i = 0; i < groups.groups() / 2; ++i) {
      const auto picked = groups.group(order[i]);
      for (std::size_t k = 0; k < totals.size(); ++k) totals[k] += picked[k];
    }
    halves.push_back(statistic(totals));
  }
  return estimate_from_halves(value, std::move(halves), groups.groups(), false);
}

Estimate quotient(const Estimate& a, const Estimate& b) {
  Estimate result{a.value / b.value, {}, std::min(a.groups, b.groups)};
  if (a.resamples.size() != b.resamples.size() || !std::isfinite(result.value)) return result;
  for (std::size_t i = 0; i < a.resamples.size(); ++i) result.resamples.push_back(a.resamples[i] / b.resamples[i]);
  return result;
}

Statistic ratio(std::size_t a, std::size_t b) {
  return [a, b](std::span<const double> totals) { return totals[a] / totals[b]; };
}

double mean_of_moments(std::span<const double> totals) { return totals[1] / totals[0]; }

double variance_of_moments(std::span<const double> totals) {
  const double mean = mean_of_moments(totals);
  return std::max(0.0, totals[2] / totals[0] - mean * mean);
}

Measure to_measure(std::string name, const Estimate& estimate, std::string unit, std::string symptom,
                   double confidence) {
  Measure measure{.name = std::move(name),
                  .value = estimate.value,
                  .low = nothing,
                  .high = nothing,
                  .unit = std::move(unit),
                  .symptom = std::move(symptom),
                  .groups = estimate.groups,
                  .resamples = estimate.resamples};
  if (estimate.resamples.empty()) return measure;
  const double half =
      student_quantile(0.5 + confidence / 2, static_cast<double>(estimate.groups) - 1) * spread_of(estimate.resamples);
  measure.low = estimate.value - half;
  measure.high = estimate.value + half;
  return measure;
}

}  // namespace genloss::workers
