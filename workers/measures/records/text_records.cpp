// What each measure of text is. Smallest changes that count: what two human texts of one author differ by, measured by
// the controls (tests/workers/plain/controls_test.cpp), with a margin.

#include <array>

#include "workers/measures/records/record_groups.hpp"
#include "workers/measures/text_measures.hpp"

namespace genloss::workers {
namespace {

Record quality() {
  return {.name = "human_bits_per_byte",
          .label = "human text",
          .unit = "bits/byte",
          .symptom = "quality",
          .taken = Taken::on_model,
          .definition =
              "-log2 p of human test text under the model, over its bytes (not its tokens); the end of a "
              "document costs bits and is no byte",
          .source = "cross-entropy; bits per byte as in Gao et al. 2020",
          .resampled = "document",
          .human = against_first,
          .rise = "human text is predicted worse",
          .fall = "human text is predicted better",
          .legend = "what a byte of human test text costs the model; up: it forgets",
          .decimals = 3,
          .material = 0.05,
          .relative = true,
          .of_rise = Sign::forgetting};
}

/// Bits per byte of the words of one frequency class.
Record word_bits(std::string_view name, std::string_view label, std::string_view definition) {
  return {.name = name,
          .label = label,
          .unit = "bits/byte",
          .symptom = "tails",
          .taken = Taken::on_model,
          .definition = definition,
          .source = "cross-entropy stratified by frequency",
          .resampled = "document",
          .human = against_first,
          .rise = "these words come as a surprise",
          .fall = "these words are expected",
          .decimals = 2,
          .material = 0.05,
          .relative = true,
          .in_table = false,
          .in_verdict = false};
}

std::vector<Record> model_tails() {
  constexpr std::string_view decile =
      "-log2 p of test words (with the space in front) over their letters, for words of this tenth of the running "
      "training text when its types are sorted by frequency, most frequent first; equal frequencies stay together";
  std::vector<Record> records;
  constexpr std::array<std::array<std::string_view, 2>, 9> common{{{"word_bits_decile_1", "words, tenth 1"},
                                                                   {"word_bits_decile_2", "words, tenth 2"},
                                                                   {"word_bits_decile_3", "words, tenth 3"},
                                                                   {"word_bits_decile_4", "words, tenth 4"},
                                                                   {"word_bits_decile_5", "words, tenth 5"},
                                                                   {"word_bits_decile_6", "words, tenth 6"},
                                                                   {"word_bits_decile_7", "words, tenth 7"},
                                                                   {"word_bits_decile_8", "words, tenth 8"},
                                                                   {"word_bits_decile_9", "words, tenth 9"}}};
  for (const auto& [name, label] : common) records.push_back(word_bits(name, label, decile));
  Record rarest = word_bits("word_bits_decile_10", "rare words", decile);
  rarest.legend = "bits per letter of test words of training's rarest tenth; up: the tails go";
  rarest.in_table = rarest.in_verdict = true;
  rarest.of_rise = Sign::tails;
  records.push_back(rarest);
  Record unseen =
      word_bits("word_bits_never_seen", "unknown words", "the same for words that never occur in the training text");
  unseen.in_verdict = true;
  records.push_back(unseen);
  return records;
}

std::vector<Record> corpus_tails() {
  return {{.name = "rare_word_recall",
           .label = "rare recall",
           .unit = "of human",
           .symptom = "tails",
           .definition = "share of the types that occur 2 to 10 times in the training text which occur in the first "
                         "`measures.words` words, over the same share in as many words of whole human test documents",
           .source = "support of the tails, after Shumailov et al. 2024 and Suresh et al. 2024",
           .resampled = "sample",
           .human = same_size,
           .rise = "more of the rare words occur",
           .fall = "rare words vanish",
           .legend = "share of rare human words that occur, human text = 1; down: the tails go",
           .decimals = 2,
           .material = 0.15,
           .relative = true,
           .of_fall = Sign::tails},
          {.name = "unseen_mass",
           .label = "unseen mass",
           .unit = "share",
           .symptom = "tails",
           .definition = "f1 / N: words that occur once over all words, of the first `measures.words` / 2 human "
                         "words; estimates the chance that the next word is a new one",
           .source = "Good 1953 (Good-Turing)",
           .resampled = "sample",
           .human = same_size,
           .rise = "new words come more often",
           .fall = "hardly a new word comes",
           .decimals = 3,
           .material = 0.15,
           .relative = true,
           .of_fall = Sign::tails,
           .in_table = false}};
}

Record noise() {
  return {.name = "nonword_share",
          .label = "non-words",
          .unit = "share",
          .symptom = "noise",
          .definition =
              "share of words that no human text (training, held out, validation, test) holds; words that a "
              "cut or a prompt broke do not count",
          .source = "out-of-vocabulary rate",
          .resampled = "sample",
          .human = "0 by definition: test text is among the text that words are known from",
          .rise = "more strings are no words",
          .fall = "fewer strings are no words",
          .legend = "share of words that no human text holds; up: noise, not collapse",
          .decimals = 3,
          .material = 0.03,
          .of_rise = Sign::noise};
}

std::vector<Record> confidence() {
  return {{.name = "overconfidence",
           .label = "overconf.",
           .unit = "share",
           .symptom = "confidence",
           .taken = Taken::on_model,
           .definition = "mean probability of the likeliest token minus how often it comes, on human test text; 0 on "
                         "average for a model that means what it says",
           .source = "calibration in the large",
           .resampled = "document",
           .human = against_first,
           .rise = "the model is surer than it is right",
           .fall = "the model is less sure of itself",
           .legend = "confidence minus accuracy on human text; 0: honest, up: unearned confidence",
           .decimals = 3,
           .material = 0.02,
           .of_rise = Sign::overrating},
          {.name = "calibration_error",
           .label = "calibration",
           .unit = "share",
           .symptom = "confidence",
           .taken = Taken::on_model,
           .definition = "root of the mean squared gap of confidence and accuracy over 15 bins of equal mass, each "
                         "square estimated without bias from pairs of different documents; its sign is the mean's, so "
                         "a perfect model reads 0 within its interval",
           .source = "Guo et al. 2017; debiased after Kumar et al. 2019",
           .resampled = "document",
           .human = against_first,
           .rise = "confidence says less about being right",
           .fall = "confidence says more about being right",
           .decimals = 3,
           .material = 0.02,
           .of_rise = Sign::overrating,
           .in_table = false},
          {.name = "confident_accuracy",
           .label = "top-10% right",
           .unit = "share",
           .symptom = "confidence",
           .taken = Taken::on_model,
           .definition = "accuracy among the tenth of the predictions of human test text that are most confident",
           .source = "selective accuracy (Geifman & El-Yaniv 2017)",
           .resampled = "document",
           .human = against_first,
           .rise = "the surest predictions are right more often",
           .fall = "even the surest predictions fail",
           .decimals = 3,
           .material = 0.03,
           .of_fall = Sign::overrating,
           .in_table = false},
          {.name = "confident_wrong_share",
           .label = "sure, wrong",
           .unit = "share",
           .symptom = "confidence",
           .taken = Taken::on_model,
           .definition = "share that is wrong among predictions of human test text with a confidence above 0.9",
           .source = "confident errors",
           .resampled = "document",
           .human = against_first,
           .rise = "it is wrong where it is sure",
           .fall = "it is right where it is sure",
           .legend = "share wrong among predictions it is over 90 % sure of",
           .decimals = 3,
           .material = 0.03,
           .of_rise = Sign::overrating}};
}

std::vector<Record> all_records() {
  std::vector<Record> all{quality()};
  for (const auto& group : {model_tails(), corpus_tails(), std::vector{noise()}, diversity_records(),
                            repetition_records(), confidence(), blandness_records()}) {
    all.insert(all.end(), group.begin(), group.end());
  }
  return all;
}

}  // namespace

const std::vector<Record>& text_records() {
  static const std::vector<Record> records = all_records();
  return records;
}

}  // namespace genloss::workers
