#pragma once
// Uncertainty of statistics that are functions of sums, by resampling whole groups (windows, documents, samples).

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "workers/measure.hpp"
#include "workers/measures/interval.hpp"

namespace genloss::workers {

struct BootstrapPlan {
  int resamples = 200;  ///< 0: no interval
  double confidence = 0.95;
  std::uint64_t seed = 1;        ///< of the study
  std::uint32_t generation = 0;  ///< numbers are addressed by (seed, generation, resample, draw)
};

/// A row of sums per group. Neighbouring predictions depend on each other, so it is groups that are resampled.
class GroupSums {
 public:
  explicit GroupSums(std::size_t width) : width_(width) {}
  /// A new row of zeros; valid until the next call.
  std::span<double> add_group() {
    values_.resize(values_.size() + width_, 0.0);
    return std::span(values_).last(width_);
  }
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

struct Estimate {
  double value = 0;
  Interval interval;
};

/// The statistic of all groups, and its percentile interval over resamples of as many groups with replacement (Efron
/// 1979). Statistics that resampling biases (calibration error) could fall outside: the interval is widened to hold the
/// value. NaN without groups. Equal plans resample equally many groups in the same way, so that measures are paired.
[[nodiscard]] Estimate bootstrap(const GroupSums& groups, const Statistic& statistic, const BootstrapPlan& plan);

/// totals[a] / totals[b]
[[nodiscard]] Statistic ratio(std::size_t a = 0, std::size_t b = 1);

[[nodiscard]] Measure to_measure(std::string name, const Estimate& estimate, std::string unit, std::string symptom);

}  // namespace genloss::workers
