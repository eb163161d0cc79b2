// What the measures of linear autoencoders are.

#include "workers/families/chain_numbers.hpp"
#include "workers/families/linear_autoencoder/autoencoder_kind.hpp"

namespace genloss::workers {

const std::vector<Record>& AutoencoderKind::model_records() {
  static const std::vector<Record> records{
      {.name = "operator_norm",
       .label = "operator norm",
       .unit = "units",
       .symptom = "diversity",
       .taken = Taken::on_model,
       .definition = "largest singular value of the generator (codes of unit variance to samples), mean over chains",
       .source =
           "shrinks by 1 + r a generation under replacement, r the noise of codes; cf. reflow of linear denoising "
           "autoencoders, Zhu et al.",
       .resampled = "chain",
       .rise = "chains spread",
       .fall = "chains narrow",
       .legend = "how far codes of unit variance reach",
       .decimals = 4,
       .of_fall = Sign::narrowing},
      {.name = "log_operator_norm",
       .label = "log operator norm",
       .unit = "nats",
       .symptom = "diversity",
       .taken = Taken::on_model,
       .definition = "logarithm of the same, mean over chains alive",
       .source = "a straight line under replacement",
       .resampled = "chain",
       .rise = "a typical chain spreads",
       .fall = "a typical chain narrows",
       .legend = "the same of a typical chain, on a log scale",
       .decimals = 4,
       .in_table = false},
      {.name = "energy",
       .label = "energy",
       .unit = "squared units",
       .symptom = "moments",
       .taken = Taken::on_model,
       .definition = "mean square of a sample that the model draws, mean over chains",
       .source = "(1 + r)^-2n of the truth's after n fits under replacement, where no component is left out",
       .resampled = "chain",
       .rise = "samples become longer",
       .fall = "samples become shorter",
       .legend = "mean square of the samples",
       .decimals = 4},
      {.name = "log_code_variance",
       .label = "log code variance",
       .unit = "nats",
       .symptom = "diversity",
       .taken = Taken::on_model,
       .definition =
           "mean logarithm of the variances that codes have in samples, mean over chains whose codes all vary",
       .source = "log determinant of products of Wishart matrices; cf. CF3",
       .resampled = "chain",
       .rise = "a typical chain fills more room",
       .fall = "a typical chain fills less room",
       .legend = "log variance of a typical code",
       .decimals = 4,
       .in_table = false},
      {.name = "codes_used",
       .label = "codes used",
       .unit = "codes",
       .symptom = "tails",
       .taken = Taken::on_model,
       .definition = "participation ratio of the variances of codes, (sum v)^2 / sum v^2, mean over chains alive",
       .source = "effective dimension",
       .resampled = "chain",
       .rise = "more codes vary",
       .fall = "fewer codes vary",
       .legend = "effective number of codes that vary",
       .decimals = 2,
       .of_fall = Sign::tails},
      {.name = "reconstruction_error",
       .label = "reconstruction error",
       .unit = "share",
       .symptom = "quality",
       .taken = Taken::on_model,
       .definition = "mean squared error of decoding an encoded human sample, over its mean square, mean over chains "
                     "alive",
       .source = "linear autoencoder: Baldi & Hornik 1989",
       .resampled = "chain",
       .rise = "human samples are kept worse",
       .fall = "human samples are kept better",
       .legend = "what is lost of a human sample",
       .decimals = 4,
       .of_rise = Sign::forgetting}};
  return records;
}

const std::vector<Record>& AutoencoderKind::corpus_records() {
  static const std::vector<Record> records{{.name = "drawn_energy",
                                            .label = "energy drawn",
                                            .unit = "squared units",
                                            .symptom = "moments",
                                            .taken = Taken::on_corpus,
                                            .definition = "mean square of the samples of a corpus, mean over chains",
                                            .source = "moments of the corpus",
                                            .resampled = "chain",
                                            .rise = "longer samples are drawn",
                                            .fall = "shorter samples are drawn",
                                            .legend = "mean square of drawn samples",
                                            .decimals = 4,
                                            .in_table = false}};
  return records;
}

const std::vector<Record>& AutoencoderKind::state_records() {
  static const std::vector<Record> records{
      survivors_record("share of the chains whose samples are finite and not all zero", "state after the fit",
                       Sign::repeating),
      ended_record("chains_vanished", "chains vanished",
                   "share of the chains whose mean square is below the smallest normal number: they draw zeros",
                   Sign::repeating),
      ended_record("chains_not_finite", "chains not finite", "share of the chains whose samples have overflowed",
                   Sign::noise)};
  return records;
}

}  // namespace genloss::workers
