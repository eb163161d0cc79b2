#include <algorithm>
#include <numbers>
#include <string>

#include "jobs/error.hpp"
#include "workers/measures/by_group.hpp"
#include "workers/measures/calibration.hpp"
#include "workers/measures/text_measures.hpp"

namespace genloss::workers {
namespace {

void check(const HumanScores& s) {
  const std::size_t n = s.tokens.size();
  if (s.surprisal_nats.size() == n && s.confidence.size() == n && s.entropy_nats.size() == n && s.correct.size() == n &&
      s.group.size() == n) {
    return;
  }
  throw Error(ExitCode::internal, "measure", "human text", "scores of different lengths");
}

/// Bits over bytes, the ends of documents included.
Estimate bits_per_byte(const HumanScores& s, const BootstrapPlan& plan) {
  const auto sums = sums_by_group(s.group, 2, [&](std::size_t i, std::span<double> row) {
    row[0] += s.surprisal_nats[i] / std::numbers::ln2;
    row[1] += static_cast<double>(s.tokens[i].size());
  });
  return bootstrap(sums, ratio(), plan);
}

/// Bytes of each token that lie in words of a band.
std::vector<double> bytes_in(WordBand band, const HumanScores& s, const WordBands& bands) {
  std::string text;  // a document's end parts words
  for (const auto token : s.tokens) text += token.empty() ? std::string_view("\0", 1) : token;
  const auto of_byte = bands.bands_of_bytes(text);
  std::vector<double> bytes;
  auto at = of_byte.begin();
  for (const auto token : s.tokens) {
    const auto end = at + static_cast<std::ptrdiff_t>(std::max<std::size_t>(1, token.size()));
    bytes.push_back(token.empty() ? 0 : static_cast<double>(std::count(at, end, band)));
    at = end;
  }
  return bytes;
}

/// Bits over bytes of the words of a band.
Estimate bits_per_byte(WordBand band, const HumanScores& s, const WordBands& bands, const BootstrapPlan& plan) {
  const auto bytes = bytes_in(band, s, bands);
  const auto sums = sums_by_group(s.group, 2, [&](std::size_t i, std::span<double> row) {
    if (bytes[i] == 0) return;
    row[0] += s.surprisal_nats[i] / std::numbers::ln2 * bytes[i] / static_cast<double>(s.tokens[i].size());
    row[1] += bytes[i];
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
  const auto all = bits_per_byte(scores, plan), rare = bits_per_byte(WordBand::rare, scores, bands, plan),
             common = bits_per_byte(WordBand::common, scores, bands, plan);
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
