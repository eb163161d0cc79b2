#include "workers/measures/interval.hpp"

#include <cmath>
#include <limits>
#include <numbers>

namespace genloss::workers {

Interval MeanEstimate::interval(double confidence) const {
  const double half = normal_quantile(0.5 + confidence / 2) * standard_error;
  return {mean - half, mean + half};
}

MeanEstimate mean_of(std::span<const double> values) {
  if (values.empty()) return {std::numeric_limits<double>::quiet_NaN(), 0};
  const auto n = static_cast<double>(values.size());
  double sum = 0;
  for (const double v : values) sum += v;
  const double mean = sum / n;
  if (values.size() == 1) return {mean, 0};
  double squares = 0;
  for (const double v : values) squares += (v - mean) * (v - mean);
  return {mean, std::sqrt(squares / (n - 1) / n)};
}

double normal_quantile(double p) {
  // Bisection on the distribution function: a handful of calls per run, so no rational approximation is needed.
  double low = -40, high = 40;
  for (int i = 0; i < 200 && low < high; ++i) {
    const double middle = (low + high) / 2;
    const bool below = std::erfc(-middle / std::numbers::sqrt2) / 2 < p;
    (below ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace genloss::workers
