#pragma once
// All n-grams of a text, found by what stands before a token.

#include <cstdint>
#include <span>
#include <vector>

namespace genloss::workers {

/// The maximum-likelihood n-gram model of samples of `length` tokens: the next token is that of a random place whose
/// order - 1 tokens before are the same; before a sample stands its begin. Where these were seen at the end of samples
/// alone, as many of them as were seen before a token. Memory: the samples and 4 bytes for each of their tokens.
class NgramIndex {
 public:
  /// @param tokens [samples, length], which outlive the index; fewer than 2^32
  NgramIndex(std::span<const std::uint8_t> tokens, std::size_t length, int order);

  /// Places whose token may follow.
  struct Range {
    std::size_t begin = 0, end = 0;
    [[nodiscard]] std::size_t size() const noexcept { return end - begin; }
  };
  /// @param before all tokens of a sample so far  @param matched how many tokens (the begin counts as one) were found
  [[nodiscard]] Range following(std::span<const std::uint8_t> before, int* matched = nullptr) const;
  [[nodiscard]] std::uint8_t token(std::size_t place) const { return tokens_[places_[place]]; }

  struct Summary {
    double types = 0;    ///< different n-grams
    double entropy = 0;  ///< of the next token, bits, mean over places
  };
  [[nodiscard]] Summary summary() const;

 private:
  static constexpr int begin_of_sample = 256;
  /// The token `back` >= 1 before a place of the text.
  [[nodiscard]] int before(std::uint32_t at, std::size_t back) const {
    return at % length_ < back ? begin_of_sample : tokens_[at - back];
  }
  [[nodiscard]] bool same_context(std::uint32_t a, std::uint32_t b) const;

  std::span<const std::uint8_t> tokens_;
  std::size_t length_, context_;
  std::vector<std::uint32_t> places_;  // sorted by the tokens before them, the nearest first
};

}  // namespace genloss::workers
