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

/// Of the n-th fit of a chain: E (mean - truth)^2 and the expected maximum-likelihood variance.
struct Moments {
  double mean_squared_error = 0, variance = 0;
};
inline Moments first_fit(double samples, double s2) { return {s2 / samples, s2 * (1 - 1 / samples)}; }

/// CF6. Accumulate-subsample: m of the n m there are, uniformly and without replacement, anew each time; maximum
/// likelihood.
struct AccumulateSubsample {
  double m = 100, s2 = 1;
  [[nodiscard]] double variance(int n) const {
    double pool = s2 * (1 - 1 / m), fitted = 0;
    for (int k = 1;; ++k) {
      const double unbiased = pool * k * m / (k * m - 1);
      fitted = (1 - 1 / m) * unbiased;
      if (k == n) return fitted;
      const double between = fitted / m + (1 - 1.0 / k) * unbiased / m;
      pool = k / (k + 1.0) * pool + (1 - 1 / m) * fitted / (k + 1) + k / ((k + 1.0) * (k + 1)) * between;
    }
  }
};

/// CF8. A mix of m with a fraction alpha of fresh human samples, the rest of the latest model; maximum likelihood. The
/// first fit is to m0.
struct FreshFraction {
  double m = 100, alpha = 0.1, m0 = 100, s2 = 1;
  [[nodiscard]] Moments after(int n) const {
    Moments now = first_fit(m0, s2);
    for (int k = 1; k < n; ++k) {
      const double synthetic = 1 - alpha;
      const double error = synthetic * synthetic * now.mean_squared_error + (alpha * s2 + synthetic * now.variance) / m;
      now.variance = alpha * s2 + synthetic * (now.variance + now.mean_squared_error) - error;
      now.mean_squared_error = error;
    }
    return now;
  }
  [[nodiscard]] double limit() const { return s2 / (m * alpha * (2 - alpha) + 1 - alpha); }
};

/// CF9. n_r human samples kept for ever and k n_r of the latest model; maximum likelihood. The first fit is to m0 human
/// samples, the kept ones among them. The recursion is exact, limit() of leading order in 1 / n_r.
struct KeptHuman {
  double n_r = 100, k = 1, m0 = 100, s2 = 1;
  [[nodiscard]] Moments after(int n) const {
    Moments now = first_fit(m0, s2);
    double shared = s2 / m0;  // covariance of the errors of model and kept mean
    for (int step = 1; step < n; ++step) {
      const double all = 1 + k, noise = now.variance / (k * n_r);
      const double error = (s2 / n_r + k * k * (now.mean_squared_error + noise) + 2 * k * shared) / (all * all);
      shared = (s2 / n_r + k * shared) / all;
      now.variance = (s2 + k * (now.variance + now.mean_squared_error)) / all - error;
      now.mean_squared_error = error;
    }
    return now;
  }
  [[nodiscard]] double limit() const { return s2 / n_r * (1 + k / (1 + 2 * k)); }
};

/// CF10. n fresh human samples that have w of the loss, and k n of the latest model that have the rest; maximum
/// likelihood. The first fit is to m0. limit() is of leading order in 1 / n.
struct WeightedHuman {
  double n = 100, k = 1, w = 0.5, m0 = 100, s2 = 1;
  [[nodiscard]] Moments after(int fits) const {
    Moments now = first_fit(m0, s2);
    const double u = 1 - w;
    for (int step = 1; step < fits; ++step) {
      const double error = w * w * s2 / n + u * u * (now.mean_squared_error + now.variance / (k * n));
      now.variance = w * s2 + u * (now.variance + now.mean_squared_error) - error;
      now.mean_squared_error = error;
    }
    return now;
  }
  [[nodiscard]] double limit() const { return s2 / n * (w * w + (1 - w) * (1 - w) / k) / (1 - (1 - w) * (1 - w)); }
  [[nodiscard]] static double best_weight(double k) { return (std::sqrt(1 + 4 * k) - 1) / (2 * k); }
};

}  // namespace genloss::oracles
