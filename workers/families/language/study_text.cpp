#include "workers/families/language/study_text.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <utility>

#include "jobs/error.hpp"
#include "jobs/numbers.hpp"
#include "workers/families/language/encode_together.hpp"
#include "workers/families/language/transformer_costs.hpp"
#include "workers/text/bpe/learn_merges.hpp"
#include "workers/text/encoded/token_file.hpp"
#include "workers/text/encoded/token_values.hpp"
#include "workers/text/encoder.hpp"
#include "workers/text/study_tokenizer.hpp"

namespace genloss::workers {
namespace {

using storage::HumanSplit;

/// Text that an estimate learns from and counts.
constexpr std::uint64_t estimate_bytes = 8 << 20;

storage::Digest recipe_of(const std::optional<Tokenizer>& known, int vocabulary, const storage::HumanData& human) {
  storage::Sha256 hash;
  hash.text("genloss tokenizer recipe 1");
  if (known) return hash.text("known").digest(known->digest()).finish();
  // The rules for words, ties and ids are those of version 1.
  hash.text("byte-level BPE").number(static_cast<std::uint64_t>(vocabulary));
  return hash.digest(human.digest(HumanSplit::train)).finish();
}

template <class T>
const T& known(const std::optional<T>& value, const char* what) {
  if (!value) throw Error(ExitCode::internal, "use", what, "it has not been made yet");
  return *value;
}

}  // namespace

StudyText::StudyText(const jobs::StudySpec& spec, storage::HumanData human)
    : vocabulary_(spec.text.vocabulary),
      context_(spec.model.context),
      human_(std::move(human)),
      tokenizer_(known_tokenizer(spec)),
      recipe_(recipe_of(tokenizer_, vocabulary_, human_)) {
  if (tokenizer_ && tokenizer_->is_bytes()) tokens_.emplace(human_);
}

const Tokenizer& StudyText::tokenizer() const { return known(tokenizer_, "the tokenizer"); }
const HumanTokens& StudyText::tokens() const { return known(tokens_, "the tokens of human text"); }

void StudyText::learn(comms::Communicator& ranks) {
  if (tokenizer_) return;
  const auto documents = human_.documents(HumanSplit::train);
  const auto counts = count_words(ranks, documents.size(), [&](std::size_t d) { return human_.text(*documents[d]); });
  ranks.on_root("learn the tokenizer", [&] { tokenizer_.emplace(learn_merges(counts, vocabulary_)); });
}

void StudyText::save(const std::filesystem::path& directory) const { tokenizer().save(directory, context_); }

void StudyText::open(const std::filesystem::path& directory) { tokenizer_ = Tokenizer::load(directory); }

std::optional<storage::Digest> StudyText::encode(comms::Communicator& ranks, const Distribute& distribute,
                                                 const std::filesystem::path& directory,
                                                 const std::function<void(std::uint64_t part)>& told) {
  if (tokenizer().is_bytes()) return std::nullopt;
  const storage::Digest digest = encode_together(ranks, distribute, human_, tokenizer(), directory, told);
  tokens_ = HumanTokens::open(human_, tokenizer(), directory);
  return digest;
}

void StudyText::estimate() {
  if (tokens_) return;
  WordCounts counts;
  std::vector<std::string_view> texts;
  std::uint64_t bytes = 0;
  for (const auto* document : human_.documents(HumanSplit::train)) {
    if (bytes >= estimate_bytes) break;
    texts.push_back(human_.text(*document).substr(0, estimate_bytes));
    bytes += texts.back().size();
  }
  if (!tokenizer_) {
    counts = count_words(*comms::make_self(), texts.size(), [&](std::size_t d) { return texts[d]; });
    tokenizer_.emplace(learn_merges(counts, vocabulary_));
  }
  Encoder encoder(*tokenizer_);
  std::vector<std::int32_t> tokens;
  for (const auto text : texts) encoder.append(text, tokens);
  const auto count = static_cast<double>(std::max<std::size_t>(1, tokens.size()));
  tokens_ = HumanTokens::estimated(human_, std::max(1.0, static_cast<double>(bytes)) / count);
}

std::uint64_t StudyText::tokenizer_bytes() const { return workers::tokenizer_bytes(vocabulary_); }

Tokenizing::Stored StudyText::stored_tokens() const {
  if (tokenizer().is_bytes()) return {};
  std::uint64_t tokens = 0;
  for (const auto split : {HumanSplit::train, HumanSplit::held_out, HumanSplit::validation, HumanSplit::test}) {
    tokens += this->tokens().tokens(split);
  }
  const std::uint64_t parts = token_parts(human_).size(), documents = human_.documents().size();
  constexpr std::uint64_t frame = 128, line = 190, list = 230;  // of a file, in encoding.json, of encoding.json
  const std::uint64_t each = storage::size_of(token_type(tokenizer().vocabulary()));
  return {tokens * each + documents * sizeof(std::uint64_t) + parts * (frame + line) + list, parts + 1};
}

std::string StudyText::description() const {
  std::string text = std::to_string(tokenizer().vocabulary()) + " tokens";
  if (tokenizer().is_bytes()) return text + ", the bytes";
  if (!tokens_ || tokens_->tokens(HumanSplit::train) == 0) return text;
  const double each =
      static_cast<double>(human_.bytes(HumanSplit::train)) / static_cast<double>(tokens_->tokens(HumanSplit::train));
  return text + ", " + fixed_text(each, 2) + " bytes each in human text";
}

}  // namespace genloss::workers
