#include <array>
#include <string_view>

#include "workers/measures/change.hpp"
#include "workers/measures/text_measures.hpp"

namespace genloss::workers {
namespace {

struct Theme {
  std::string_view measure, label;
  int decimals;
  Change bad;                 // the direction that is a warning sign
  std::string_view when_bad;  // what it means
};

constexpr std::array<Theme, 9> themes{{
    {"human_bits_per_byte", "human bits per byte", 3, Change::rose, "human text is forgotten"},
    {"rare_word_recall", "rare-word recall", 4, Change::fell, "rare words vanish"},
    {"rare_word_bits_per_byte", "bits per byte on rare words", 3, Change::rose, "rare words come as a surprise"},
    {"distinct_2", "distinct word pairs", 3, Change::fell, "less variety"},
    {"compression_ratio", "compression ratio", 3, Change::rose, "more of the same"},
    {"repetition_4", "repeated word 4-grams", 4, Change::rose, "texts repeat themselves"},
    {"calibration_error", "calibration error", 4, Change::rose, "confidence is less earned"},
    {"confident_wrong_rate", "confident errors", 4, Change::rose, "surer when wrong"},
    {"surprisal_under_first", "surprise of the first model", 3, Change::fell, "blander text"},
}};

struct Pair {
  const Measure *first = nullptr, *last = nullptr;
};
Pair pair_of(const std::vector<std::vector<Measure>>& generations, std::string_view name) {
  return {find_measure(generations.front(), name), find_measure(generations.back(), name)};
}

/// Whether recall fell by a larger share for rare words than for common ones.
bool tails_went_first(const std::vector<std::vector<Measure>>& generations) {
  const auto rare = pair_of(generations, "rare_word_recall"), common = pair_of(generations, "common_word_recall");
  if (rare.first == nullptr || rare.last == nullptr || common.first == nullptr || common.last == nullptr) return false;
  if (change_between(*rare.first, *rare.last) != Change::fell) return false;
  return rare.last->value * common.first->value < common.last->value * rare.first->value;
}

}  // namespace

std::string text_verdict(const std::vector<std::vector<Measure>>& generations) {
  if (generations.size() < 2) return "One generation only: nothing to compare.";
  std::vector<std::string> clear, unclear;
  int warnings = 0;
  for (const auto& theme : themes) {
    const auto [first, last] = pair_of(generations, theme.measure);
    if (first == nullptr || last == nullptr) continue;
    const Change change = change_between(*first, *last);
    if (change == Change::none) {
      unclear.emplace_back(theme.label);
      continue;
    }
    std::string part = describe_change(theme.label, *first, *last, theme.decimals);
    if (change == theme.bad) {
      ++warnings;
      part += ": ";
      part +=
          theme.measure == "rare_word_recall" && tails_went_first(generations) ? "the tails go first" : theme.when_bad;
    }
    clear.push_back(std::move(part));
  }
  std::string text = "Over " + std::to_string(generations.size()) + " generations ";
  for (std::size_t i = 0; i < clear.size(); ++i) text += (i > 0 ? "; " : "") + clear[i];
  if (!unclear.empty()) text += (clear.empty() ? "no clear change in " : "; no clear change in ") + joined(unclear);
  text += clear.empty() && unclear.empty() ? "nothing was measured." : ".";
  if (clear.empty() && unclear.empty()) return text;
  return text + " Warning signs: " + std::to_string(warnings) + " of " + std::to_string(clear.size() + unclear.size()) +
         ".";
}

}  // namespace genloss::workers
