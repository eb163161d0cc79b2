#include "workers/measures/statistics/interval.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

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
  return {mean, spread_of(values) / std::sqrt(n)};
}

double spread_of(std::span<const double> values) {
  if (values.size() < 2) return 0;
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0;
  for (const double v : values) squares += (v - mean) * (v - mean);
  return std::sqrt(squares / (n - 1));
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

double student_quantile(double p, double degrees) { return boost::math::quantile(boost::math::students_t(degrees), p); }

double student_two_sided(double t, double degrees) {
  if (std::isnan(t)) return 1;
  if (std::isinf(t)) return 0;
  return 2 * boost::math::cdf(boost::math::complement(boost::math::students_t(degrees), std::abs(t)));
}

std::vector<double> holm(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto at = [&](std::size_t i) { return std::isnan(p[i]) ? 1.0 : p[i]; };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return at(a) < at(b); });
  std::vector<double> adjusted(p.size());
  double least = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    least = std::min(1.0, std::max(least, static_cast<double>(order.size() - k) * at(order[k])));
    adjusted[order[k]] = least;
  }
  return adjusted;
}

}  // namespace genloss::workers
