// The family `ngram`, as it registers.

#include <chrono>
#include <cmath>

#include "jobs/option_builders.hpp"
#include "jobs/study_file.hpp"
#include "workers/families/closed_form_type.hpp"
#include "workers/families/ngram/ngram_family.hpp"
#include "workers/families/ngram/ngram_options.hpp"

namespace genloss::workers {
namespace {

// The accessor of one field, for the builders.
#define FIELD(name) ([](jobs::StudySpec & s) -> auto& { return s.parts.of<NgramOptions>().name; })

void register_options() {
  using namespace jobs::builders;  // NOLINT: the table reads like a table
  jobs::add<NgramOptions>(
      jobs::Section{"ngram",
                    "How often each byte followed each few bytes before it, in human text and what came of it."},
      {integer({"ngram", "order", "", "n: a token depends on the n - 1 before it."}, FIELD(order), 1, 16),
       integer({"ngram", "replicates", "", "Independent chains, each of other passages of the human text."},
               FIELD(replicates), 1),
       integer({"ngram", "length", "bytes", "Of a passage, and of a sample; no context reaches beyond its begin."},
               FIELD(length), 1, 65536),
       integer({"ngram", "test_tokens", "bytes", "Human test text that models are measured on, at most."},
               FIELD(test_tokens), 0, 1 << 26)});
}

void check_ngrams(const jobs::StudySpec& spec) {
  jobs::check_closed_form(spec);
  jobs::StudySpec text;  // of a study of text, what is about the text
  text.data = spec.data;
  jobs::check_text_study(text);
}

ClosedFormSizes ngram_sizes(const jobs::StudySpec& spec) {
  const NgramOptions& options = ngram_options(spec);
  const auto length = static_cast<std::uint64_t>(options.length);
  const double tokens = static_cast<double>(spec.sampling.samples) * static_cast<double>(length);
  ClosedFormSizes sizes;
  sizes.replicates = static_cast<std::uint64_t>(options.replicates);
  sizes.sample_values = length;
  sizes.value_bytes = sizeof(std::uint8_t);
  sizes.parameters = 0;
  sizes.kept_parameters = length;
  sizes.drawer_reals = static_cast<std::uint64_t>(tokens * 5 / 8);  // the text, and an index of its tokens
  sizes.fitting_flops = static_cast<double>(length);
  sizes.sampling_flops = 20 + 4 * std::log2(tokens + 1) * (options.order - 1);  // per token: searches
  sizes.measuring_flops = 4 * std::log2(tokens + 1) * options.order;
  sizes.corpus_sums = 256;
  sizes.model_measures = 7;
  sizes.corpus_measures = 2;
  return sizes;
}

/// Searches of this machine in an index of random text.
MeasuredSpeeds ngram_speeds(const jobs::StudySpec& spec) {
  const NgramOptions& options = ngram_options(spec);
  const auto length = static_cast<std::size_t>(options.length);
  const jobs::CounterRandom random({spec.study.seed, jobs::Purpose::synthetic_load, 0});
  std::vector<std::uint8_t> text(std::min<std::size_t>(1 << 16, length * spec.sampling.samples) / length * length);
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<std::uint8_t>('a' + random.below(26, i, 0));
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  const NgramIndex index(text, length, options.order);
  const double indexed = std::chrono::duration<double>(Clock::now() - begin).count();
  double seconds = 0;
  std::size_t drawn = 0;
  for (const auto start = Clock::now(); seconds < 0.1; ++drawn) {
    const std::size_t at = drawn % text.size(), first = at / length * length;
    (void)index.following(std::span(text).subspan(first, at - first));
    seconds = std::chrono::duration<double>(Clock::now() - start).count();
  }
  const double fitted = static_cast<double>(text.size()) / std::max(indexed, 1e-9);
  return {fitted / static_cast<double>(length) / options.replicates, static_cast<double>(drawn) / seconds};
}

}  // namespace

GENLOSS_FAMILY(ngram) {
  register_options();
  FamilyType type = closed_form_type<NgramKind>(ngram_sizes);
  type.name = "ngram";
  type.help = "n-gram models of the bytes of human text, counted.";
  type.options = {"ngram", "data"};
  type.check = check_ngrams;
  type.values = "tokens";
  type.reads_text = true;
  type.weighs_units = false;
  type.data_sections = {"data", "ngram"};
  type.make = [](const jobs::StudySpec& spec, Accelerator*, std::optional<storage::HumanData> human) {
    return std::make_unique<NgramFamily>(spec, std::move(*human));
  };
  type.measure_speeds = ngram_speeds;
  return type;
}

#undef FIELD

}  // namespace genloss::workers
