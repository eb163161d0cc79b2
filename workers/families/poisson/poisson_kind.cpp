#include "workers/families/poisson/poisson_kind.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>

#include "workers/families/chain_numbers.hpp"
#include "workers/families/poisson/poisson_options.hpp"

namespace genloss::workers {

PoissonTable::PoissonTable(double rate) {
  if (!(rate > 0)) {
    cumulated_ = {1.0};
    return;
  }
  // Weights relative to the mode's: no exponential that underflows at large rates.
  constexpr double least = 1e-20;
  const double mode = std::floor(rate);
  std::deque<double> weights{1.0};
  for (double k = mode; k > 0; k -= 1) {
    const double weight = weights.front() * k / rate;
    if (weight < least) break;
    weights.push_front(weight);
  }
  lowest_ = static_cast<std::uint32_t>(mode + 1) - static_cast<std::uint32_t>(weights.size());
  for (double k = mode + 1;; k += 1) {
    const double weight = weights.back() * rate / k;
    if (weight < least) break;
    weights.push_back(weight);
  }
  double sum = 0;
  for (const double weight : weights) cumulated_.push_back(sum += weight);
  for (double& c : cumulated_) c /= sum;
  cumulated_.back() = 1;
}

std::uint32_t PoissonTable::at(double uniform) const {
  const auto found = std::upper_bound(cumulated_.begin(), cumulated_.end(), uniform) - cumulated_.begin();
  return lowest_ + static_cast<std::uint32_t>(found);
}

PoissonKind::PoissonKind(const jobs::StudySpec& spec)
    : replicates_(static_cast<std::uint64_t>(poisson_options(spec).replicates)), rate_(poisson_options(spec).rate) {}

ChainFormat PoissonKind::format() const { return {section, {{"rate"}}, {"alive", "extinct"}}; }

PoissonKind::Model PoissonKind::drawer(const ChainModel& model) const {
  Model drawn;
  for (const double rate : model.tables[0].values) drawn.counts.emplace_back(rate);
  return drawn;
}

ChainModel PoissonKind::fit(ChainFitting& fitting) const {
  ChainModel model(replicates_, format().layout);
  model.tables[0].values = fitting.sums<Value>(
      1, "sums of counts", [](std::uint64_t, std::span<const Value> count, double weight, std::span<double> sum) {
        sum[0] += weight * count[0];
      });
  for (std::uint64_t r = 0; r < replicates_; ++r) {
    double& rate = model.tables[0].values[r];
    rate /= static_cast<double>(fitting.units());
    if (rate == 0) model.states[r] = extinct;
  }
  return model;
}

void PoissonKind::numbers(const ChainModel& model, std::uint64_t chain, std::span<double> out) const {
  const double rate = model.tables[0].values[chain];
  out[0] = rate;
  out[1] = rate > 0 ? std::log(rate) : no_number;
  out[2] = (rate - rate_) * (rate - rate_);
}

void PoissonKind::corpus_numbers(std::span<const double> sums, double samples, std::span<double> out) const {
  out[0] = sums[0] / samples;
  out[1] = sums[1] / samples;
}

const std::vector<Record>& PoissonKind::model_records() {
  static const std::vector<Record> records{{.name = "rate",
                                            .label = "rate",
                                            .unit = "counts",
                                            .symptom = "moments",
                                            .taken = Taken::on_model,
                                            .definition = "fitted rate, mean over chains",
                                            .source = "Suresh et al. 2024; constant in expectation under replacement",
                                            .resampled = "chain",
                                            .rise = "chains count more",
                                            .fall = "chains count less",
                                            .legend = "mean over chains of the fitted rate",
                                            .decimals = 4},
                                           {.name = "log_rate",
                                            .label = "log rate",
                                            .unit = "nats",
                                            .symptom = "moments",
                                            .taken = Taken::on_model,
                                            .definition = "logarithm of the fitted rate, mean over chains alive",
                                            .source = "Suresh et al. 2024",
                                            .resampled = "chain",
                                            .rise = "a typical chain counts more",
                                            .fall = "a typical chain counts less",
                                            .legend = "the same of a typical chain, on a log scale",
                                            .decimals = 4},
                                           {.name = "mean_squared_error",
                                            .label = "rate error^2",
                                            .unit = "squared counts",
                                            .symptom = "quality",
                                            .taken = Taken::on_model,
                                            .definition = "squared distance of the fitted rate from the true one, mean "
                                                          "over chains",
                                            .source = "n rate / M after n fits under replacement; CF7",
                                            .resampled = "chain",
                                            .rise = "rates wander off",
                                            .fall = "rates come closer to the truth",
                                            .legend = "squared distance of the rate from the truth",
                                            .decimals = 4,
                                            .of_rise = Sign::forgetting}};
  return records;
}

const std::vector<Record>& PoissonKind::corpus_records() {
  static const std::vector<Record> records{{.name = "drawn_zeros",
                                            .label = "zeros drawn",
                                            .unit = "share",
                                            .symptom = "diversity",
                                            .taken = Taken::on_corpus,
                                            .definition = "share of the drawn counts that are 0, mean over chains",
                                            .source = "probability of 0",
                                            .resampled = "chain",
                                            .rise = "more of what is drawn is nothing",
                                            .fall = "less of what is drawn is nothing",
                                            .legend = "share of drawn counts that are 0",
                                            .decimals = 4,
                                            .of_rise = Sign::repeating},
                                           {.name = "drawn_mean",
                                            .label = "mean drawn",
                                            .unit = "counts",
                                            .symptom = "moments",
                                            .taken = Taken::on_corpus,
                                            .definition = "mean of the drawn counts, mean over chains",
                                            .source = "moments of the corpus",
                                            .resampled = "chain",
                                            .rise = "larger counts are drawn",
                                            .fall = "smaller counts are drawn",
                                            .legend = "mean of drawn counts",
                                            .decimals = 4,
                                            .in_table = false}};
  return records;
}

const std::vector<Record>& PoissonKind::state_records() {
  static const std::vector<Record> records{
      survivors_record("share of the chains whose rate is above 0",
                       "Suresh et al. 2024: 1 - exp(-M rate g_k) after k fits; CF12", Sign::tails),
      ended_record("chains_extinct", "chains extinct", "share of the chains whose rate is 0: nothing is ever counted",
                   Sign::repeating)};
  return records;
}

}  // namespace genloss::workers
