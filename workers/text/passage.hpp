#pragma once
// Text as tokens, and whether it ended: the one type of human documents, samples, prompts and what is scored; and how
// passages stand in a stream and in windows.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace genloss::workers {

/// A document, or a sample behind its prompt.
struct Passage {
  std::vector<std::int32_t> tokens;
  std::size_t given = 0;  ///< the first so many tokens were given (a prompt): context, neither scored nor trained on
  bool ended = false;  ///< the text ends after the last token; else it was cut there, and nothing is known of its end
};

/// Tokens that a passage of `tokens` takes in a stream: only one that ended is followed by the end-of-document token.
[[nodiscard]] constexpr std::uint64_t stream_tokens(std::uint64_t tokens, bool ended) noexcept {
  return tokens + (ended ? 1 : 0);
}

// In a stream and in windows a token is an int32. One that nothing before it could foresee - the first behind a joint,
// where what stands before was cut, or is another text - is read, but never predicted: it is stored as its complement.

/// The token marked as one that is read and not predicted.
[[nodiscard]] constexpr std::int32_t not_a_target(std::int32_t token) noexcept { return token < 0 ? token : ~token; }
/// What is read at this place: the token, marked or not.
[[nodiscard]] constexpr std::int32_t input_of(std::int32_t token) noexcept { return token < 0 ? ~token : token; }
/// Whether there is a loss at this place. Losses take a marked token as "no target": it is negative.
[[nodiscard]] constexpr bool is_target(std::int32_t token) noexcept { return token >= 0; }

}  // namespace genloss::workers
