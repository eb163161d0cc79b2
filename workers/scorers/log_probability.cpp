// How probable a sample is under a model of the study, or one from outside, and how surprising its values are.

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "jobs/error.hpp"
#include "jobs/option_values.hpp"
#include "workers/families/family_type.hpp"
#include "workers/scorers/scorer_type.hpp"

namespace genloss::workers {
namespace {

struct SurprisalSummary {
  double total = 0, mean = 0, variance = 0, largest = 0;
};

/// Sums in the order of values. Of none: zeros.
SurprisalSummary summary_of(std::span<const double> nats) {
  SurprisalSummary summary;
  if (nats.empty()) return summary;
  double sum = 0;
  summary.largest = nats.front();
  for (const double n : nats) {
    sum += n;
    summary.largest = std::max(summary.largest, n);
  }
  const auto count = static_cast<double>(nats.size());
  summary.total = -sum;
  summary.mean = sum / count;
  if (!std::isfinite(sum)) {
    summary.variance = std::numeric_limits<double>::infinity();
    return summary;
  }
  double squares = 0;
  for (const double n : nats) squares += (n - summary.mean) * (n - summary.mean);
  summary.variance = squares / count;
  return summary;
}

class LogProbabilityScorer final : public SampleScorer {
 public:
  LogProbabilityScorer(const ScorerContext& context, bool tokens)
      : family_(context.family), model_(context.model), tokens_(tokens) {}

  [[nodiscard]] ScoredBlock score(const SampleBlock& block) override {
    if (!reader_) reader_ = family_.likelihood()->open_reader(model_());
    const Surprisals surprisals = reader_->read(block);
    ScoredBlock scored{std::vector<std::vector<double>>(5, std::vector<double>(block.samples()))};
    for (std::size_t i = 0; i < block.samples(); ++i) {
      const auto nats = surprisals.of(i);
      const SurprisalSummary summary = summary_of(nats);
      scored.columns[0][i] = summary.total;
      scored.columns[1][i] = summary.mean;
      scored.columns[2][i] = summary.variance;
      scored.columns[3][i] = summary.largest;
      scored.columns[4][i] = static_cast<double>(nats.size());
    }
    if (!tokens_) return scored;
    scored.token_starts = surprisals.starts;
    scored.tokens.reserve(surprisals.nats.size());
    for (const double n : surprisals.nats) scored.tokens.push_back(static_cast<float>(n));
    return scored;
  }

 private:
  Family& family_;
  std::function<std::filesystem::path()> model_;
  bool tokens_;
  std::unique_ptr<SampleReader> reader_;  // opened with the first block: a resumed pass may have none left
};

void check_model_name(std::string_view text) {
  if (text.empty()) throw std::invalid_argument("it names no model");
  if (text.find_first_not_of("0123456789") == std::string_view::npos) (void)jobs::read_integer(text);
}

bool is_folder(std::string_view text) {
  return text != "own" && text.find_first_not_of("0123456789") != std::string_view::npos;
}

void check_family(const jobs::StudySpec& spec, const jobs::ColumnOrder& column) {
  if (family_type(spec).has_likelihood) return;
  throw Error(ExitCode::usage, "check study", "column " + column.name,
              "models of the family " + spec.study.family + " do not say how probable a sample is",
              "leave the column out");
}

}  // namespace

GENLOSS_SCORER(log_probability) {
  using storage::ElementType;
  ScorerType type;
  type.name = "log_probability";
  type.help = "How probable a model finds a sample, and how surprising its values are.";
  type.settings = {{"model",
                    "own: the one that drew the sample; a number: that of this generation; else the folder of a model "
                    "from outside the loop.",
                    "own | a generation | path", "own", check_model_name, is_folder},
                   {"tokens", "Keep the surprisal of every value, too.", "yes or no", "no",
                    [](std::string_view text) { (void)jobs::read_flag(text); }}};
  type.values = {{"total", ElementType::f64, "nats", "Log-probability of all that was drawn, the end of text too."},
                 {"mean", ElementType::f64, "nats", "Mean surprisal of the drawn values; 0 where there are none."},
                 {"variance", ElementType::f64, "nats^2", "Variance of the surprisal of the drawn values."},
                 {"max", ElementType::f64, "nats", "Surprisal of the most surprising drawn value."},
                 {"count", ElementType::u64, "values", "Surprisals that these are of."}};
  type.model_setting = "model";
  type.per_token = [](const jobs::ColumnOrder& column) { return jobs::read_flag(jobs::setting_of(column, "tokens")); };
  type.token_value = {"values", ElementType::f32, "nats", "Surprisal of each drawn value, and of the end of text."};
  type.check = check_family;
  type.make = [](const ScorerContext& context) {
    return std::make_unique<LogProbabilityScorer>(context, jobs::read_flag(context.setting("tokens")));
  };
  return type;
}

}  // namespace genloss::workers
