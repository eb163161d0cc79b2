#include "workers/families/language/text_reading.hpp"

#include <algorithm>
#include <array>

#include "jobs/error.hpp"
#include "workers/measures/sample_measures.hpp"
#include "workers/sampling/transformer_sampler.hpp"
#include "workers/text/encoded/token_values.hpp"
#include "workers/transformer/weights.hpp"

namespace genloss::workers {
namespace {

/// Compares a sample's words with those of all human text, which a run does not hold.
constexpr std::string_view needs_human_words = "nonword_share";
/// Collapse makes less of these.
constexpr std::array<std::string_view, 2> fewer_is_worse{"moving_type_ratio", "sample_words"};

}  // namespace

std::vector<std::int32_t> TextReading::tokens(std::span<const std::byte> stored, storage::ElementType type) const {
  if (!is_token_type(type)) {
    throw Error(ExitCode::bad_data, "read samples", "of a language study", "their values are no tokens");
  }
  std::vector<std::int32_t> tokens(stored.size() / storage::size_of(type));
  unpack_tokens(stored, type, tokens);
  const auto wrong = std::ranges::find_if(tokens, [&](auto token) { return token >= tokenizer_.vocabulary(); });
  if (wrong != tokens.end()) {
    throw Error(ExitCode::bad_data, "read samples", "token " + std::to_string(*wrong),
                "the tokenizer knows " + std::to_string(tokenizer_.vocabulary()) + " tokens",
                "`genloss verify RUN` shows what is damaged");
  }
  return tokens;
}

Continuation TextReading::continued(const std::filesystem::path& model, const Start& start, int limit) const {
  const auto weights = std::make_shared<const Weights>(Weights::load(model));
  const auto length = static_cast<int>(start.prompt.size());
  const int room = weights->architecture().context - length;
  if (room < 1) {
    throw Error(ExitCode::usage, "continue", "a prompt of " + std::to_string(length) + " tokens",
                "the model's context is " + std::to_string(weights->architecture().context) + " tokens",
                "give a shorter prompt");
  }
  jobs::StudySpec spec = spec_;
  spec.study.seed = start.seed;
  spec.study.repetition = 0;
  spec.sampling.max_tokens = std::min(limit, room);
  spec.sampling.prompt = start.prompt.empty() ? jobs::PromptSource::none : jobs::PromptSource::human;
  spec.sampling.prompt_tokens = length;
  spec.sampling.batch = 1;
  spec.runtime.threads = 1;
  PromptReader prompt;
  if (length > 0) prompt = [&](std::uint64_t) { return Prompt{start.prompt, 0, 0}; };
  TransformerSampler sampler(weights, spec, start.generation, prompt, tokenizer_.end_of_document());
  Continuation drawn;
  sampler.draw(start.sample, 1,
               [&](const Sample& sample) {
                 const auto own = std::span(sample.values).subspan(sample.prompt);
                 drawn = {tokenizer_.decode(own), own.size(), sample.log_probability,
                          sample.stop == StopReason::end_of_document};
               },
               {});
  return drawn;
}

std::vector<std::string> TextReading::measures() const {
  std::vector<std::string> names;
  for (const SampleMeasure& measure : sample_measures()) {
    if (measure.name != needs_human_words) names.emplace_back(measure.name);
  }
  return names;
}

std::optional<Reading::Value> TextReading::value(std::string_view measure, const std::string& text) const {
  static const Lexicon no_words({}, {});
  for (const SampleMeasure& known : sample_measures()) {
    if (known.name != measure || measure == needs_human_words) continue;
    const SampleShare share = known.of(text, no_words);
    if (share.whole <= 0) return std::nullopt;
    return Value{share.part / share.whole, std::ranges::find(fewer_is_worse, measure) == fewer_is_worse.end()};
  }
  return std::nullopt;
}

}  // namespace genloss::workers
