#include "workers/families/bernoulli/bernoulli_kind.hpp"

#include "workers/families/bernoulli/bernoulli_options.hpp"
#include "workers/families/chain_numbers.hpp"

namespace genloss::workers {

BernoulliKind::BernoulliKind(const jobs::StudySpec& spec)
    : replicates_(static_cast<std::uint64_t>(bernoulli_options(spec).replicates)),
      probability_(bernoulli_options(spec).probability) {}

ChainFormat BernoulliKind::format() const { return {section, {{"probability"}}, {"alive", "all_zeros", "all_ones"}}; }

ChainModel BernoulliKind::fit(ChainFitting& fitting) const {
  ChainModel model(replicates_, format().layout);
  // Zeros and ones are counted apart: a sum of weights that rounds below 1 would bring a lost zero back.
  const auto sums = fitting.sums<Value>(
      2, "sums of ones", [](std::uint64_t, std::span<const Value> value, double weight, std::span<double> sum) {
        sum[value[0] == 0 ? 0 : 1] += weight;
      });
  for (std::uint64_t r = 0; r < replicates_; ++r) {
    const double zeros = sums[2 * r], ones = sums[2 * r + 1];
    model.tables[0].values[r] = zeros == 0 ? 1 : ones / (zeros + ones);
    if (ones == 0) model.states[r] = all_zeros;
    if (zeros == 0) model.states[r] = all_ones;
  }
  return model;
}

void BernoulliKind::numbers(const ChainModel& model, std::uint64_t chain, std::span<double> out) const {
  const double p = model.tables[0].values[chain];
  out[0] = 2 * p * (1 - p);
  out[1] = p;
  out[2] = (p - probability_) * (p - probability_);
}

const std::vector<Record>& BernoulliKind::model_records() {
  static const std::vector<Record> records{
      {.name = "heterozygosity",
       .label = "heterozygosity",
       .unit = "share",
       .symptom = "diversity",
       .taken = Taken::on_model,
       .definition = "probability that two draws differ, 2 p (1 - p), mean over chains",
       .source = "Simpson 1949; (1 - 1/M)^n of the first after n fits under replacement, CF12",
       .resampled = "chain",
       .rise = "chains become more varied",
       .fall = "chains become narrower",
       .legend = "probability that two draws are different",
       .decimals = 4,
       .of_fall = Sign::narrowing},
      {.name = "probability",
       .label = "probability of 1",
       .unit = "share",
       .symptom = "moments",
       .taken = Taken::on_model,
       .definition = "fitted probability of a one, mean over chains",
       .source = "constant in expectation under replacement, CF12",
       .resampled = "chain",
       .rise = "ones become more frequent",
       .fall = "ones become rarer",
       .legend = "mean over chains of the fitted probability",
       .decimals = 4},
      {.name = "mean_squared_error",
       .label = "error^2",
       .unit = "squared share",
       .symptom = "quality",
       .taken = Taken::on_model,
       .definition = "squared distance of the fitted probability from the true one, mean over chains",
       .source = "p (1 - p) (1 - (1 - 1/M)^n) after n fits under replacement, CF12",
       .resampled = "chain",
       .rise = "probabilities wander off",
       .fall = "probabilities come closer to the truth",
       .legend = "squared distance of the probability from the truth",
       .decimals = 4,
       .of_rise = Sign::forgetting}};
  return records;
}

const std::vector<Record>& BernoulliKind::corpus_records() {
  static const std::vector<Record> records{{.name = "drawn_ones",
                                            .label = "ones drawn",
                                            .unit = "share",
                                            .symptom = "moments",
                                            .taken = Taken::on_corpus,
                                            .definition = "share of ones among what was drawn, mean over chains",
                                            .source = "moments of the corpus",
                                            .resampled = "chain",
                                            .rise = "more ones are drawn",
                                            .fall = "fewer ones are drawn",
                                            .legend = "share of ones among what was drawn",
                                            .decimals = 4,
                                            .in_table = false}};
  return records;
}

const std::vector<Record>& BernoulliKind::state_records() {
  static const std::vector<Record> records{
      survivors_record("share of the chains that draw both zeros and ones", "Seddik et al. 2024; CF12: fixation",
                       Sign::repeating),
      ended_record("chains_all_zeros", "chains of zeros", "share of the chains that draw zeros alone", Sign::none),
      ended_record("chains_all_ones", "chains of ones", "share of the chains that draw ones alone", Sign::none)};
  return records;
}

}  // namespace genloss::workers
