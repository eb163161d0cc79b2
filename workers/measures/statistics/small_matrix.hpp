#pragma once
// Symmetric d x d matrices of reals, row-major, for d up to about a hundred.

#include <cstddef>
#include <span>
#include <vector>

namespace genloss::workers {

/// Lower-triangular L with L L^T = `symmetric`, which may be singular: a pivot that is not above rounding error of the
/// largest diagonal element gives a column of zeros, so a collapsed direction stays collapsed instead of failing.
[[nodiscard]] std::vector<double> semidefinite_cholesky(std::span<const double> symmetric, std::size_t dimension);

/// log det from a Cholesky factor; -infinity if it is singular.
[[nodiscard]] double log_determinant(std::span<const double> cholesky, std::size_t dimension);

/// x with L L^T x = b; in directions that are singular, 0.
[[nodiscard]] std::vector<double> solved_by_cholesky(std::span<const double> cholesky, std::span<const double> b,
                                                     std::size_t dimension);

[[nodiscard]] double trace(std::span<const double> matrix, std::size_t dimension);

/// Eigenvalues, and eigenvectors as columns, by cyclic Jacobi rotations (Golub & Van Loan, section 8.5).
struct Eigen {
  std::vector<double> values;   // [d]
  std::vector<double> vectors;  // [d, d]
};
[[nodiscard]] Eigen eigen_of_symmetric(std::span<const double> symmetric, std::size_t dimension);

/// The positive semidefinite square root; negative eigenvalues (rounding) count as zero.
[[nodiscard]] std::vector<double> square_root(std::span<const double> symmetric, std::size_t dimension);

[[nodiscard]] std::vector<double> product(std::span<const double> a, std::span<const double> b, std::size_t dimension);

}  // namespace genloss::workers
