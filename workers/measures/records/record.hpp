#pragma once
// What a measure is, declared once: the table, its legend, the verdict, the profile and docs/measures.md are made from
// these records.

#include <string>
#include <string_view>
#include <vector>

namespace genloss::workers {

/// What a material change of a measure is a sign of.
enum class Sign {
  none,
  forgetting,  ///< human text is predicted worse
  tails,       ///< early collapse: what is rare disappears
  narrowing,   ///< less variety; early alone, late with repetition
  repeating,   ///< late collapse: the same again
  overrating,  ///< late collapse: surer than it should be
  noise        ///< what no human wrote
};

enum class Taken {
  on_model,  ///< on a model's predictions of human test text: compared with generation 0
  on_corpus  ///< on what a model wrote, and on human text of equal size
};

struct Record {
  std::string_view name{}, label{}, unit{};
  std::string_view symptom{};  ///< quality | tails | noise | diversity | repetition | confidence | blandness | moments
  Taken taken = Taken::on_corpus;
  std::string_view definition{}, source{};
  std::string_view resampled{};     ///< "document", "sample", "chain": what the interval is over
  std::string_view human{};         ///< what stands in its row of human text
  std::string_view rise{}, fall{};  ///< what happened if it rose / fell, as the end of a sentence
  std::string_view legend{};        ///< a dozen words below the table
  int decimals = 3;
  /// The smallest change worth a word, as a share of the value before (relative) or in its unit. A smaller change may
  /// be certain and is still not called one.
  double material = 0;
  bool relative = false;
  Sign of_rise = Sign::none, of_fall = Sign::none;
  bool in_table = true, in_verdict = true;
};

/// The record called `name`, or null.
[[nodiscard]] const Record* find_record(const std::vector<Record>& records, std::string_view name);

/// The section of docs/measures.md that is made from the records.
[[nodiscard]] std::string records_markdown(const std::vector<Record>& records);

}  // namespace genloss::workers
