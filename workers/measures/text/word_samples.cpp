#include "workers/measures/text/word_samples.hpp"

#include <algorithm>
#include <unordered_map>

#include "jobs/heartbeat.hpp"
#include "workers/measures/text/words.hpp"

namespace genloss::workers {

WordSamples::WordSamples(std::span<const std::string> samples, const Lexicon& lexicon, std::uint64_t most)
    : lexicon_(&lexicon) {
  std::unordered_map<std::string, std::uint32_t> strangers;
  std::array<std::unordered_map<std::uint64_t, std::uint32_t>, 4> numbers;
  for (const auto& text : samples) {
    beat("read words");
    if (words_ == most) break;
    NgramSample sample;
    for (auto& type : word_types(text)) {
      if (words_ == most) break;
      ++words_;
      if (const auto known = lexicon.find(type)) {
        sample.of[0].push_back(*known);
        continue;
      }
      const auto next = static_cast<std::uint32_t>(lexicon.size() + strangers.size());
      sample.of[0].push_back(strangers.try_emplace(std::move(type), next).first->second);
    }
    // An n-gram is a shorter one and a word: its number follows from theirs.
    for (std::size_t n = 1; n < 4; ++n) {
      for (std::size_t i = 0; i + n < sample.of[0].size(); ++i) {
        const std::uint64_t key = (std::uint64_t{sample.of[n - 1][i]} << 32) | sample.of[0][i + n];
        const auto next = static_cast<std::uint32_t>(numbers[n].size());
        sample.of[n].push_back(numbers[n].try_emplace(key, next).first->second);
      }
    }
    samples_.push_back(std::move(sample));
  }
  types_[0] = lexicon.size() + strangers.size();
  for (std::size_t n = 1; n < 4; ++n) types_[n] = numbers[n].size();
}

}  // namespace genloss::workers
