#include "workers/text/encoder.hpp"

#include <functional>
#include <string>
#include <unordered_map>

#include "workers/text/bpe/pretokenizer.hpp"

namespace genloss::workers {
namespace {

// A word that is not remembered costs a microsecond or more, one that is 50 ns; longer ones hardly come twice.
constexpr std::size_t longest_kept = 64, most_kept = 1 << 18;

struct Hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>()(text); }
};

}  // namespace

struct Encoder::State {
  struct Place {
    std::uint32_t begin, count;
  };
  Tokenizer tokenizer;
  Pretokenizer pretokenizer;
  std::unordered_map<std::string, Place, Hash, std::equal_to<>> known;
  std::vector<std::int32_t> tokens;  // of all known words

  void append_word(std::string_view word, std::vector<std::int32_t>& out) {
    if (word.size() > longest_kept) return tokenizer.merger().append(word, out);
    if (const auto found = known.find(word); found != known.end()) {
      const auto begin = tokens.begin() + found->second.begin;
      out.insert(out.end(), begin, begin + found->second.count);
      return;
    }
    if (known.size() == most_kept) {  // anew, rather than to find out which ones are still wanted
      known.clear();
      tokens.clear();
    }
    const std::size_t begin = out.size();
    tokenizer.merger().append(word, out);
    known.emplace(word,
                  Place{static_cast<std::uint32_t>(tokens.size()), static_cast<std::uint32_t>(out.size() - begin)});
    tokens.insert(tokens.end(), out.begin() + static_cast<std::ptrdiff_t>(begin), out.end());
  }
};

Encoder::Encoder(Tokenizer tokenizer) : state_(std::make_unique<State>()) { state_->tokenizer = std::move(tokenizer); }
Encoder::~Encoder() = default;
Encoder::Encoder(Encoder&&) noexcept = default;
Encoder& Encoder::operator=(Encoder&&) noexcept = default;

void Encoder::append(std::string_view text, std::vector<std::int32_t>& out) {
  if (state_->tokenizer.is_bytes()) {
    for (const char c : text) out.push_back(static_cast<unsigned char>(c));
    return;
  }
  state_->pretokenizer.cut(text, [&](std::string_view word) { state_->append_word(word, out); });
}

}  // namespace genloss::workers
