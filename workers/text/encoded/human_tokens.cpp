#include "workers/text/encoded/human_tokens.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include "jobs/error.hpp"
#include "workers/text/encoded/token_file.hpp"

namespace genloss::workers {
namespace {

using storage::HumanSplit;

constexpr std::array splits{HumanSplit::train, HumanSplit::held_out, HumanSplit::validation, HumanSplit::test};

/// Position of the range of `starts` that holds `at`.
std::size_t range_of(std::span<const std::uint64_t> starts, std::uint64_t at) {
  return static_cast<std::size_t>(std::upper_bound(starts.begin(), starts.end(), at) - starts.begin()) - 1;
}

}  // namespace

struct HumanTokens::State {
  struct Split {
    std::vector<const storage::Document*> documents;
    std::vector<std::uint64_t> starts{0};
    std::vector<TokenFile> files;
    std::vector<std::uint64_t> file_starts{0};  // of each file, and the number of tokens
  };
  explicit State(storage::HumanData data) : human(std::move(data)) {
    for (const HumanSplit split : splits) of(split).documents = human.documents(split);
  }
  [[nodiscard]] Split& of(HumanSplit split) { return all[static_cast<std::size_t>(split)]; }
  [[nodiscard]] const Split& of(HumanSplit split) const { return all[static_cast<std::size_t>(split)]; }
  /// Starts of documents, where so many bytes of a split have tokens_of(bytes) tokens.
  template <class TokensOf>
  void count(const TokensOf& tokens_of) {
    for (Split& split : all) {
      std::uint64_t bytes = 0;
      for (const auto* document : split.documents) split.starts.push_back(tokens_of(bytes += document->length));
    }
  }

  storage::HumanData human;
  std::array<Split, splits.size()> all;
  bool readable = true;
};

HumanTokens::HumanTokens(storage::HumanData human) {
  auto state = std::make_shared<State>(std::move(human));
  state->count([](std::uint64_t bytes) { return bytes; });
  state_ = std::move(state);
}

HumanTokens HumanTokens::estimated(storage::HumanData human, double bytes_per_token) {
  auto state = std::make_shared<State>(std::move(human));
  state->count([&](std::uint64_t bytes) {
    return static_cast<std::uint64_t>(std::ceil(static_cast<double>(bytes) / bytes_per_token));
  });
  state->readable = false;
  return HumanTokens(std::shared_ptr<const State>(std::move(state)));
}

HumanTokens HumanTokens::open(storage::HumanData human, const Tokenizer& tokenizer,
                              const std::filesystem::path& directory, std::uint64_t part_bytes) {
  if (tokenizer.is_bytes()) return HumanTokens(std::move(human));
  auto state = std::make_shared<State>(std::move(human));
  for (const TokenPart& part : token_parts(state->human, part_bytes)) {
    auto& split = state->of(part.split);
    const TokenFile& file = split.files.emplace_back(directory / part.file_name(), part, tokenizer);
    const std::uint64_t before = split.file_starts.back();
    for (std::uint64_t d = 0; d < part.documents; ++d) split.starts.push_back(before + file.end_of(d));
    split.file_starts.push_back(before + file.tokens());
  }
  return HumanTokens(std::shared_ptr<const State>(std::move(state)));
}

std::uint64_t HumanTokens::documents(HumanSplit split) const { return state_->of(split).documents.size(); }
std::uint64_t HumanTokens::tokens(HumanSplit split) const { return state_->of(split).starts.back(); }
std::span<const std::uint64_t> HumanTokens::starts(HumanSplit split) const { return state_->of(split).starts; }

void HumanTokens::read(HumanSplit split, std::uint64_t begin, std::span<std::int32_t> out) const {
  const State::Split& from = state_->of(split);
  if (!state_->readable || begin > from.starts.back() || out.size() > from.starts.back() - begin) {
    throw Error(ExitCode::internal, "read human text", "token " + std::to_string(begin + out.size()),
                state_->readable ? "there are only " + std::to_string(from.starts.back()) : "it is not encoded");
  }
  const bool bytes = from.files.empty();
  const std::span<const std::uint64_t> starts = bytes ? from.starts : from.file_starts;
  if (out.empty()) return;
  std::size_t i = range_of(starts, begin);
  for (std::size_t done = 0; done < out.size(); ++i) {
    const std::uint64_t within = begin + done - starts[i];
    const auto take =
        static_cast<std::size_t>(std::min<std::uint64_t>(out.size() - done, starts[i + 1] - starts[i] - within));
    const auto to = out.subspan(done, take);
    if (bytes) {
      const auto text = state_->human.text(*from.documents[i], within, take);
      std::transform(text.begin(), text.end(), to.begin(), [](char c) { return static_cast<unsigned char>(c); });
    } else {
      from.files[i].read(within, to);
    }
    done += take;
  }
}

}  // namespace genloss::workers
