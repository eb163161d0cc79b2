// What a language model's generation is measured by: its predictions of human test text, and what it wrote.

#include <algorithm>
#include <string>

#include "workers/language/language_family.hpp"
#include "workers/language/scored_texts.hpp"
#include "workers/measures/text_measures.hpp"
#include "workers/text/encoded/token_values.hpp"

namespace genloss::workers {
namespace {

BootstrapPlan bootstrap_plan(const jobs::StudySpec& spec, int generation) {
  return {spec.measures.bootstrap, spec.measures.confidence, spec.study.seed, static_cast<std::uint32_t>(generation)};
}

/// The beginnings of all test documents, so many tokens together.
std::vector<ScoreText> test_texts(const HumanTokens& human, std::uint64_t most) {
  const auto starts = human.starts(storage::HumanSplit::test);
  std::vector<std::uint64_t> lengths;
  for (std::size_t d = 0; d + 1 < starts.size(); ++d) lengths.push_back(starts[d + 1] - starts[d]);
  const auto shares = share_out(lengths, most);
  std::vector<ScoreText> texts;
  for (std::size_t d = 0; d < lengths.size(); ++d) {
    if (shares[d] == 0) continue;
    std::vector<std::int32_t> tokens(shares[d]);
    human.read(storage::HumanSplit::test, starts[d], tokens);
    texts.push_back({std::move(tokens), 0, shares[d] == lengths[d]});
  }
  return texts;
}

WordBands human_bands(const storage::HumanData& human) {
  std::vector<std::string_view> reference;
  for (const auto* document : human.documents(storage::HumanSplit::train)) reference.push_back(human.text(*document));
  return WordBands(reference);
}

/// The first samples of a corpus that hold `most` drawn tokens together.
std::vector<ScoreText> first_samples(const storage::CorpusReader& corpus, std::uint64_t most) {
  std::vector<ScoreText> texts;
  std::uint64_t drawn = 0;
  for (std::size_t s = 0; s < corpus.manifest().shards.size() && drawn < most; ++s) {
    const auto& shard = corpus.shard(s);
    const auto offsets = shard.offsets();
    const auto prompts = shard.column("prompt_length"), reasons = shard.column("stop_reason");
    for (std::size_t i = 0; i + 1 < offsets.size() && drawn < most; ++i) {
      const auto type = shard.value_type();
      std::vector<std::byte> stored((offsets[i + 1] - offsets[i]) * storage::size_of(type));
      shard.read_values(offsets[i], stored);
      ScoreText text{{}, static_cast<std::size_t>(prompts[i]), reasons[i] == 1};
      text.tokens.resize(offsets[i + 1] - offsets[i]);
      unpack_tokens(stored, type, text.tokens);
      drawn += text.tokens.size() - text.given;
      texts.push_back(std::move(text));
    }
  }
  return texts;
}

}  // namespace

std::vector<Measure> LanguageFamily::evaluate(const EvaluateJob& job) {
  const auto texts = test_texts(text_.tokens(), spec_.measures.test_tokens);
  const Scorer scorer(std::make_shared<const Weights>(Weights::load(job.model)), spec_.runtime.threads,
                      text_.tokenizer().end_of_document());
  const auto scored = score_together(job.ranks, job.distribute, "evaluating", texts, scorer, architecture_.context);
  if (!job.ranks.is_root()) return {};
  std::vector<std::string_view> tokens;
  std::vector<double> surprisal, confidence, entropy;
  std::vector<std::uint8_t> correct;
  std::vector<std::uint32_t> group;
  for (const TokenScore& s : scored.scores) {
    const bool end = s.token == text_.tokenizer().end_of_document();
    tokens.push_back(end ? std::string_view() : text_.tokenizer().bytes_of(s.token));
    surprisal.push_back(s.surprisal_nats);
    confidence.push_back(s.confidence);
    entropy.push_back(s.entropy_nats);
    correct.push_back(static_cast<std::uint8_t>(s.correct()));
    group.push_back(s.window);
  }
  return human_text_measures({tokens, surprisal, confidence, entropy, correct, group}, human_bands(text_.human()),
                             bootstrap_plan(spec_, job.generation));
}

std::vector<Measure> LanguageFamily::inspect(const InspectJob& job) {
  const auto texts = first_samples(*job.corpus, spec_.measures.corpus_tokens);
  const Scorer scorer(std::make_shared<const Weights>(Weights::load(job.first_model)), spec_.runtime.threads,
                      text_.tokenizer().end_of_document());
  const auto scored = score_together(job.ranks, job.distribute, "measuring", texts, scorer, architecture_.context);
  if (!job.ranks.is_root()) return {};
  std::vector<std::string> samples;
  samples.reserve(texts.size());
  for (const ScoreText& text : texts) {
    samples.push_back(text_.tokenizer().decode(std::span(text.tokens).subspan(text.given)));
  }
  std::vector<double> nats(texts.size(), 0.0);
  for (const TokenScore& s : scored.scores) nats[scored.windows[s.window].text] += s.surprisal_nats;
  return corpus_text_measures({samples, nats, spec_.measures.corpus_tokens}, human_bands(text_.human()),
                              bootstrap_plan(spec_, job.generation));
}

std::string LanguageFamily::verdict(const std::vector<std::vector<Measure>>& generations) const {
  return text_verdict(generations);
}

}  // namespace genloss::workers
