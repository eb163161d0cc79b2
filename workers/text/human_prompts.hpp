#pragma once
// Passages of human training text that samples begin with.

#include <cstdint>
#include <vector>

#include "jobs/random.hpp"
#include "storage/human/human_data.hpp"
#include "workers/text/encoded/human_tokens.hpp"
#include "workers/text/tokenizer.hpp"

namespace genloss::workers {

/// What a sample begins with, and where it stands in the human text.
struct Prompt {
  std::vector<std::int32_t> tokens;
  std::uint64_t document = 0;  ///< position in HumanData::documents() (and so in human.json)
  std::uint64_t offset = 0;    ///< bytes of that document before the prompt
};

/// Draws passages of a fixed number of tokens uniformly from all those that lie within one document of the train split.
/// Which one a sample gets is a function of (random stream, sample id). For any number of threads.
class HumanPrompts {
 public:
  /// @throws Error(bad_data) if no document is that long
  HumanPrompts(const storage::HumanData& human, HumanTokens tokens, const Tokenizer& tokenizer, std::uint64_t length,
               const jobs::CounterRandom& random);
  [[nodiscard]] Prompt operator()(std::uint64_t sample) const;

 private:
  HumanTokens tokens_;
  Tokenizer tokenizer_;
  std::uint64_t length_;
  jobs::CounterRandom random_;
  std::vector<std::uint64_t> numbers_;   // of the documents of the split among all documents
  std::vector<std::uint64_t> passages_;  // in the documents before each, and in all
};

}  // namespace genloss::workers
