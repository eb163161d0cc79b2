#include <numbers>

#include "jobs/error.hpp"
#include "workers/measures/by_group.hpp"
#include "workers/measures/calibration.hpp"
#include "workers/measures/text_measures.hpp"

namespace genloss::workers {
namespace {

void check(const HumanScores& s) {
  const std::size_t n = s.text.size();
  if (s.surprisal_nats.size() == n && s.confidence.size() == n && s.entropy_nats.size() == n && s.correct.size() == n &&
      s.group.size() == n) {
    return;
  }
  throw Error(ExitCode::internal, "measure", "human text", "scores of different lengths");
}

/// Bits and bytes of the bytes that `counts` picks.
template <class Counts>
Estimate bits_per_byte(const HumanScores& s, const BootstrapPlan& plan, const Counts& counts) {
  const auto sums = sums_by_group(s.group, 2, [&](std::size_t i, std::span<double> row) {
    if (!counts(i)) return;
    row[0] += s.surprisal_nats[i] / std::numbers::ln2;
    row[1] += s.text[i] != '\0' ? 1 : 0;
  });
  return bootstrap(sums, ratio(), plan);
}

Estimate mean_entropy(const HumanScores& s, const BootstrapPlan& plan) {
  const auto sums = sums_by_group(s.group, 2, [&](std::size_t i, std::span<double> row) {
    row[0] += s.entropy_nats[i] / std::numbers::ln2;
    row[1] += 1;
  });
  return bootstrap(sums, ratio(), plan);
}

}  // namespace

std::vector<Measure> human_text_measures(const HumanScores& scores, const WordBands& bands, const BootstrapPlan& plan) {
  check(scores);
  const auto band = bands.bands_of_bytes(scores.text);
  const auto all = bits_per_byte(scores, plan, [](std::size_t) { return true; });
  const auto rare = bits_per_byte(scores, plan, [&](std::size_t i) { return band[i] == WordBand::rare; });
  const auto common = bits_per_byte(scores, plan, [&](std::size_t i) { return band[i] == WordBand::common; });
  const Predictions predictions{scores.confidence, scores.correct, scores.group};
  return {to_measure("human_bits_per_byte", all, "bits/byte", "quality"),
          to_measure("rare_word_bits_per_byte", rare, "bits/byte", "rare"),
          to_measure("common_word_bits_per_byte", common, "bits/byte", "rare"),
          to_measure("calibration_error", calibration_error(predictions, plan), "share", "confidence"),
          to_measure("confident_wrong_rate", confident_wrong_rate(predictions, plan), "share", "confidence"),
          to_measure("confident_wrong_share", confident_wrong_share(predictions, plan), "share of confident ones",
                     "confidence"),
          to_measure("predictive_entropy", mean_entropy(scores, plan), "bits", "blandness")};
}

}  // namespace genloss::workers
