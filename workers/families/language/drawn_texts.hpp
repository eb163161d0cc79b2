#pragma once
// Texts to be measured: samples of a corpus, and human text in the form of samples.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/corpus/corpus_reader.hpp"
#include "workers/scoring/score_windows.hpp"
#include "workers/text/tokenizer.hpp"

namespace genloss::workers {

struct Drawn {
  std::vector<Passage> texts;        ///< behind their prompts
  std::vector<std::string> samples;  ///< what was drawn, without words that the prompt began or a cut ended
  std::uint64_t tokens = 0, words = 0;
  /// @param before what stands before the text's first token, if that matters
  void add(Passage text, const Tokenizer& tokenizer, std::string_view before = {});
};

/// The first samples of a corpus that hold so many words and so many drawn tokens, or all there are.
[[nodiscard]] Drawn first_samples(const storage::CorpusReader& corpus, const Tokenizer& tokenizer, std::uint64_t words,
                                  std::uint64_t tokens);

/// Pieces of human documents in the form of samples: behind prompts as long, as long themselves, one after the other
/// within a document; its rest is left where it is too short for the next one.
[[nodiscard]] Drawn human_samples(const std::vector<std::string>& documents, const Tokenizer& tokenizer,
                                  const Drawn& like);

/// The first of the texts that hold `most` drawn tokens together.
[[nodiscard]] std::vector<Passage> scored_part(const Drawn& drawn, std::uint64_t most);

}  // namespace genloss::workers
