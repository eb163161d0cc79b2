#pragma once
// How a scorer joins the program: it registers what it is under a name. Its file, workers/scorers/NAME.cpp, is then all
// that knows of it (docs/extending.md).
//
// A scorer is a map over the shards of a corpus, with a fold before it where a sample's value depends on the others:
// summary(block) of every block, combined(all of them), then score(block). Blocks are granted to ranks one by one, in
// no order; what comes out may depend on the block and on what was combined alone.

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "jobs/columns.hpp"
#include "jobs/registry.hpp"
#include "workers/family.hpp"
#include "workers/mix/sample_block.hpp"

namespace genloss::workers {

/// A value that a scorer writes of every sample.
struct ColumnValue {
  std::string name;  ///< of a-z, 0-9 and _; studies call it NAME.VALUE, or NAME alone where it is the only one
  storage::ElementType type = storage::ElementType::f64;
  std::string unit;     ///< "nats", "values"; empty: a number without one
  std::string meaning;  ///< one sentence
};

/// What was found of a block.
struct ScoredBlock {
  /// [values of the scorer][samples of the block]. A sample of which nothing can be said has a number all the same:
  /// which one, the meaning of the value says.
  std::vector<std::vector<double>> columns;
  /// Where the scorer writes a number per token (ScorerType::per_token): of all samples, one behind the other.
  std::vector<float> tokens{};
  std::vector<std::uint64_t> token_starts{};  ///< first one of each sample and, last, how many there are
};

/// A scorer at work on one corpus. Local.
class SampleScorer {
 public:
  virtual ~SampleScorer() = default;
  /// Of scorers with a fold: what the others have to know of a block.
  [[nodiscard]] virtual std::vector<std::byte> summary(const SampleBlock&) { return {}; }
  /// Of the same, of a block of human text (ScorerType::reads_human).
  [[nodiscard]] virtual std::vector<std::byte> human_summary(const SampleBlock& block) { return summary(block); }
  /// On one rank, of all blocks in order: what every rank has to know before it scores.
  [[nodiscard]] virtual std::vector<std::byte> combined(const std::vector<std::vector<std::byte>>& human,
                                                        const std::vector<std::vector<std::byte>>& corpus) {
    return (void)human, (void)corpus, std::vector<std::byte>();
  }
  /// Takes it, before the first block is scored.
  virtual void begin(std::span<const std::byte> combined) { (void)combined; }
  [[nodiscard]] virtual ScoredBlock score(const SampleBlock& block) = 0;
};

/// What a scorer is given to work with; outlives it.
struct ScorerContext {
  const jobs::ColumnOrder& column;
  Family& family;
  /// Folder of the model that it reads, its weights compared with its digest (ScorerType::model_setting).
  std::function<std::filesystem::path()> model;
  [[nodiscard]] std::string setting(std::string_view name) const { return jobs::setting_of(column, name); }
};

struct ScorerType {
  std::string name;  ///< of [columns]
  std::string help;  ///< one sentence
  std::vector<jobs::Setting> settings{};
  std::vector<ColumnValue> values;
  /// Raised when the same settings give other numbers than before: part of every recipe.
  std::uint64_t version = 1;
  /// The setting that names a model: `own` (that drew the corpus), a number (the model of that generation) or the
  /// folder of a model from outside the loop. Empty: the scorer reads none.
  std::string model_setting{};
  bool folds = false;        ///< it has a summary
  bool reads_human = false;  ///< its fold reads human training data, too
  /// Whether it writes a number per token, and of which unit and meaning.
  std::function<bool(const jobs::ColumnOrder&)> per_token = [](const jobs::ColumnOrder&) { return false; };
  ColumnValue token_value{};
  /// What can be said of a study with such a column without data. @throws Error(usage)
  std::function<void(const jobs::StudySpec&, const jobs::ColumnOrder&)> check = [](const auto&, const auto&) {};
  std::function<std::unique_ptr<SampleScorer>(const ScorerContext&)> make;
};

/// @throws Error(usage) naming those there are if there is none
[[nodiscard]] const ScorerType& scorer_type(std::string_view name);
/// All scorers of the program, by name.
[[nodiscard]] std::vector<const ScorerType*> scorer_types();

/// What the attribute shards of a column look like: a dataset per value, and a ragged one of numbers per token.
[[nodiscard]] storage::CorpusFormat format_of(const jobs::ColumnOrder& column);

/// The model that a column reads.
struct ColumnModel {
  enum class Kind { none, generation, outside } kind = Kind::none;
  int generation = 0;
  std::filesystem::path folder{};  ///< of one from outside
};
/// @param generation of the corpus
[[nodiscard]] ColumnModel model_of(const jobs::ColumnOrder& column, int generation);

/// Digest of the weights of a model from outside. @throws Error(bad_data) if there is none
[[nodiscard]] storage::Digest digest_of(const ColumnModel& outside);

/// NAME.VALUE, or NAME where the scorer writes one value.
struct ColumnAddress {
  const jobs::ColumnOrder* column = nullptr;  ///< of the study
  std::string value;                          ///< dataset of its shards
};
/// @throws Error(usage) if the study has no such column, or its scorer no such value, with the nearest
[[nodiscard]] ColumnAddress column_address(const jobs::StudySpec& study, std::string_view address);

/// One value of every sample, in order of id. @throws Error(bad_data) if a shard is damaged, which the reader notes
[[nodiscard]] std::vector<double> column_values(const storage::CorpusReader& columns, const std::string& value);

/// Puts a scorer among those of the program, before main() begins.
class RegisteredScorer {
 public:
  explicit RegisteredScorer(ScorerType type);
};

}  // namespace genloss::workers

/// Registers what the function that follows returns: GENLOSS_SCORER(length) { return {...}; }, in namespace
/// genloss::workers. The name is that of the file, by which the linker is told to keep it (workers/CMakeLists).
#define GENLOSS_SCORER(file)                                                                                     \
  static ScorerType describe_scorer_##file();                                                                    \
  extern "C" {                                                                                                   \
  extern const RegisteredScorer genloss_scorer_##file;                    /* NOLINT: C names it, linker finds */ \
  const RegisteredScorer genloss_scorer_##file{describe_scorer_##file()}; /* NOLINT(cert-err58-cpp): */          \
  } /* a scorer that cannot register is a defect, and ends the program */                                        \
  static ScorerType describe_scorer_##file()
