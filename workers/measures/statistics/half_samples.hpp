#pragma once
// Uncertainty by random half-samples: the same statistic on random halves of the samples (documents), drawn without
// replacement (the delete-half jackknife of Shao & Wu 1989; McCarthy 1969).
//
// Why not the bootstrap: resampling with replacement lays copies of a sample beside it, so every count of types falls
// and every count of repeats rises. A half-sample holds each sample once, and for a statistic linear in the samples its
// spread around the whole is exactly that of the whole around the truth.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "workers/measure.hpp"

namespace genloss::workers {

struct ResamplePlan {
  int resamples = 200;  ///< 0: no interval
  double confidence = 0.95;
  std::uint64_t seed = 1;  ///< of the study: resamples do not depend on the generation, so that changes are paired
};

/// A random order of `groups` groups: its first half is half-sample `resample`. A function of (seed, resample, groups)
/// alone, so equally many documents are halved in the same way in every generation, arm and measure.
[[nodiscard]] std::vector<std::uint32_t> random_order(std::uint64_t seed, int resample, std::size_t groups);

/// A row of sums per group. Neighbouring predictions depend on each other, so it is groups that are resampled.
class GroupSums {
 public:
  explicit GroupSums(std::size_t width) : width_(width) {}
  /// A new row of zeros; valid until the next call.
  std::span<double> add_group() {
    values_.resize(values_.size() + width_, 0.0);
    return std::span(values_).last(width_);
  }
  void add(std::initializer_list<double> row) { values_.insert(values_.end(), row); }
  [[nodiscard]] std::size_t groups() const noexcept { return width_ == 0 ? 0 : values_.size() / width_; }
  [[nodiscard]] std::size_t width() const noexcept { return width_; }
  [[nodiscard]] std::span<const double> group(std::size_t g) const {
    return std::span(values_).subspan(g * width_, width_);
  }
  [[nodiscard]] std::vector<double> totals() const;

 private:
  std::size_t width_;
  std::vector<double> values_;
};

/// A number from the totals of some groups.
using Statistic = std::function<double(std::span<const double> totals)>;

/// A statistic, and what it would have been on other text of the same size: one value per half-sample, spread around
/// `value` as wide as `value` is uncertain. None with fewer than two groups: one window says nothing of its spread.
struct Estimate {
  double value = 0;
  std::vector<double> resamples;
  std::size_t groups = 0;
};

/// @param halves the statistic on each half-sample. A half holds half as many words, and numbers of types depend on
/// that: `relative` scales the halves to have the mean `value`, else they are shifted there.
[[nodiscard]] Estimate estimate_from_halves(double value, std::vector<double> halves, std::size_t groups,
                                            bool relative);

/// The statistic of all groups, with its half-samples. NaN without groups.
[[nodiscard]] Estimate estimate_of(const GroupSums& groups, const Statistic& statistic, const ResamplePlan& plan);

/// a / b, resample by resample.
[[nodiscard]] Estimate quotient(const Estimate& a, const Estimate& b);

/// totals[a] / totals[b]
[[nodiscard]] Statistic ratio(std::size_t a = 0, std::size_t b = 1);

/// Mean of x over groups, and its variance over groups, from totals (n, sum of x, sum of x^2).
[[nodiscard]] double mean_of_moments(std::span<const double> totals);
[[nodiscard]] double variance_of_moments(std::span<const double> totals);

/// Value and interval: value +- t standard errors, t of Student's distribution with groups - 1 degrees of freedom.
[[nodiscard]] Measure to_measure(std::string name, const Estimate& estimate, std::string unit, std::string symptom,
                                 double confidence);

}  // namespace genloss::workers
