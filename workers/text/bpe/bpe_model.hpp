#pragma once
// What a byte-level BPE tokenizer is: a vocabulary of byte strings, and pairs of tokens in the order they merge.

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace genloss::workers {

/// Two tokens that stand side by side become one.
struct Merge {
  std::int32_t left = 0, right = 0, result = 0;
  bool operator==(const Merge&) const = default;
};

/// A token that no text encodes to ("<|endoftext|>"): its name is no text of it.
struct SpecialToken {
  std::int32_t id = 0;
  std::string name;
  bool operator==(const SpecialToken&) const = default;
};

struct BpeModel {
  std::vector<std::string> tokens;     ///< bytes of every id; empty for special tokens
  std::vector<Merge> merges;           ///< the first one merges first
  std::vector<SpecialToken> specials;  ///< by id
  bool operator==(const BpeModel&) const = default;

  /// 256 tokens, id = byte, no merges.
  [[nodiscard]] static BpeModel of_bytes();
};

/// Applies merges to single words: while there are pairs that merge, the pair of lowest rank does, the leftmost first
/// (Sennrich et al. 2016). Immutable, for any number of threads.
class WordMerger {
 public:
  /// @throws Error(bad_data) if a byte has no token, or a merge names ids that do not fit its result
  explicit WordMerger(const BpeModel& model);
  /// Appends the tokens of `word`; O(n log n) in its bytes.
  void append(std::string_view word, std::vector<std::int32_t>& out) const;

 private:
  struct Rule {
    std::int32_t rank = 0, result = 0;
  };
  [[nodiscard]] const Rule* rule(std::int32_t left, std::int32_t right) const;
  void append_long(std::string_view word, std::vector<std::int32_t>& out) const;

  std::vector<std::int32_t> of_byte_;
  std::unordered_map<std::uint64_t, Rule> rules_;
};

/// Both ids as one key.
[[nodiscard]] constexpr std::uint64_t pair_key(std::int32_t left, std::int32_t right) noexcept {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 | static_cast<std::uint32_t>(right);
}

}  // namespace genloss::workers
