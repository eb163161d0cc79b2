#pragma once
// Changes of measures from one generation (or human text, or another arm) to another, paired and corrected for their
// number.

#include <string>
#include <string_view>
#include <vector>

#include "workers/measure.hpp"
#include "workers/measures/records/record.hpp"

namespace genloss::workers {

/// How far a measure moved.
struct Difference {
  double effect = 0, low = 0, high = 0;  ///< interval NaN where it is unknown
  double p = 1;                          ///< two-sided, of no change at all
};

/// b - a. Where both have resamples, equally many, the difference is taken resample by resample: equal documents were
/// halved in equal ways, so what they share cancels. Else the two count as independent.
[[nodiscard]] Difference difference(const Measure& a, const Measure& b, double confidence = 0.95);

struct Change {
  const Record* record = nullptr;
  double before = 0, after = 0;
  Difference difference;
  double adjusted_p = 1;                     ///< over all measures of the verdict, by Holm
  bool certain = false;                      ///< adjusted_p is below 1 - confidence
  bool material = false;                     ///< certain, and by no less than record->material
  [[nodiscard]] Sign sign() const noexcept;  ///< of a material change, else none
};

/// Changes of all measures of the verdict that both have, in the order of the records.
[[nodiscard]] std::vector<Change> changes_between(const std::vector<Record>& records,
                                                  const std::vector<Measure>& before, const std::vector<Measure>& after,
                                                  double confidence = 0.95);

/// "LABEL 2.41 -> 2.87 bits/byte (+0.46 [+0.44, +0.48])".
[[nodiscard]] std::string describe(const Change& change);

/// fixed_text() with its sign in front.
[[nodiscard]] std::string signed_text(double value, int decimals);
/// "+0.46 [+0.44, +0.48]"
[[nodiscard]] std::string effect_text(const Difference& difference, int decimals);

/// "a", "a and b", "a, b and c".
[[nodiscard]] std::string joined(const std::vector<std::string>& parts);

}  // namespace genloss::workers
