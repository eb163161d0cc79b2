#include "workers/measures/statistics/small_matrix.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace genloss::workers {
namespace {

/// Rotates rows and columns p and q so that element (p, q) becomes zero.
void rotate(std::vector<double>& a, std::vector<double>& vectors, std::size_t d, std::size_t p, std::size_t q) {
  const double theta = (a[q * d + q] - a[p * d + p]) / (2 * a[p * d + q]);
  const double t = (theta >= 0 ? 1.0 : -1.0) / (std::abs(theta) + std::sqrt(theta * theta + 1));
  const double c = 1 / std::sqrt(t * t + 1), s = t * c;
  const auto turn = [c, s](double& x, double& y) {
    const double old = x;
    x = c * old - s * y;
    y = s * old + c * y;
  };
  for (std::size_t k = 0; k < d; ++k) turn(a[k * d + p], a[k * d + q]);
  for (std::size_t k = 0; k < d; ++k) turn(a[p * d + k], a[q * d + k]);
  for (std::size_t k = 0; k < d; ++k) turn(vectors[k * d + p], vectors[k * d + q]);
}

double off_diagonal(const std::vector<double>& a, std::size_t d) {
  double sum = 0;
  for (std::size_t p = 0; p < d; ++p) {
    for (std::size_t q = p + 1; q < d; ++q) sum += a[p * d + q] * a[p * d + q];
  }
  return std::sqrt(sum);
}

}  // namespace

std::vector<double> semidefinite_cholesky(std::span<const double> symmetric, std::size_t d) {
  double largest = 0;
  for (std::size_t i = 0; i < d; ++i) largest = std::max(largest, symmetric[i * d + i]);
  // For d = 1 the pivot is the largest element itself: any variance above zero counts.
  const double floor = d == 1 ? 0 : largest * static_cast<double>(d) * std::numeric_limits<double>::epsilon();
  std::vector<double> factor(d * d, 0.0);
  for (std::size_t j = 0; j < d; ++j) {
    double pivot = symmetric[j * d + j];
    for (std::size_t k = 0; k < j; ++k) pivot -= factor[j * d + k] * factor[j * d + k];
    if (!(pivot > floor)) continue;
    factor[j * d + j] = std::sqrt(pivot);
    for (std::size_t i = j + 1; i < d; ++i) {
      double value = symmetric[i * d + j];
      for (std::size_t k = 0; k < j; ++k) value -= factor[i * d + k] * factor[j * d + k];
      factor[i * d + j] = value / factor[j * d + j];
    }
  }
  return factor;
}

double log_determinant(std::span<const double> cholesky, std::size_t d) {
  double sum = 0;
  for (std::size_t i = 0; i < d; ++i) sum += 2 * std::log(cholesky[i * d + i]);
  return sum;
}

std::vector<double> solved_by_cholesky(std::span<const double> cholesky, std::span<const double> b, std::size_t d) {
  std::vector<double> x(b.begin(), b.end());
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t k = 0; k < i; ++k) x[i] -= cholesky[i * d + k] * x[k];
    const double pivot = cholesky[i * d + i];
    x[i] = pivot == 0 ? 0 : x[i] / pivot;
  }
  for (std::size_t i = d; i-- > 0;) {
    for (std::size_t k = i + 1; k < d; ++k) x[i] -= cholesky[k * d + i] * x[k];
    const double pivot = cholesky[i * d + i];
    x[i] = pivot == 0 ? 0 : x[i] / pivot;
  }
  return x;
}

double trace(std::span<const double> matrix, std::size_t d) {
  double sum = 0;
  for (std::size_t i = 0; i < d; ++i) sum += matrix[i * d + i];
  return sum;
}

Eigen eigen_of_symmetric(std::span<const double> symmetric, std::size_t d) {
  std::vector<double> a(symmetric.begin(), symmetric.end());
  Eigen result{std::vector<double>(d), std::vector<double>(d * d, 0.0)};
  for (std::size_t i = 0; i < d; ++i) result.vectors[i * d + i] = 1;
  double scale = 0;
  for (const double x : a) scale = std::max(scale, std::abs(x));
  constexpr int most_sweeps = 60;  // converges quadratically, 6 to 10 sweeps in practice
  for (int sweep = 0; sweep < most_sweeps && off_diagonal(a, d) > 1e-15 * scale; ++sweep) {
    for (std::size_t p = 0; p < d; ++p) {
      for (std::size_t q = p + 1; q < d; ++q) {
        if (a[p * d + q] != 0) rotate(a, result.vectors, d, p, q);
      }
    }
  }
  for (std::size_t i = 0; i < d; ++i) result.values[i] = a[i * d + i];
  return result;
}

std::vector<double> square_root(std::span<const double> symmetric, std::size_t d) {
  const Eigen eigen = eigen_of_symmetric(symmetric, d);
  std::vector<double> root(d * d, 0.0);
  for (std::size_t k = 0; k < d; ++k) {
    const double r = std::sqrt(std::max(0.0, eigen.values[k]));
    for (std::size_t i = 0; i < d; ++i) {
      for (std::size_t j = 0; j < d; ++j) root[i * d + j] += r * eigen.vectors[i * d + k] * eigen.vectors[j * d + k];
    }
  }
  return root;
}

std::vector<double> product(std::span<const double> a, std::span<const double> b, std::size_t d) {
  std::vector<double> c(d * d, 0.0);
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t k = 0; k < d; ++k) {
      for (std::size_t j = 0; j < d; ++j) c[i * d + j] += a[i * d + k] * b[k * d + j];
    }
  }
  return c;
}

}  // namespace genloss::workers
