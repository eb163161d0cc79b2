#include "workers/measures/text/rare_words.hpp"

#include <algorithm>
#include <map>
#include <unordered_set>

#include "workers/measures/text/words.hpp"

namespace genloss::workers {

WordBands::WordBands(std::span<const std::string_view> reference) {
  std::map<std::string, std::uint64_t> counts;
  std::uint64_t words = 0;
  for (const auto text : reference) {
    for (auto& type : word_types(text)) {
      ++counts[std::move(type)];
      ++words;
    }
  }
  // Running words by how often their type occurs: a band is a range of counts.
  std::map<std::uint64_t, std::uint64_t, std::greater<>> words_with_count;
  for (const auto& [type, count] : counts) words_with_count[count] += count;
  std::map<std::uint64_t, WordBand> band_of_count;
  std::uint64_t more_frequent = 0;
  for (const auto& [count, mass] : words_with_count) {
    const double above = static_cast<double>(more_frequent) / static_cast<double>(words);
    band_of_count[count] = above < common_mass   ? WordBand::common
                           : above < medium_mass ? WordBand::medium
                                                 : WordBand::rare;
    more_frequent += mass;
  }
  for (const auto& [type, count] : counts) {
    const WordBand band = band_of_count.at(count);
    band_of_.emplace(type, band);
    types_[static_cast<std::size_t>(band)].push_back(type);
  }
}

WordBand WordBands::band_of(const std::string& type) const {
  const auto found = band_of_.find(type);
  return found == band_of_.end() ? WordBand::rare : found->second;
}

const std::vector<std::string>& WordBands::types(WordBand band) const {
  return types_.at(static_cast<std::size_t>(band));
}

std::vector<WordBand> WordBands::bands_of_bytes(std::string_view text) const {
  std::vector<WordBand> bands(text.size(), WordBand::none);
  for (const auto place : words_in(text)) {
    std::fill_n(bands.begin() + static_cast<std::ptrdiff_t>(place.begin), place.length,
                band_of(word_type(text, place)));
  }
  return bands;
}

GroupSums types_found(const WordBands& bands, WordBand band, std::span<const std::string> samples,
                      std::uint64_t bytes) {
  std::unordered_set<std::string> seen;
  for (const auto& sample : samples) {
    const auto text = std::string_view(sample).substr(0, std::min<std::uint64_t>(bytes, sample.size()));
    for (auto& type : word_types(text)) seen.insert(std::move(type));
    bytes -= text.size();
    if (bytes == 0) break;
  }
  GroupSums sums(2);
  for (const auto& type : bands.types(band)) {
    const auto row = sums.add_group();
    row[0] = seen.contains(type) ? 1 : 0;
    row[1] = 1;
  }
  return sums;
}

}  // namespace genloss::workers
