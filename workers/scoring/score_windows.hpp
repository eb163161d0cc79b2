#pragma once
// How texts are cut into windows that a model of bounded context can score. No LibTorch here.

#include <cstdint>
#include <span>
#include <vector>

#include "workers/text/passage.hpp"

namespace genloss::workers {

/// Predicts elements [first, end) of (end-of-document, tokens..., end-of-document if `ended`) of one text, reading
/// from element `begin` on; at most `context` elements are read.
struct ScoreWindow {
  std::uint32_t text = 0;
  std::uint64_t begin = 0, first = 0, end = 0;
};

/// Windows that together predict every token to be scored exactly once, in reading order. A text is read from its own
/// start, which follows an end-of-document token as in training; one behind a prompt from the prompt on, as it was
/// drawn. After the first window, every prediction has at least context / 2 tokens before it, as in sampling.
[[nodiscard]] std::vector<ScoreWindow> score_windows(std::span<const Passage> texts, std::uint64_t context);

/// How many tokens of each text to score so that all together are at most `most` (or as they are if they are fewer):
/// each gives the same number from its start, or all it has. Texts that find no room give none.
[[nodiscard]] std::vector<std::uint64_t> share_out(std::span<const std::uint64_t> lengths, std::uint64_t most);

}  // namespace genloss::workers
