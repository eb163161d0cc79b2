#include <algorithm>
#include <numbers>

#include "workers/measures/text/diversity.hpp"
#include "workers/measures/text/repetition.hpp"
#include "workers/measures/text/words.hpp"
#include "workers/measures/text_measures.hpp"

namespace genloss::workers {
namespace {

constexpr std::uint64_t distinct_block = 4096, compression_block = 8192;

/// The samples that the first `bytes` bytes reach into, whole: what is looked at sample by sample.
std::span<const std::string> samples_within(std::span<const std::string> samples, std::uint64_t bytes) {
  std::size_t count = 0;
  for (std::uint64_t seen = 0; count < samples.size() && seen < bytes; ++count) seen += samples[count].size();
  return samples.first(count);
}

/// Per sample: repeated 4-grams, all 4-grams.
GroupSums repeated_ngrams(std::span<const std::string> samples) {
  GroupSums sums(2);
  for (const auto& sample : samples) {
    const auto [unique, total] = word_ngrams(word_types(sample), 4);
    const auto row = sums.add_group();
    row[0] = static_cast<double>(total - unique);
    row[1] = static_cast<double>(total);
  }
  return sums;
}

/// Per sample: bytes of its longest repeated span, 1.
GroupSums repeated_spans(std::span<const std::string> samples) {
  GroupSums sums(2);
  for (const auto& sample : samples) {
    const auto row = sums.add_group();
    row[0] = static_cast<double>(longest_repeated_span(sample));
    row[1] = 1;
  }
  return sums;
}

/// Per sample that has bytes: 1, x, x^2 with x its bits per byte under the first model.
GroupSums surprisal_moments(const CorpusTexts& corpus) {
  GroupSums sums(3);
  const std::size_t scored = std::min(corpus.first_model_nats.size(), corpus.samples.size());
  for (std::size_t s = 0; s < scored; ++s) {
    if (corpus.samples[s].empty()) continue;
    const double bits = corpus.first_model_nats[s] / std::numbers::ln2;
    const double x = bits / static_cast<double>(corpus.samples[s].size());
    const auto row = sums.add_group();
    row[0] = 1;
    row[1] = x;
    row[2] = x * x;
  }
  return sums;
}

double variance_of_moments(std::span<const double> totals) {
  const double n = totals[0], mean = totals[1] / n;
  return std::max(0.0, totals[2] / n - mean * mean);
}

Measure largest_of(const GroupSums& spans) {
  double largest = 0;
  for (std::size_t g = 0; g < spans.groups(); ++g) largest = std::max(largest, spans.group(g)[0]);
  return {"longest_repeat_anywhere", largest, largest, largest, "bytes", "repetition"};
}

}  // namespace

std::vector<Measure> corpus_text_measures(const CorpusTexts& corpus, const WordBands& bands,
                                          const BootstrapPlan& plan) {
  const auto samples = samples_within(corpus.samples, corpus.bytes);
  const auto spans = repeated_spans(samples);
  const auto passages = cut_blocks(corpus.samples, corpus.bytes, distinct_block);
  const auto recall = [&](WordBand band) {
    return bootstrap(types_found(bands, band, corpus.samples, corpus.bytes), ratio(), plan);
  };
  std::vector<Measure> measures{
      to_measure("repetition_4", bootstrap(repeated_ngrams(samples), ratio(), plan), "share", "repetition"),
      to_measure("longest_repeat", bootstrap(spans, ratio(), plan), "bytes", "repetition"),
      largest_of(spans),
      to_measure("distinct_2", bootstrap(distinct_ngrams(passages, 2), ratio(), plan), "share", "diversity"),
      to_measure("distinct_4", bootstrap(distinct_ngrams(passages, 4), ratio(), plan), "share", "diversity"),
      to_measure(
          "compression_ratio",
          bootstrap(compressed_bytes(cut_blocks(corpus.samples, corpus.bytes, compression_block)), ratio(), plan),
          "bytes/byte", "diversity"),
      to_measure("rare_word_recall", recall(WordBand::rare), "share", "rare"),
      to_measure("medium_word_recall", recall(WordBand::medium), "share", "rare"),
      to_measure("common_word_recall", recall(WordBand::common), "share", "rare")};
  if (!corpus.first_model_nats.empty()) {
    const auto moments = surprisal_moments(corpus);
    measures.push_back(
        to_measure("surprisal_under_first", bootstrap(moments, ratio(1, 0), plan), "bits/byte", "blandness"));
    measures.push_back(to_measure("surprisal_variance_under_first", bootstrap(moments, variance_of_moments, plan),
                                  "(bits/byte)^2", "blandness"));
  }
  return measures;
}

}  // namespace genloss::workers
