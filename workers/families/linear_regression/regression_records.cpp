// What the measures of linear regression are.

#include "workers/families/chain_numbers.hpp"
#include "workers/families/linear_regression/regression_kind.hpp"

namespace genloss::workers {

const std::vector<Record>& RegressionKind::model_records() {
  static const std::vector<Record> records{
      {.name = "test_error",
       .label = "test error",
       .unit = "squared units",
       .symptom = "quality",
       .taken = Taken::on_model,
       .definition = "squared error of the prediction for a new row, without its noise: |w - w*|^2, mean over chains",
       .source = "Dohmatob et al. 2024; Gerstgrasser et al. 2024; CF11",
       .resampled = "chain",
       .rise = "predictions become worse",
       .fall = "predictions become better",
       .legend = "squared error of predictions for new rows",
       .decimals = 4,
       .of_rise = Sign::forgetting},
      {.name = "signal_kept",
       .label = "signal kept",
       .unit = "share",
       .symptom = "moments",
       .taken = Taken::on_model,
       .definition = "length of the coefficients along the true ones, w w* / |w*|^2, mean over chains",
       .source = "shrinkage of ridge regression, Hoerl & Kennard 1970",
       .resampled = "chain",
       .rise = "coefficients grow",
       .fall = "coefficients shrink",
       .legend = "share of the true signal that the fit has",
       .decimals = 4},
      {.name = "noise_variance",
       .label = "noise variance",
       .unit = "squared units",
       .symptom = "moments",
       .taken = Taken::on_model,
       .definition = "variance of the noise that labels are given, mean over chains",
       .source = "residual sum of squares over M - d, where label_noise = fitted",
       .resampled = "chain",
       .rise = "labels become noisier",
       .fall = "labels lose their noise",
       .legend = "variance of the noise of labels",
       .decimals = 4},
      {.name = "log_noise_variance",
       .label = "log noise variance",
       .unit = "nats",
       .symptom = "moments",
       .taken = Taken::on_model,
       .definition = "logarithm of the same, mean over chains whose labels have noise",
       .source = "digamma((M - d) / 2) - ln((M - d) / 2) a fit under replacement",
       .resampled = "chain",
       .rise = "labels of a typical chain become noisier",
       .fall = "labels of a typical chain lose their noise",
       .legend = "the same of a typical chain, on a log scale",
       .decimals = 4,
       .of_fall = Sign::narrowing,
       .in_table = false}};
  return records;
}

const std::vector<Record>& RegressionKind::corpus_records() {
  static const std::vector<Record> records{{.name = "drawn_label_power",
                                            .label = "label power",
                                            .unit = "squared units",
                                            .symptom = "moments",
                                            .taken = Taken::on_corpus,
                                            .definition = "mean square of the labels of a corpus, mean over chains",
                                            .source = "|w|^2 + noise variance",
                                            .resampled = "chain",
                                            .rise = "labels spread",
                                            .fall = "labels narrow",
                                            .legend = "mean square of the labels",
                                            .decimals = 4,
                                            .in_table = false}};
  return records;
}

const std::vector<Record>& RegressionKind::state_records() {
  static const std::vector<Record> records{
      survivors_record("share of the chains whose fit is finite and whose labels have noise", "state after the fit",
                       Sign::repeating),
      ended_record("chains_noiseless", "chains without noise",
                   "share of the chains whose labels lie on a plane, but for rounding", Sign::narrowing),
      ended_record("chains_not_finite", "chains not finite", "share of the chains whose fit has overflowed",
                   Sign::noise)};
  return records;
}

}  // namespace genloss::workers
