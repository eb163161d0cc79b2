#include "workers/measures/verdict/changes.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "jobs/numbers.hpp"
#include "workers/measures/statistics/interval.hpp"

namespace genloss::workers {
namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

/// Standard error of a measure that carries an interval and no resamples (of a confidence of 95 %).
double standard_error(const Measure& m) { return (m.high - m.low) / 2 / normal_quantile(0.975); }

Difference from_error(double effect, double error, double degrees, double confidence) {
  if (!(error >= 0)) return {effect, nothing, nothing, 1};
  const double half = student_quantile(0.5 + confidence / 2, degrees) * error;
  const double p = effect == 0 ? 1 : student_two_sided(effect / error, degrees);
  return {effect, effect - half, effect + half, p};
}

}  // namespace

Difference difference(const Measure& a, const Measure& b, double confidence) {
  const double effect = b.value - a.value;
  if (!std::isfinite(effect)) return {nothing, nothing, nothing, 1};
  if (a.groups == 0 && b.groups == 0) {
    return from_error(effect, std::hypot(standard_error(a), standard_error(b)), 1e6, confidence);
  }
  if (a.resamples.empty() || a.resamples.size() != b.resamples.size()) return {effect, nothing, nothing, 1};
  std::vector<double> differences(a.resamples.size());
  for (std::size_t i = 0; i < differences.size(); ++i) differences[i] = b.resamples[i] - a.resamples[i];
  const auto degrees = static_cast<double>(std::min(a.groups, b.groups)) - 1;
  return from_error(effect, spread_of(differences), degrees, confidence);
}

Sign Change::sign() const noexcept {
  if (!material) return Sign::none;
  return difference.effect > 0 ? record->of_rise : record->of_fall;
}

std::vector<Change> changes_between(const std::vector<Record>& records, const std::vector<Measure>& before,
                                    const std::vector<Measure>& after, double confidence) {
  std::vector<Change> changes;
  std::vector<double> p;
  for (const auto& record : records) {
    const auto *a = find_measure(before, record.name), *b = find_measure(after, record.name);
    if (!record.in_verdict || a == nullptr || b == nullptr || !std::isfinite(b->value - a->value)) continue;
    changes.push_back({&record, a->value, b->value, difference(*a, *b, confidence)});
    p.push_back(changes.back().difference.p);
  }
  const auto adjusted = holm(p);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    Change& c = changes[i];
    const double least = c.record->material * (c.record->relative ? std::abs(c.before) : 1);
    c.adjusted_p = adjusted[i];
    // What no digit of the table shows is no change.
    c.certain =
        c.adjusted_p < 1 - confidence && std::abs(c.difference.effect) >= 0.5 * std::pow(10, -c.record->decimals);
    c.material = c.certain && std::abs(c.difference.effect) >= least;
  }
  return changes;
}

std::string signed_text(double value, int decimals) { return (value >= 0 ? "+" : "") + fixed_text(value, decimals); }

std::string effect_text(const Difference& d, int decimals) {
  std::string text = signed_text(d.effect, decimals);
  if (std::isfinite(d.low)) text += " [" + signed_text(d.low, decimals) + ", " + signed_text(d.high, decimals) + "]";
  return text;
}

std::string describe(const Change& c) {
  const int digits = c.record->decimals;
  return std::string(c.record->label) + " " + fixed_text(c.before, digits) + " -> " + fixed_text(c.after, digits) +
         " " + std::string(c.record->unit) + " (" + effect_text(c.difference, digits) + ")";
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += i + 1 == parts.size() ? " and " : ", ";
    text += parts[i];
  }
  return text;
}

}  // namespace genloss::workers
