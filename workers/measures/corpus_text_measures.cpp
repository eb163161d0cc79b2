#include <algorithm>
#include <limits>
#include <numbers>
#include <numeric>
#include <optional>

#include "jobs/heartbeat.hpp"
#include "workers/measures/sample_measures.hpp"
#include "workers/measures/text/self_bleu.hpp"
#include "workers/measures/text/sentences.hpp"
#include "workers/measures/text/type_counts.hpp"
#include "workers/measures/text_measures.hpp"

namespace genloss::workers {
namespace {

constexpr std::size_t bleu_samples = 200, bleu_words = 64, vendi_samples = 64;
constexpr std::size_t read_at_once = 16;  // samples that the n-gram reader reads in one piece
constexpr int resampled_at_once = 10;
// What is computed on each half-sample: types of the corpus, recall of the human text, self-BLEU, Vendi score.
constexpr std::size_t on_halves = type_statistics + 3;

std::vector<std::uint32_t> all_of(std::size_t count) {
  std::vector<std::uint32_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0U);
  return numbers;
}

double vendi_of(const std::vector<double>& kernel, std::size_t size, std::span<const std::uint32_t> chosen) {
  std::vector<double> part;
  for (const auto i : chosen) {
    for (const auto j : chosen) part.push_back(kernel[i * size + j]);
  }
  return chosen.empty() ? std::numeric_limits<double>::quiet_NaN() : vendi_score(part, chosen.size());
}

}  // namespace

struct CorpusMeasuring::State {
  CorpusTexts corpus;
  const Lexicon& lexicon;
  const ByteNgrams& reader;
  ResamplePlan plan;
  WordSamples words, human;
  BleuSamples bleu;
  std::uint64_t size = 0;  // words that types are counted on, in the corpus and in the human text
  std::vector<double> kernel;
  std::size_t kernel_size = 0;

  State(CorpusTexts texts, std::span<const std::string> human_texts, const Lexicon& known, const ByteNgrams& from,
        const ResamplePlan& how)
      : corpus(std::move(texts)),
        lexicon(known),
        reader(from),
        plan(how),
        words(corpus.samples, lexicon, corpus.words),
        human(human_texts, lexicon, corpus.words),
        bleu(words, bleu_samples, bleu_words),
        size(std::min(words.words(), human.words())) {
    const auto first = all_of(std::min(vendi_samples, words.samples().size()));
    kernel_size = first.size();
    kernel = word_kernel(words, first);
  }

  /// Samples that are looked at one by one: those that hold the words.
  [[nodiscard]] std::span<const std::string> samples() const {
    return std::span(corpus.samples).first(words.samples().size());
  }
  [[nodiscard]] std::uint64_t reading_pieces() const { return (samples().size() + read_at_once - 1) / read_at_once; }

  /// Everything whose spread half-samples tell, on the given orders of samples; `part` of all there is.
  [[nodiscard]] std::vector<double> on_orders(std::span<const std::uint32_t> own, std::span<const std::uint32_t> others,
                                              std::span<const std::uint32_t> alike,
                                              std::span<const std::uint32_t> vendi, std::uint64_t so_many) const {
    const TypeStatistics types = type_statistics_of(words, own, so_many);
    return {types.distinct_2,
            types.shared_4,
            types.effective_vocabulary,
            types.pair_entropy,
            types.rare_recall,
            types.unseen_mass,
            type_statistics_of(human, others, so_many).rare_recall,
            bleu.self_bleu(alike),
            vendi_of(kernel, kernel_size, vendi)};
  }
  [[nodiscard]] std::vector<double> whole() const {
    return on_orders(all_of(words.samples().size()), all_of(human.samples().size()), all_of(bleu.size()),
                     all_of(kernel_size), size);
  }
  [[nodiscard]] std::vector<double> half(int resample) const {
    const auto half_of = [&](std::size_t groups) {
      auto order = random_order(plan.seed, resample, groups);
      order.resize(groups / 2);
      return order;
    };
    // Types: in a random order until half of the words are there, so that every half has as many.
    return on_orders(random_order(plan.seed, resample, words.samples().size()),
                     random_order(plan.seed, resample, human.samples().size()), half_of(bleu.size()),
                     half_of(kernel_size), size / 2);
  }
  [[nodiscard]] std::vector<double> read(std::uint64_t piece) const {
    std::vector<double> nats;
    const auto from = static_cast<std::size_t>(piece) * read_at_once;
    for (std::size_t s = from; s < std::min(samples().size(), from + read_at_once); ++s)
      nats.push_back(reader.nats(samples()[s]));
    return nats;
  }
};

CorpusMeasuring::CorpusMeasuring(CorpusTexts corpus, std::span<const std::string> human, const Lexicon& lexicon,
                                 const ByteNgrams& reader, const ResamplePlan& plan)
    : state_(std::make_unique<const State>(std::move(corpus), human, lexicon, reader, plan)) {}
CorpusMeasuring::~CorpusMeasuring() = default;

std::uint64_t CorpusMeasuring::pieces() const {
  const auto resampling =
      static_cast<std::uint64_t>((state_->plan.resamples + resampled_at_once - 1) / resampled_at_once);
  return state_->reading_pieces() + 1 + resampling;
}

