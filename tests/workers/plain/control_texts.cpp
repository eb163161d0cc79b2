#include "tests/workers/plain/control_texts.hpp"

#include <algorithm>
#include <cmath>

#include "jobs/random.hpp"
#include "workers/measures/text/words.hpp"
#include "workers/measures/text_measures.hpp"

namespace genloss::tests {
namespace {

using namespace workers;

std::vector<std::string_view> views(const std::vector<std::string>& texts) { return {texts.begin(), texts.end()}; }

std::vector<std::string> cut(const std::vector<std::string>& documents) {
  std::vector<std::string> pieces;
  for (const auto& text : documents) {
    for (std::size_t at = 0; at + ControlTexts::sample_bytes <= text.size(); at += ControlTexts::sample_bytes) {
      if (pieces.size() == ControlTexts::samples) return pieces;
      pieces.push_back(text.substr(at, ControlTexts::sample_bytes));
    }
  }
  return pieces;
}

/// A draw from the distribution after `context`, with temperature and top-k.
char draw(const ByteNgrams& writer, std::string_view context, const Decoding& decoding, double uniform) {
  auto p = writer.after(context);
  if (decoding.top_k > 0) {
    auto sorted = p;
    std::sort(sorted.begin(), sorted.end(), std::greater<>());
    const double least = sorted[static_cast<std::size_t>(decoding.top_k) - 1];
    for (double& x : p) x = x < least ? 0 : x;
  }
  double total = 0;
  for (double& x : p) total += x = x > 0 ? std::pow(x, 1 / decoding.temperature) : 0;
  for (std::size_t byte = 0; byte < p.size(); ++byte) {
    uniform -= p[byte] / total;
    if (uniform < 0) return static_cast<char>(byte);
  }
  return ' ';
}

}  // namespace

ControlTexts::ControlTexts(std::vector<std::string> documents) {
  const auto split = documents.begin() + static_cast<std::ptrdiff_t>(documents.size() * 7 / 10);
  training_.assign(documents.begin(), split);
  test_.assign(split, documents.end());
  lexicon_ = std::make_unique<Lexicon>(views(training_), views(test_));
  reader_ = std::make_unique<ByteNgrams>(views(training_), 5);
  writer_ = std::make_unique<ByteNgrams>(views(training_), 8);
}

ControlTexts ControlTexts::made_up() {
  const jobs::CounterRandom random({1, jobs::Purpose::synthetic_load, 7});
  std::uint64_t next = 0;
  const auto below = [&](std::uint64_t bound) { return random.below(bound, next++, 0); };
  const std::string consonants = "bcdfghlmnprstvw", vowels = "aeiou";
  std::vector<std::string> words;
  for (std::size_t w = 0; w < 6000; ++w) {
    std::string word;
    for (std::uint64_t syllables = 1 + (w > 60 ? 1 : 0) + below(w > 600 ? 3 : 2); syllables-- > 0;) {
      word += consonants[below(consonants.size())];
      word += vowels[below(vowels.size())];
      if (below(3) == 0) word += consonants[below(consonants.size())];
    }
    words.push_back(word);
  }
  // Zipf's law, and a topic: one in four words comes from a stretch of the vocabulary that belongs to the document.
  const auto zipf = [&] {
    const double u = random.uniform(next++, 1);
    return static_cast<std::size_t>(std::exp(u * std::log(static_cast<double>(words.size())))) - 1;
  };
  std::vector<std::string> documents;
  for (int d = 0; d < 450; ++d) {
    const std::size_t topic = 100 + below(words.size() - 200);
    std::string text;
    while (text.size() < 2 * sample_bytes + 50) {
      for (std::uint64_t length = 4 + below(18); length-- > 0;) {
        text += words[below(4) == 0 ? topic + below(60) : zipf()];
        text += length > 0 ? (below(9) == 0 ? ", " : " ") : ". ";
      }
    }
    documents.push_back(text);
  }
  return ControlTexts(std::move(documents));
}

std::vector<std::string> ControlTexts::human(int half) const {
  // Every other document: the halves are of one kind.
  std::vector<std::string> documents;
  for (std::size_t d = static_cast<std::size_t>(half); d < test_.size(); d += 2) documents.push_back(test_[d]);
  return cut(documents);
}

std::vector<std::string> ControlTexts::written(const Decoding& decoding, std::uint64_t seed) const {
  const jobs::CounterRandom random({seed, jobs::Purpose::sampling, 0});
  std::vector<std::string> texts;
  for (std::uint64_t s = 0; s < samples; ++s) {
    // A prompt of training text, as most studies have it.
    const std::string& from = training_[random.below(training_.size(), s, 0)];
    std::string text = from.substr(random.below(from.size() - 20, s, 1), 20);
    while (text.size() < 20 + sample_bytes) {
      const char next = draw(*writer_, text, decoding, random.uniform(s, text.size()));
      text += next == '\0' ? ' ' : next;
    }
    texts.push_back(text.substr(20));
  }
  return texts;
}

std::vector<std::string> ControlTexts::without_rare_words(int half) const {
  std::vector<std::string> texts;
  for (const auto& text : human(half)) {
    std::string kept;
    std::size_t at = 0;
    for (const auto place : words_in(text)) {
      const auto word = lexicon_->find(word_type(text, place));
      if (word && lexicon_->training_count(*word) > Lexicon::rare_to) continue;
      kept += text.substr(at, place.begin - at);
      at = place.begin + place.length;
    }
    texts.push_back(kept + text.substr(at));
  }
  return texts;
}

std::vector<Measure> ControlTexts::measured(const std::vector<std::string>& texts) const {
  return corpus_text_measures({texts, {}, {}, words}, test_, *lexicon_, *reader_, {});
}

}  // namespace genloss::tests
