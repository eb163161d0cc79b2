// What a language model's generation is measured by: its predictions of human test text, and what it wrote.

#include <algorithm>
#include <string>

#include "workers/families/language/drawn_texts.hpp"
#include "workers/families/language/language_family.hpp"
#include "workers/families/language/scored_texts.hpp"
#include "workers/measures/text_measures.hpp"

namespace genloss::workers {
namespace {

ResamplePlan resample_plan(const jobs::StudySpec& spec) {
  return {spec.measures.bootstrap, spec.measures.confidence, spec.study.seed};
}

/// The beginnings of all test documents, so many tokens together.
std::vector<Passage> test_texts(const HumanTokens& human, std::uint64_t most) {
  const auto starts = human.starts(storage::HumanSplit::test);
  std::vector<std::uint64_t> lengths;
  for (std::size_t d = 0; d + 1 < starts.size(); ++d) lengths.push_back(starts[d + 1] - starts[d]);
  const auto shares = share_out(lengths, most);
  std::vector<Passage> texts;
  for (std::size_t d = 0; d < lengths.size(); ++d) {
    if (shares[d] == 0) continue;
    std::vector<std::int32_t> tokens(shares[d]);
    human.read(storage::HumanSplit::test, starts[d], tokens);
    texts.push_back({std::move(tokens), 0, shares[d] == lengths[d]});
  }
  return texts;
}

/// The corpus measures of some texts.
std::vector<Measure> measures_of(Drawn drawn, const InspectJob& job, const jobs::StudySpec& spec,
                                 const HumanReference& human, const Scorer& scorer, const Tokenizer& tokenizer,
                                 int context) {
  const auto texts = scored_part(drawn, spec.measures.corpus_tokens);
  const auto scored = score_together(job.distribute, "measuring", texts, scorer, context);
  CorpusTexts corpus{std::move(drawn.samples), std::vector<double>(texts.size(), 0.0), {}, spec.measures.words};
  for (const TokenScore& s : scored.scores) corpus.first_model_nats[scored.windows[s.window].text] += s.surprisal_nats;
  for (const Passage& text : texts) {
    corpus.first_model_bytes.push_back(tokenizer.decode(std::span(text.tokens).subspan(text.given)).size());
  }
  const CorpusMeasuring measuring(std::move(corpus), human.test_documents(), human.lexicon(), human.reader(),
                                  resample_plan(spec));
  const auto results = work_together(job.distribute, "measuring", measuring.pieces(),
                                     [&](std::uint64_t piece) { return measuring.piece(piece); });
  return job.ranks.is_root() ? measuring.measures(results) : std::vector<Measure>();
}

}  // namespace

const HumanReference& LanguageFamily::reference() {
  if (!reference_) reference_ = std::make_unique<HumanReference>(text_.human());
  return *reference_;
}

std::vector<Measure> LanguageFamily::evaluate(const EvaluateJob& job) {
  const Tokenizer& tokenizer = text_.tokenizer();
  const auto texts = test_texts(text_.tokens(), spec_.measures.test_tokens);
  const Scorer scorer(std::make_shared<const Weights>(Weights::load(job.model)), spec_.runtime.threads,
                      tokenizer.end_of_document());
  const auto scored = score_together(job.distribute, "evaluating", texts, scorer, architecture_.context);
  if (!job.ranks.is_root()) return {};
  HumanScores human;
  for (const TokenScore& s : scored.scores) {
    const bool end = s.token == tokenizer.end_of_document();
    human.tokens.push_back(end ? std::string_view() : tokenizer.bytes_of(s.token));
    human.surprisal_nats.push_back(s.surprisal_nats);
    human.confidence.push_back(s.confidence);
    human.entropy_nats.push_back(s.entropy_nats);
    human.correct.push_back(static_cast<std::uint8_t>(s.correct()));
    human.group.push_back(scored.windows[s.window].text);
  }
  return human_text_measures(human, reference().lexicon(), resample_plan(spec_));
}

CorpusMeasures LanguageFamily::inspect(const InspectJob& job) {
  const Tokenizer& tokenizer = text_.tokenizer();
  const Scorer scorer(std::make_shared<const Weights>(Weights::load(job.first_model)), spec_.runtime.threads,
                      tokenizer.end_of_document());
  Drawn drawn;
  job.ranks.together("read the corpus", [&] {
    drawn = first_samples(*job.corpus, tokenizer, spec_.measures.words, spec_.measures.corpus_tokens);
  });
  const auto measured = [&](Drawn texts) {
    return measures_of(std::move(texts), job, spec_, reference(), scorer, tokenizer, architecture_.context);
  };
  CorpusMeasures measures;
  if (job.generation == 0)
    measures.of_human = measured(workers::human_samples(reference().test_documents(), tokenizer, drawn));
  measures.of_corpus = measured(std::move(drawn));
  return measures;
}

}  // namespace genloss::workers
