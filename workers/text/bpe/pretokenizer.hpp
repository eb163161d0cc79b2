#pragma once
// Cuts text into words that no token crosses.

#include <functional>
#include <memory>
#include <string_view>

namespace genloss::workers {

/// GPT-2's rule (Radford et al. 2019, `encoder.py`):
///   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
/// with \s as Unicode's White_Space, by PCRE2, compiled to machine code where the machine allows it. Classes of
/// characters are those of PCRE2's Unicode tables (10.42: Unicode 14).
///
/// Any bytes can be cut: one that is not part of well-formed UTF-8 is a word of its own, and the text before and after
/// it are texts of their own.
///
/// An object has scratch memory: one per thread.
class Pretokenizer {
 public:
  Pretokenizer();
  ~Pretokenizer();
  Pretokenizer(Pretokenizer&&) noexcept;
  Pretokenizer& operator=(Pretokenizer&&) noexcept;
  Pretokenizer(const Pretokenizer&) = delete;
  Pretokenizer& operator=(const Pretokenizer&) = delete;

  /// Calls `word` with each word of `text` in order. Together they are the text.
  /// @throws Error(internal) if PCRE2 runs out of memory
  template <class Word>
  void cut(std::string_view text, const Word& word) {
    while (!text.empty()) {
      std::string_view whole = text.substr(0, well_formed(text));
      text.remove_prefix(whole.size());
      for (std::size_t at = 0; at < whole.size();) {
        const std::size_t end = end_of_word(whole, at);
        word(whole.substr(at, end - at));
        at = end;
      }
      if (text.empty()) return;
      word(text.substr(0, 1));
      text.remove_prefix(1);
    }
  }

 private:
  /// Bytes at the begin of `text` that are well-formed UTF-8; NUL is a character.
  [[nodiscard]] static std::size_t well_formed(std::string_view text) noexcept;
  [[nodiscard]] std::size_t end_of_word(std::string_view text, std::size_t begin);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace genloss::workers
