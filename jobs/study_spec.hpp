#pragma once
// What a study is, typed. Names, defaults, units and ranges stand in jobs/option_table.cpp; this is only the shape.

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "jobs/registry.hpp"

namespace genloss::jobs {

enum class DocumentRule { file, paragraphs };
enum class ModelShape { gpt2, llama };
enum class Initialisation { fresh, previous, base };
enum class Reduction { exact, fast };
enum class Precision { fp32, bf16 };
enum class PromptSource { none, human };
/// How the human text of one mix goes with that of another: the same in all; none twice until the pool ends; all that
/// was fresh so far; a choice of its own each time.
enum class HumanDraw { kept, fresh, cumulative, redrawn };
/// What is done where a source holds less than a mix wants of it: nothing further; some units more than once; a smaller
/// mix.
enum class Shortfall { stop, repeat, shrink };
/// Human data that a policy may name. There is no `test` and no `validation` here, on purpose (promise 5).
enum class TrainableSplit { train, held_out };
enum class DeviceKind { cpu, cuda };
/// The set of machine instructions that every kernel uses; automatic: the one that a run was begun with, at first the
/// best that there is.
enum class InstructionChoice { automatic, baseline, avx2, avx512 };
/// Which large artefacts stay: all; what the mix of a later generation needs; none, once they are measured.
enum class Keep { all, mixes, measures };
enum class ProgressStyle { automatic, bar, plain, none };

/// How long to train: a number of tokens (closed-form families: ignored), or of passes over the mix.
struct Budget {
  enum class Unit { tokens, epochs } unit = Unit::epochs;
  double amount = 1.0;
};

struct StudySection {
  std::string name = "study";
  std::string family = "transformer";  ///< one of those that register: registered("study.family")
  int generations = 5;                 ///< outside the digest
  int seeds = 1;                       ///< chains of each arm that differ in chance alone; outside the digest
  std::uint64_t seed = 1;
  int repetition = 0;  ///< which of them this chain is

