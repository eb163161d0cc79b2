// What the measures of n-gram models are.

#include "workers/families/chain_numbers.hpp"
#include "workers/families/ngram/ngram_kind.hpp"

namespace genloss::workers {

const std::vector<Record>& NgramKind::model_records() {
  static const std::vector<Record> records{
      {.name = "ngram_types",
       .label = "n-grams alive",
       .unit = "n-grams",
       .symptom = "tails",
       .taken = Taken::on_model,
       .definition = "different n-grams that the model has counted, mean over chains",
       .source = "Suresh et al. 2024, Cor. 1; CF12",
       .resampled = "chain",
       .rise = "n-grams come back",
       .fall = "n-grams are lost for ever",
       .legend = "different n-grams that a chain can still write",
       .decimals = 1,
       .of_fall = Sign::tails},
      {.name = "entropy",
       .label = "entropy",
       .unit = "bits/byte",
       .symptom = "diversity",
       .taken = Taken::on_model,
       .definition =
           "entropy of the next token after its context, mean over places of what was learned and over chains",
       .source = "Shannon 1951",
       .resampled = "chain",
       .rise = "chains become more varied",
       .fall = "chains become surer of the next token",
       .legend = "entropy of the next token",
       .of_fall = Sign::narrowing},
      {.name = "token_heterozygosity",
       .label = "token variety",
       .unit = "share",
       .symptom = "diversity",
       .taken = Taken::on_model,
       .definition = "probability that two tokens differ, 1 - sum p^2, mean over chains",
       .source = "Simpson 1949; of order 1 (1 - 1/(M L))^n of the first under replacement, CF12",
       .resampled = "chain",
       .rise = "tokens become more varied",
       .fall = "tokens become less varied",
       .legend = "probability that two tokens differ",
       .decimals = 4,
       .of_fall = Sign::narrowing},
      {.name = "sample_heterozygosity",
       .label = "sample variety",
       .unit = "share",
       .symptom = "repetition",
       .taken = Taken::on_model,
       .definition = "probability that two of the samples learned from differ, mean over chains",
       .source = "Simpson 1949; of an order above their length (1 - 1/M)^n under replacement, CF12",
       .resampled = "chain",
       .rise = "samples become more varied",
       .fall = "samples are the same again",
       .legend = "probability that two samples differ",
       .decimals = 4,
       .of_fall = Sign::repeating},
      {.name = "unseen_ngrams",
       .label = "unseen n-grams",
       .unit = "share",
       .symptom = "quality",
       .taken = Taken::on_model,
       .definition = "share of the n-grams of human test text that the model has never counted, mean over chains",
       .source = "Good 1953",
       .resampled = "chain",
       .rise = "more of human text cannot be written",
       .fall = "more of human text can be written",
       .legend = "n-grams of human test text that a chain cannot write",
       .decimals = 4,
       .of_rise = Sign::tails}};
  return records;
}

const std::vector<Record>& NgramKind::corpus_records() {
  static const std::vector<Record> records{{.name = "drawn_entropy",
                                            .label = "byte entropy drawn",
                                            .unit = "bits/byte",
                                            .symptom = "diversity",
                                            .taken = Taken::on_corpus,
                                            .definition = "entropy of the tokens of a corpus, mean over chains",
                                            .source = "Shannon 1948",
                                            .resampled = "chain",
                                            .rise = "tokens become more varied",
                                            .fall = "tokens become less varied",
                                            .legend = "entropy of drawn tokens",
                                            .in_table = false},
                                           {.name = "drawn_support",
                                            .label = "tokens drawn",
                                            .unit = "tokens",
                                            .symptom = "tails",
                                            .taken = Taken::on_corpus,
                                            .definition = "different tokens in a corpus, mean over chains",
                                            .source = "Gale & Sampson 1995",
                                            .resampled = "chain",
                                            .rise = "more tokens are written",
                                            .fall = "fewer tokens are written",
                                            .legend = "different tokens in a chain's corpus",
                                            .decimals = 1,
                                            .of_fall = Sign::tails}};
  return records;
}

const std::vector<Record>& NgramKind::state_records() {
  static const std::vector<Record> records{
      survivors_record("share of the chains that can write more than one text", "CF12: fixation", Sign::repeating),
      ended_record("chains_one_text", "chains of one text", "share of the chains that write one text for ever",
                   Sign::repeating)};
  return records;
}

}  // namespace genloss::workers
