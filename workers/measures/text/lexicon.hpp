#pragma once
// The words that humans use, and how often.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace genloss::workers {

/// All types of human text, numbered from 0 in the order they first come, with their counts in the training text.
class Lexicon {
 public:
  /// Types this often in the training text are rare: once may be a slip, and more than ten times is learned.
  static constexpr std::uint32_t rare_from = 2, rare_to = 10;
  /// Frequency classes of words: decile d (0 ... 9) holds the types at which the running mass of the training text,
  /// most frequent first, is between d and d + 1 tenths; types that occur equally often stay together. Class 10: types
  /// never seen in training.
  static constexpr std::size_t classes = 11, never_seen = 10;

  /// @param training text that generation 0 learns from
  /// @param other further human text (held out, validation, test): its types are words too
  Lexicon(std::span<const std::string_view> training, std::span<const std::string_view> other);

  [[nodiscard]] std::size_t size() const noexcept { return counts_.size(); }
  [[nodiscard]] std::optional<std::uint32_t> find(const std::string& type) const;
  [[nodiscard]] std::uint32_t training_count(std::uint32_t word) const { return counts_[word]; }
  [[nodiscard]] bool rare(std::uint32_t word) const { return counts_[word] >= rare_from && counts_[word] <= rare_to; }
  [[nodiscard]] std::size_t rare_types() const noexcept { return rare_types_; }
  /// Bits that the word costs by its frequency in training; as if once for one never seen there.
  [[nodiscard]] double information(std::uint32_t word) const;
  [[nodiscard]] double most_information() const;  ///< of a word seen once
  /// Frequency class of a type, known or not.
  [[nodiscard]] std::size_t frequency_class(const std::string& type) const;

 private:
  std::unordered_map<std::string, std::uint32_t> ids_;
  std::vector<std::uint32_t> counts_;
  std::vector<std::uint8_t> classes_;
  std::uint64_t training_words_ = 0;
  std::size_t rare_types_ = 0;
};

}  // namespace genloss::workers