  /// Seed of what differs between repetitions: first weights, order of the mix, prompts, drawn tokens. Splits, human
  /// draws, tokenizer and bootstraps go by `seed`, so that repetitions can be compared in pairs.
  [[nodiscard]] std::uint64_t chain_seed() const noexcept { return seed + static_cast<std::uint64_t>(repetition); }
};
struct DataSection {
  std::filesystem::path source;  ///< a UTF-8 text file or a folder of *.txt; outside the digest (its content is inside)
  DocumentRule document = DocumentRule::file;
  std::uint64_t document_bytes =
      2048;  ///< rule `paragraphs`: a document ends at the first blank line after so many bytes
  std::vector<std::string> held_out, validation, test;  ///< file names without ending; all documents of a file
  double held_out_fraction = 0.0, validation_fraction = 0.05, test_fraction = 0.05;  ///< used for a split with no names
};
struct TextSection {
  int vocabulary = 256;  ///< 256: bytes, more: byte-level BPE
};
struct ModelSection {
  ModelShape shape = ModelShape::gpt2;
  int layers = 4, heads = 4, kv_heads = 0, width = 128, feed_forward = 0, context = 256;  ///< 0: derived from the shape
  double norm_epsilon = 1e-5, rope_theta = 10000.0;
  bool tied_head = true;
  std::filesystem::path base;  ///< model directory for training.init = base; outside the digest (its content is inside)
};
/// Values that hold from a generation on, ascending, where they differ from those before. What holds from generation 0
/// on is a field of its own.
template <class T>
using FromGeneration = std::vector<std::pair<int, T>>;

struct TrainingSection {
  Initialisation init = Initialisation::fresh;
  Budget budget;
  int batch = 32;  ///< sequences per step, all lanes together
  int lanes = 8;
  int micro_batch = 0;  ///< sequences per forward pass of a lane; 0: the lane's whole part
  Reduction reduction = Reduction::exact;
  Precision precision = Precision::fp32;
  double learning_rate = 1e-3, final_learning_rate_ratio = 0.1;
  double warmup_fraction = 0.05;
  int patience = 0;  ///< > 0: early stopping by the validation split
  int validation_steps = 50;
  std::uint64_t validation_tokens = 65536;
  double truncated = 0;  ///< > 0: tokens of a higher probability have no loss
  double weight_decay = 0.1, beta1 = 0.9, beta2 = 0.95, epsilon = 1e-8, clip = 1.0;
  double extrapolation = 0;  ///< w of (1 + w) start - w trained
  FromGeneration<Budget> later_budgets;
  FromGeneration<double> later_learning_rates, later_extrapolations;
  /// The same with what changes by generation as it is for `generation`, and nothing later.
  [[nodiscard]] TrainingSection of(int generation) const;
  /// Whether the model of `generation` begins with, or is weighed against, the one before.
  [[nodiscard]] bool follows_model_before(int generation) const;
};
struct SamplingSection {
  std::uint64_t samples = 1024;
  std::uint64_t tokens = 0;  ///< > 0: the corpus is the shortest prefix of sample ids that holds so many drawn tokens
  int max_tokens = 256;      ///< tokens drawn per sample, without prompt
  double temperature = 1.0, top_p = 1.0, min_p = 0.0;
  int top_k = 0;
  PromptSource prompt = PromptSource::none;
  int prompt_tokens = 32;
  bool stop_at_end = true;  ///< end-of-document token ends a sample
  std::uint64_t shard_samples = 64;
  int batch = 64;  ///< rows decoded at once inside a shard
  /// Samples of a corpus; by `tokens` it has so many if each is as long as it may be, and otherwise more.
  [[nodiscard]] std::uint64_t fewest_samples() const noexcept {
    const auto longest = static_cast<std::uint64_t>(max_tokens);
    return tokens > 0 ? (tokens + longest - 1) / longest : samples;
  }
};
/// Each policy uses some of these (docs/policies.md); R is the human training text, a fit a model and its corpus.
struct PolicySection {
  std::string name = "replace";  ///< one of those that register: registered("policy.name")
  std::uint64_t size = 0;        ///< units in a mix (tokens for text, samples for reals); 0: as the policy gives it
  Shortfall shortfall = Shortfall::stop;
  double human_fraction = 0.1;  ///< of the mix
  HumanDraw human_draw = HumanDraw::kept;
  TrainableSplit human_pool = TrainableSplit::held_out;
  bool human_on_top = false;     ///< human_fraction comes on top of the mix size, not out of it
  double human_added = 0;        ///< human text on top, as a share of R
  double human_weight = 0;       ///< share of human text in the loss; 0: the golden-ratio weight (CF10)
  double synthetic_ratio = 1;    ///< synthetic text of a generation, as a share of R
  int last_models = 1;           ///< corpora that synthetic text is drawn from
  double replaced_share = 0.5;   ///< of the previous mix, by the latest corpus
  double model_share = 0.5;      ///< a of p' = a model + b p + (1 - a - b) human
  double previous_share = 0.25;  ///< b of the same
  std::vector<std::string> lineage_shares{"0.5", "0.5"};  ///< of the mix: own corpus, those of the next seeds in a ring
  bool leave_out_labelled = false;                        ///< of text from the web, what says that it is synthetic
  std::string terms;                                      ///< of policy custom
  std::string column, select;  ///< what samples are chosen by, and how; nothing: as the policy does
  double human_beside = 0;     ///< share of human text in a mix of chosen samples
  int slices = 10;             ///< of the human text, one a generation
  FromGeneration<std::string> later_names, later_terms, later_selects;
  FromGeneration<double> later_human_fractions, later_human_weights, later_synthetic_ratios;
  /// The same as it is for `generation`, and nothing later.
  [[nodiscard]] PolicySection of(int generation) const;
};
struct MeasuresSection {
  std::uint64_t test_tokens = 65536, corpus_tokens = 32768, words = 20000;
  int bootstrap = 200;
  double confidence = 0.95;
};
struct RuntimeSection {
  DeviceKind device = DeviceKind::cpu;
  InstructionChoice instructions = InstructionChoice::automatic;
  std::filesystem::path runs = "runs";
  int threads = 1;
  int checkpoint_steps = 0;  ///< 0: by time only
  double checkpoint_seconds = 300;
  int keep_checkpoints = 2;
  Keep keep = Keep::all;
  int log_steps = 10;
  double deadline_seconds = 600, stall_seconds = 60;
  ProgressStyle progress = ProgressStyle::automatic;
};

/// One arm of a study: the options in which it differs from the study's own.
struct Arm {
  std::string name;
  std::vector<std::pair<std::string, std::string>> options;  ///< {"policy.human_fraction", "0.5"}, in order
};

/// A column of a study: what a scorer says of every sample of every corpus (docs/columns.md).
struct ColumnOrder {
  std::string name;    ///< as the study calls it; in no recipe
  std::string scorer;  ///< one of those that register: registered("columns.scorer")
  std::vector<std::pair<std::string, std::string>> settings;  ///< {"n", "4"}, as they are said, in order
};

/// All options. With arms or seeds it stands for several chains (jobs/chains.hpp).
struct StudySpec {
  StudySection study;
  std::vector<Arm> arms{};
  std::vector<ColumnOrder> columns{};  ///< in order; names differ (jobs/columns.hpp)
  DataSection data;
  TextSection text;
  ModelSection model;
  TrainingSection training;
  SamplingSection sampling;
  PolicySection policy;
  MeasuresSection measures;
  RuntimeSection runtime;
  Parts parts{};  ///< sections that register
  /// What decides in `generation`: of schedules the value that holds then; an option that another one overrules
  /// (sampling.samples, where sampling.tokens says how much is drawn) is at its default. For recipes.
  [[nodiscard]] StudySpec of(int generation) const;
};

}  // namespace genloss::jobs
