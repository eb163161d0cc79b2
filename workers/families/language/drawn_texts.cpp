#include "workers/families/language/drawn_texts.hpp"

#include <algorithm>
#include <span>

#include "workers/measures/text/sentences.hpp"
#include "workers/measures/text/words.hpp"
#include "workers/text/encoded/token_values.hpp"

namespace genloss::workers {
namespace {

std::size_t words_of(std::string_view text) { return words_in(text).size(); }

bool ends_in_a_letter(std::string_view text) { return !text.empty() && words_of(text.substr(text.size() - 1)) > 0; }

}  // namespace

void Drawn::add(Passage text, const Tokenizer& tokenizer, std::string_view before) {
  const auto all = std::span(text.tokens);
  const std::string prompt = std::string(before) + tokenizer.decode(all.first(text.given)),
                    drawn = tokenizer.decode(all.subspan(text.given));
  samples.emplace_back(whole_words(drawn, ends_in_a_letter(prompt), !text.ended));
  words += words_of(samples.back());
  tokens += text.tokens.size() - text.given;
  texts.push_back(std::move(text));
}

Drawn first_samples(const storage::CorpusReader& corpus, const Tokenizer& tokenizer, std::uint64_t words,
                    std::uint64_t tokens) {
  Drawn drawn;
  const auto more = [&] { return drawn.words < words || drawn.tokens < tokens; };
  const auto take = [&](const storage::ShardReader& shard) {
    const auto offsets = shard.offsets();
    const auto prompts = shard.column("prompt_length"), reasons = shard.column("stop_reason");
    for (std::size_t i = 0; i + 1 < offsets.size() && more(); ++i) {
      const auto type = shard.value_type();
      std::vector<std::byte> stored((offsets[i + 1] - offsets[i]) * storage::size_of(type));
      shard.read_values(offsets[i], stored);
      Passage text{{}, static_cast<std::size_t>(prompts[i]), reasons[i] == 1};
      text.tokens.resize(offsets[i + 1] - offsets[i]);
      unpack_tokens(stored, type, text.tokens);
      drawn.add(std::move(text), tokenizer);
    }
  };
  for (std::uint64_t s = 0; s < corpus.manifest().shards && more(); ++s) corpus.use(corpus.table().at(s).record, take);
  return drawn;
}

Drawn human_samples(const std::vector<std::string>& documents, const Tokenizer& tokenizer, const Drawn& like) {
  Drawn pieces;
  std::size_t next = 0;
  for (const auto& document : documents) {
    const auto tokens = tokenizer.encode(document);
    for (std::size_t at = 0; next < like.texts.size(); ++next) {
      const Passage& model = like.texts[next];
      if (model.tokens.empty()) continue;
      const std::size_t length = std::min(model.tokens.size(), tokens.size());
      if (at + length > tokens.size()) break;
      const auto before = at > 0 ? tokenizer.bytes_of(tokens[at - 1]) : std::string_view();
      const auto begin = tokens.begin() + static_cast<std::ptrdiff_t>(at);
      pieces.add({{begin, begin + static_cast<std::ptrdiff_t>(length)},
                  std::min(model.given, length),
                  at + length == tokens.size()},
                 tokenizer, before);
      at += length;
    }
    if (next == like.texts.size()) break;
  }
  return pieces;
}

std::vector<Passage> scored_part(const Drawn& drawn, std::uint64_t most) {
  std::vector<Passage> part;
  std::uint64_t tokens = 0;
  for (const auto& text : drawn.texts) {
    if (tokens >= most) break;
    tokens += text.tokens.size() - text.given;
    part.push_back(text);
  }
  return part;
}

}  // namespace genloss::workers
