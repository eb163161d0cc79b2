#pragma once
// The tails: which words of human text are still there, and how well they are still predicted.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "workers/measures/bootstrap.hpp"

namespace genloss::workers {

enum class WordBand : std::uint8_t { common, medium, rare, none };  ///< none: not within a word
constexpr std::size_t word_bands = 3;

/// Human words by how much of running human text they make up: common types are the most frequent ones that together
/// are 80 % of all words, medium the next 10 %, rare the last 10 % (types that occur equally often stay together).
class WordBands {
 public:
  static constexpr double common_mass = 0.8, medium_mass = 0.9;
  /// @param reference human text that counts, e.g. the documents of the training split
  explicit WordBands(std::span<const std::string_view> reference);

  /// Band of a type; one that the reference lacks is rare.
  [[nodiscard]] WordBand band_of(const std::string& type) const;
  /// Types of a band, in alphabetical order.
  [[nodiscard]] const std::vector<std::string>& types(WordBand band) const;
  /// Band of every byte of `text` by the word it belongs to; none between words.
  [[nodiscard]] std::vector<WordBand> bands_of_bytes(std::string_view text) const;

 private:
  std::unordered_map<std::string, WordBand> band_of_;
  std::array<std::vector<std::string>, word_bands> types_;
};

/// Share of a band's types that occur in the first `bytes` bytes of `samples`. A group is a type (found, 1): the
/// interval says how far the share would move for other words of the band.
[[nodiscard]] GroupSums types_found(const WordBands& bands, WordBand band, std::span<const std::string> samples,
                                    std::uint64_t bytes);

}  // namespace genloss::workers
