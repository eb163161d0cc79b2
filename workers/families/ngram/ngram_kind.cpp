#include "workers/families/ngram/ngram_kind.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <string>

#include "jobs/error.hpp"
#include "workers/families/chain_numbers.hpp"

namespace genloss::workers {
namespace {

/// 1 - sum p^2 of numbers of equal things, `all` of them.
double variety_of(std::span<const double> counts, double all) {
  double squares = 0;
  for (const double count : counts) squares += count * count;
  return 1 - squares / (all * all);
}

/// How often each different passage is there.
std::vector<double> repeats(std::span<const std::uint8_t> text, std::size_t length) {
  std::vector<std::size_t> order(text.size() / length);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto compared = [&](std::size_t a, std::size_t b) {
    return std::memcmp(text.data() + a * length, text.data() + b * length, length);
  };
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return compared(a, b) < 0; });
  std::vector<double> counts;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || compared(order[i - 1], order[i]) != 0) counts.push_back(0);
    counts.back() += 1;
  }
  return counts;
}

}  // namespace

NgramKind::NgramKind(const jobs::StudySpec& spec)
    : options_(ngram_options(spec)),
      replicates_(static_cast<std::uint64_t>(options_.replicates)),
      length_(static_cast<std::uint64_t>(options_.length)) {}

ChainFormat NgramKind::format() const { return {section, {{"samples", {0, length_}}}, {"alive", "one_text"}}; }

std::vector<NgramKind::Value> NgramKind::text_of(const ChainModel& model, std::uint64_t chain) const {
  const auto stored = model.tables[0].of(chain);
  std::vector<Value> text(stored.size());
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<Value>(stored[i]);
  return text;
}

NgramKind::Model NgramKind::drawer(const ChainModel& model) const {
  Model drawn{length_, {}, {}};
  for (std::uint64_t r = 0; r < model.replicates; ++r) drawn.texts.push_back(text_of(model, r));
  for (const auto& text : drawn.texts) drawn.indices.emplace_back(text, length_, options_.order);
  return drawn;
}

ChainModel NgramKind::fit(ChainFitting& fitting) const {
  const std::uint64_t tokens = fitting.units() * length_;
  if (tokens >= std::numeric_limits<std::uint32_t>::max()) {
    throw Error(ExitCode::usage, "count n-grams", "generation " + std::to_string(fitting.generation()),
                std::to_string(tokens) + " tokens of one chain are more than an index has places for",
                "lower policy.size or sampling.samples, or spread the text over ngram.replicates");
  }
  ChainModel model(replicates_, {});
  model.tables.push_back({"samples", {fitting.units(), length_}, {}});
  model.tables[0].values = fitting.each_chain(
      length_, tokens, "count n-grams", [](std::uint64_t, const ChainFitting::Samples& samples, std::span<double> out) {
        std::copy(samples.values.begin(), samples.values.end(), out.begin());
      });
  for (std::uint64_t r = 0; r < replicates_; ++r) {
    const auto all = model.tables[0].of(r);
    bool same = true;  // every sample is the first again
    for (std::size_t i = length_; same && i < all.size(); ++i) same = all[i] == all[i - length_];
    if (same) model.states[r] = one_text;
  }
  return model;
}

void NgramKind::numbers(const ChainModel& model, std::uint64_t chain, std::span<double> out) const {
  const auto text = text_of(model, chain);
  const NgramIndex index(text, length_, options_.order);
  const NgramIndex::Summary summary = index.summary();
  std::array<double, 256> tokens{};
  for (const Value token : text) tokens[token] += 1;
  const auto passages = repeats(text, length_);
  out[0] = summary.types;
  out[1] = summary.entropy;
  out[2] = variety_of(tokens, static_cast<double>(text.size()));
  out[3] = variety_of(passages, static_cast<double>(text.size() / length_));
  double unseen = 0;
  for (std::size_t at = 0; at < test_.size(); ++at) {
    const std::size_t begin = at / length_ * length_;
    int matched = 0;
    const auto range = index.following(std::span(test_).subspan(begin, at - begin), &matched);
    bool seen = false;
    if (matched == options_.order - 1) {
      for (std::size_t place = range.begin; !seen && place < range.end; ++place) seen = index.token(place) == test_[at];
    }
    unseen += seen ? 0 : 1;
  }
  out[4] = test_.empty() ? no_number : unseen / static_cast<double>(test_.size());
}

void NgramKind::corpus_numbers(std::span<const double> sums, double /*samples*/, std::span<double> out) {
  const double all = std::accumulate(sums.begin(), sums.end(), 0.0);
  out[0] = 0;
  out[1] = 0;
  for (const double count : sums) {
    if (count == 0) continue;
    out[0] -= count / all * std::log2(count / all);
    out[1] += 1;
  }
}

}  // namespace genloss::workers
