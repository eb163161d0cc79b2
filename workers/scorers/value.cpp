// A drawn value itself, or what a table makes of it: the reward of closed-form studies.

#include <stdexcept>

#include "jobs/error.hpp"
#include "jobs/option_values.hpp"
#include "workers/scorers/scorer_type.hpp"

namespace genloss::workers {
namespace {

std::vector<double> table_of(std::string_view text) {
  std::vector<double> table;
  for (const std::string& entry : jobs::read_list(text)) table.push_back(jobs::read_number(entry));
  return table;
}

class ValueScorer final : public SampleScorer {
 public:
  ValueScorer(std::uint64_t at, std::vector<double> table) : at_(at), table_(std::move(table)) {}

  [[nodiscard]] ScoredBlock score(const SampleBlock& block) override {
    ScoredBlock scored{{std::vector<double>(block.samples())}};
    for (std::size_t i = 0; i < block.samples(); ++i) {
      if (block.drawn_values(i) <= at_) continue;
      const double value = number_at(block.drawn(i), block.type, at_);
      scored.columns[0][i] = table_.empty() ? value : looked_up(value, block.first + i);
    }
    return scored;
  }

 private:
  [[nodiscard]] double looked_up(double value, std::uint64_t sample) const {
    const auto entry = static_cast<std::size_t>(value < 0 ? table_.size() : value);
    if (entry < table_.size() && static_cast<double>(entry) == value) return table_[entry];
    throw Error(ExitCode::bad_data, "score by a table", "sample " + std::to_string(sample),
                "its value is " + jobs::write_number(value) + ", and the table has " + std::to_string(table_.size()) +
                    " entries, of 0 and up",
                "give table= an entry for each value that can be drawn");
  }

  std::uint64_t at_;
  std::vector<double> table_;
};

}  // namespace

GENLOSS_SCORER(value) {
  ScorerType type;
  type.name = "value";
  type.help = "A drawn value, as it is or through a table.";
  type.settings = {{"at", "Which of a sample's drawn values, from 0.", "integer, at least 0", "0",
                    [](std::string_view text) { (void)jobs::read_count(text); }},
                   {"table", "What a value 0, 1, 2 ... counts for; empty: itself.", "list of numbers", "",
                    [](std::string_view text) { (void)table_of(text); }}};
  type.values = {{"value", storage::ElementType::f64, "",
                  "The drawn value, or its entry of the table; 0 where the sample has no such value."}};
  type.make = [](const ScorerContext& context) {
    return std::make_unique<ValueScorer>(jobs::read_count(context.setting("at")), table_of(context.setting("table")));
  };
  return type;
}

}  // namespace genloss::workers
