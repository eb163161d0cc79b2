#pragma once
// Expectations of recursive Gaussian fitting, exact. n counts fits: n = 1 is the first model, fitted to human data.
// Names CF1, CF2, ... are those of the project's collection of closed forms.

#include <cmath>
#include <cstddef>
#include <numbers>

namespace genloss::oracles {

/// Derivative of log Gamma: recurrence up to x >= 10, then the asymptotic series.
inline double digamma(double x) {
  double shift = 0;
  for (; x < 10; x += 1) shift -= 1 / x;
  const double y = 1 / (x * x);
  return shift + std::log(x) - 0.5 / x -
         y * (1.0 / 12 - y * (1.0 / 120 - y * (1.0 / 252 - y * (1.0 / 240 - y * (1.0 / 132 - y * 691.0 / 32760)))));
}

/// Its derivative.
inline double trigamma(double x) {
  double shift = 0;
  for (; x < 10; x += 1) shift += 1 / (x * x);
  const double y = 1 / (x * x);
  return shift + 1 / x + y / 2 +
         y / x * (1.0 / 6 - y * (1.0 / 30 - y * (1.0 / 42 - y * (1.0 / 30 - y * (5.0 / 66 - y * 691.0 / 2730)))));
}

/// E s / sigma of the unbiased-variance standard deviation of m samples.
inline double c4(double m) { return std::sqrt(2 / (m - 1)) * std::exp(std::lgamma(m / 2) - std::lgamma((m - 1) / 2)); }

/// CF1. Replace, unbiased variance; m samples per generation, truth N(mu, s2).
struct ReplaceUnbiased {
  double m = 100, s2 = 1;
  [[nodiscard]] double mean_squared_error(int n) const { return n * s2 / m; }
  [[nodiscard]] double variance(int) const { return s2; }
  [[nodiscard]] double standard_deviation(int n) const { return std::sqrt(s2) * std::pow(c4(m), n); }
  [[nodiscard]] double log_variance(int n) const {
    return std::log(s2) + n * (digamma((m - 1) / 2) - std::log((m - 1) / 2));
  }
  [[nodiscard]] double variance_of_log_variance(int n) const { return n * trigamma((m - 1) / 2); }
  [[nodiscard]] double marginal_variance(int n) const { return s2 * (1 + n / m); }
  [[nodiscard]] double wasserstein2_squared(int n) const { return s2 * (n / m + 2 * (1 - std::pow(c4(m), n))); }
};

/// CF2. Replace, maximum-likelihood variance.
struct ReplaceMaximumLikelihood {
  double m = 100, s2 = 1;
  [[nodiscard]] double variance(int n) const { return s2 * std::pow(1 - 1 / m, n); }
  [[nodiscard]] double mean_squared_error(int n) const { return s2 - variance(n); }
  [[nodiscard]] double log_variance(int n) const {
    return ReplaceUnbiased{m, s2}.log_variance(n) + n * std::log(1 - 1 / m);
  }
  [[nodiscard]] double wasserstein2_squared(int n) const {
    return 2 * s2 * (1 - std::pow(c4(m) * std::sqrt(1 - 1 / m), n));
  }
};

/// CF3. Replace, unbiased covariance, `d` dimensions, truth covariance with trace `trace` and log determinant
/// `log_determinant`.
struct ReplaceMultivariate {
  double m = 100;
  int d = 1;
  double trace = 1, log_determinant = 0;
  [[nodiscard]] double mean_squared_error(int n) const { return n * trace / m; }
  [[nodiscard]] double expected_log_determinant(int n) const {
    double per_generation = 0;
    for (int i = 1; i <= d; ++i) per_generation += digamma((m - i) / 2) + std::log(2 / (m - 1));
    return log_determinant + n * per_generation;
  }
};

/// CF5. Accumulate (every generation adds m samples to the pool), maximum-likelihood variance.
struct AccumulateMaximumLikelihood {
  double m = 100, s2 = 1;
  [[nodiscard]] double variance(int n) const {
    double product = s2;
    for (int t = 1; t <= n; ++t) product *= 1 - 1 / (m * t * t);
    return product;
  }
  [[nodiscard]] double mean_squared_error(int n) const { return s2 - variance(n); }
  [[nodiscard]] double variance_in_the_limit() const {
    const double x = std::numbers::pi / std::sqrt(m);
    return s2 * std::sin(x) / x;
  }
};

}  // namespace genloss::oracles
