// Probabilities of samples of text under a transformer.

#include <memory>
#include <string>

#include "jobs/error.hpp"
#include "workers/families/language/language_family.hpp"
#include "workers/scoring/scorer.hpp"
#include "workers/text/encoded/token_values.hpp"
#include "workers/transformer/weights.hpp"

namespace genloss::workers {
namespace {

class TextSampleReader final : public SampleReader {
 public:
  TextSampleReader(std::shared_ptr<const Weights> weights, int threads, std::int32_t end_token)
      : context_(static_cast<std::uint64_t>(weights->architecture().context)),
        vocabulary_(weights->architecture().vocabulary),
        scorer_(std::move(weights), threads, end_token) {}

  [[nodiscard]] Surprisals read(const SampleBlock& block) override {
    const std::vector<Passage> texts = passages_of(block);
    const auto windows = score_windows(texts, context_);
    Surprisals surprisals;
    for (const Passage& text : texts) {
      surprisals.starts.push_back(surprisals.starts.back() + text.tokens.size() - text.given + (text.ended ? 1 : 0));
    }
    surprisals.nats.reserve(surprisals.starts.back());
    for (std::uint64_t b = 0; b < Scorer::blocks(windows.size()); ++b) {  // windows follow the order of texts
      for (const TokenScore& score : scorer_.score(texts, windows, b)) surprisals.nats.push_back(score.surprisal_nats);
    }
    return surprisals;
  }

 private:
  [[nodiscard]] std::vector<Passage> passages_of(const SampleBlock& block) const {
    if (!is_token_type(block.type)) refuse(block.first, "its values are not tokens of text");
    std::vector<Passage> texts(block.samples());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const auto stored = block.whole(i);
      texts[i].tokens.resize(stored.size() / storage::size_of(block.type));
      unpack_tokens(stored, block.type, texts[i].tokens);
      texts[i].given = block.given[i];
      texts[i].ended = block.ended[i];
      for (const std::int32_t token : texts[i].tokens) {
        if (token >= vocabulary_) {
          refuse(block.first + i, "token " + std::to_string(token) + " of " + std::to_string(vocabulary_));
        }
      }
    }
    return texts;
  }
  [[noreturn]] static void refuse(std::uint64_t sample, const std::string& cause) {
    throw Error(ExitCode::bad_data, "score", "sample " + std::to_string(sample), cause,
                "the model is of another study");
  }

  std::uint64_t context_;
  std::int32_t vocabulary_;
  Scorer scorer_;
};

}  // namespace

std::unique_ptr<SampleReader> LanguageFamily::open_reader(const std::filesystem::path& model) const {
  auto weights = std::make_shared<const Weights>(Weights::load(model));
  const Tokenizer& tokenizer = text_.tokenizer();
  const auto refuse = [&](const std::string& cause) {
    throw Error(ExitCode::bad_data, "score with", model.string(), cause,
                "a model from outside has to read the tokens of the study");
  };
  if (weights->architecture().vocabulary != tokenizer.vocabulary()) {
    refuse("it has " + std::to_string(weights->architecture().vocabulary) + " tokens, the study has " +
           std::to_string(tokenizer.vocabulary()));
  }
  const bool own = std::filesystem::exists(model / "tokenizer.json");
  if (own && Tokenizer::load(model).digest() != tokenizer.digest()) refuse("its tokenizer is another one");
  return std::make_unique<TextSampleReader>(std::move(weights), spec_.runtime.threads, tokenizer.end_of_document());
}

}  // namespace genloss::workers