std::vector<double> CorpusMeasuring::piece(std::uint64_t number) const {
  const std::uint64_t reading = state_->reading_pieces();
  if (number < reading) return state_->read(number);
  if (number == reading) return state_->whole();
  std::vector<double> results;
  const int first = static_cast<int>(number - reading - 1) * resampled_at_once;
  for (int b = first; b < std::min(first + resampled_at_once, state_->plan.resamples); ++b) {
    beat("resample");
    const auto half = state_->half(b);
    results.insert(results.end(), half.begin(), half.end());
  }
  return results;
}

namespace {

/// Mean and variance over samples of bits per byte; empty samples have none.
GroupSums bits_per_byte_moments(std::span<const double> nats, std::span<const std::size_t> bytes) {
  GroupSums sums(3);
  for (std::size_t s = 0; s < std::min(nats.size(), bytes.size()); ++s) {
    if (bytes[s] == 0) continue;
    const double x = nats[s] / std::numbers::ln2 / static_cast<double>(bytes[s]);
    sums.add({1, x, x * x});
  }
  return sums;
}

GroupSums sentence_moments(std::span<const std::string> samples) {
  GroupSums sums(3);
  for (const auto& sample : samples) {
    beat("measure sentences");
    const auto row = sums.add_group();
    for (const double words : sentence_lengths(sample)) {
      row[0] += 1;
      row[1] += words;
      row[2] += words * words;
    }
  }
  return sums;
}

/// What every sample adds to a measure; those that are too short to tell do not count.
GroupSums shares(const SampleMeasure& measure, std::span<const std::string> samples, const Lexicon& lexicon) {
  GroupSums sums(2);
  for (const auto& sample : samples) {
    beat("measure texts");
    const auto [part, whole] = measure.of(sample, lexicon);
    if (whole > 0) sums.add({part, whole});
  }
  return sums;
}

}  // namespace

std::vector<Measure> CorpusMeasuring::measures(std::span<const std::vector<double>> results) const {
  const State& s = *state_;
  const auto reading = static_cast<std::size_t>(s.reading_pieces());
  std::vector<Measure> measures;
  const auto add = [&](std::string_view name, const Estimate& estimate) {
    const Record& record = *find_record(text_records(), name);
    measures.push_back(to_measure(std::string(name), estimate, std::string(record.unit), std::string(record.symptom),
                                  s.plan.confidence));
  };
  const auto of_sums = [&](std::string_view name, const GroupSums& sums, const Statistic& statistic) {
    if (sums.groups() > 0) add(name, estimate_of(sums, statistic, s.plan));
  };
  const auto& whole = results[reading];
  const auto of_halves = [&](std::size_t which, std::size_t groups) {
    std::vector<double> halves;
    for (const auto& piece : results.subspan(reading + 1)) {
      for (std::size_t at = which; at < piece.size(); at += on_halves) halves.push_back(piece[at]);
    }
    return estimate_from_halves(whole[which], std::move(halves), groups, true);
  };
  const std::size_t groups = s.words.samples().size();
  for (const auto& measure : sample_measures()) of_sums(measure.name, shares(measure, s.samples(), s.lexicon), ratio());
  add("rare_word_recall", quotient(of_halves(4, groups), of_halves(6, s.human.samples().size())));
  add("unseen_mass", of_halves(5, groups));
  add("effective_vocabulary", of_halves(2, groups));
  add("pair_entropy", of_halves(3, groups));
  add("distinct_2", of_halves(0, groups));
  add("vendi_score", of_halves(8, s.kernel_size));
  add("shared_4", of_halves(1, groups));
  add("self_bleu", of_halves(7, s.bleu.size()));
  std::vector<double> nats;
  for (const auto& piece : results.first(reading)) nats.insert(nats.end(), piece.begin(), piece.end());
  std::vector<std::size_t> bytes;
  for (const auto& sample : s.samples()) bytes.push_back(sample.size());
  const auto human = bits_per_byte_moments(nats, bytes);
  of_sums("surprisal_under_human", human, mean_of_moments);
  of_sums("surprisal_variance_under_human", human, variance_of_moments);
  const auto first = bits_per_byte_moments(s.corpus.first_model_nats, s.corpus.first_model_bytes);
  of_sums("surprisal_under_first", first, mean_of_moments);
  of_sums("surprisal_variance_under_first", first, variance_of_moments);
  of_sums("sentence_variance", sentence_moments(s.samples()), variance_of_moments);
  return measures;
}

std::vector<Measure> corpus_text_measures(CorpusTexts corpus, std::span<const std::string> human,
                                          const Lexicon& lexicon, const ByteNgrams& reader, const ResamplePlan& plan) {
  const CorpusMeasuring measuring(std::move(corpus), human, lexicon, reader, plan);
  std::vector<std::vector<double>> results;
  for (std::uint64_t piece = 0; piece < measuring.pieces(); ++piece) results.push_back(measuring.piece(piece));
  return measuring.measures(results);
}

}  // namespace genloss::workers
