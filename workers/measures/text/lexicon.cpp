#include "workers/measures/text/lexicon.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "jobs/heartbeat.hpp"
#include "workers/measures/text/words.hpp"

namespace genloss::workers {

Lexicon::Lexicon(std::span<const std::string_view> training, std::span<const std::string_view> other) {
  const auto add = [&](std::string_view text, std::uint32_t count) {
    for (auto& type : word_types(text)) {
      beat("count words");
      const auto [it, is_new] = ids_.try_emplace(std::move(type), static_cast<std::uint32_t>(counts_.size()));
      if (is_new) counts_.push_back(0);
      counts_[it->second] += count;
      training_words_ += count;
    }
  };
  for (const auto text : training) add(text, 1);
  for (const auto text : other) add(text, 0);

  std::map<std::uint32_t, std::uint64_t, std::greater<>> types_with_count;
  for (const auto count : counts_) ++types_with_count[count];
  std::map<std::uint32_t, std::uint8_t> class_of_count{{0, never_seen}};
  std::uint64_t above = 0;
  for (const auto& [count, types] : types_with_count) {
    if (count == 0) continue;
    class_of_count[count] = static_cast<std::uint8_t>(10 * above / training_words_);
    above += count * types;
  }
  for (std::uint32_t word = 0; word < counts_.size(); ++word) {
    classes_.push_back(class_of_count.at(counts_[word]));
    rare_types_ += rare(word) ? 1 : 0;
  }
}

std::optional<std::uint32_t> Lexicon::find(const std::string& type) const {
  const auto found = ids_.find(type);
  return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

double Lexicon::information(std::uint32_t word) const {
  return most_information() - std::log2(static_cast<double>(std::max<std::uint32_t>(counts_[word], 1)));
}

double Lexicon::most_information() const {
  return std::log2(static_cast<double>(std::max<std::uint64_t>(training_words_, 1)));
}

std::size_t Lexicon::frequency_class(const std::string& type) const {
  const auto word = find(type);
  return word ? classes_[*word] : never_seen;
}

}  // namespace genloss::workers
