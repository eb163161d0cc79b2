#include "workers/text/human_prompts.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "jobs/error.hpp"

namespace genloss::workers {
namespace {
constexpr auto split = storage::HumanSplit::train;
}

HumanPrompts::HumanPrompts(const storage::HumanData& human, HumanTokens tokens, const Tokenizer& tokenizer,
                           std::uint64_t length, const jobs::CounterRandom& random)
    : tokens_(std::move(tokens)), tokenizer_(tokenizer), length_(length), random_(random) {
  const auto& documents = human.documents();
  for (std::size_t d = 0; d < documents.size(); ++d) {
    if (documents[d].split == split) numbers_.push_back(d);
  }
  const auto starts = tokens_.starts(split);
  passages_.reserve(starts.size());
  passages_.push_back(0);
  for (std::size_t d = 0; d + 1 < starts.size(); ++d) {
    const std::uint64_t size = starts[d + 1] - starts[d];
    passages_.push_back(passages_.back() + (size >= length ? size - length + 1 : 0));
  }
  if (passages_.back() == 0) {
    throw Error(ExitCode::bad_data, "prompt", "with " + std::to_string(length) + " tokens of human text",
                "no document of the train split has so many", "lower sampling.prompt_tokens");
  }
}

Prompt HumanPrompts::operator()(std::uint64_t sample) const {
  const std::uint64_t passage = random_.below(passages_.back(), sample, 0);
  const auto d =
      static_cast<std::size_t>(std::upper_bound(passages_.begin(), passages_.end(), passage) - passages_.begin()) - 1;
  const std::uint64_t document = tokens_.starts(split)[d], begin = document + passage - passages_[d];
  std::vector<std::int32_t> before(begin - document);
  tokens_.read(split, document, before);
  Prompt prompt{std::vector<std::int32_t>(length_), numbers_[d]};
  for (const std::int32_t token : before) prompt.offset += tokenizer_.bytes_of(token).size();
  tokens_.read(split, begin, prompt.tokens);
  return prompt;
}

}  // namespace genloss::workers
