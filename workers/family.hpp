#pragma once
// A model family: what "train", "sample" and "measure" mean for one kind of model. The orchestrator knows nothing else
// of models.
//
// Everything below is called on all ranks together unless it says "local".

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "comms/communicator.hpp"
#include "jobs/study_spec.hpp"
#include "storage/corpus/corpus_reader.hpp"
#include "storage/corpus/sample_view.hpp"
#include "storage/corpus/shard.hpp"
#include "storage/human/human_data.hpp"
#include "workers/likelihood.hpp"
#include "workers/measure.hpp"
#include "workers/mix/mix_reader.hpp"

namespace genloss::workers {

/// Runs work(item) for all items of [0, items), each on one rank, spread by grants; returns on all ranks when all are
/// done. @throws Stopped
using Distribute = std::function<void(std::string_view what, std::uint64_t items,
                                      const std::function<void(std::uint64_t item)>& work)>;

/// The work was stopped on request; what is done of it is kept, and a later start goes on behind it. Thrown on all
/// ranks together.
struct Stopped {};

/// The same for work with a result: the bytes of all items, in order, on rank 0; elsewhere empty. Items may be many and
/// short: what is done is kept on disk, a few seconds of work at a time.
/// @throws Stopped
using DistributeResults = std::function<std::vector<std::vector<std::byte>>(
    std::string_view what, std::uint64_t items, const std::function<std::vector<std::byte>(std::uint64_t item)>& work)>;

/// Called often during long local work: lets rank 0 serve grants and everyone show progress. @param done of the current
/// item
using Heartbeat = std::function<void(std::uint64_t done)>;

struct TrainProgress {
  std::uint64_t step = 0, steps = 0, tokens = 0;  ///< tokens so far (reals: samples)
  /// Mean over the step's predicted tokens, nats; what is added up is said by loss_is
  double loss = 0, learning_rate = 0, gradient_norm = 0, tokens_per_second = 0;
  /// Empty: the surprisal of each token. "weighted": weight of its unit x surprisal; "truncated at 0.9": 0 for tokens
  /// with a probability above; or both
  std::string loss_is = {};
  std::optional<double> validation_loss = {};  ///< where it was measured after this step: nats per predicted token
  double peak_share =
      0;  ///< achieved FLOP/s over the machine's measured GEMM peak at this thread count; 0 if not measured
};

struct TrainJob {
  int generation = 0;
  comms::Communicator& ranks;
  MixReader& mix;
  storage::Digest recipe;  ///< of the model being trained; written into and asked of checkpoints
  std::optional<std::filesystem::path> start_from;   ///< model directory, for init = previous | base
  std::filesystem::path checkpoints;                 ///< folder for checkpoints of this training
  std::filesystem::path log;                         ///< training.jsonl: a line per logged step, cut back on resume
  std::string attempt;                               ///< for temporary names
  std::function<bool()> stop_requested;              ///< local flag; the trainer agrees on it at step boundaries
  std::function<void(const TrainProgress&)> report;  ///< called on rank 0
};
enum class TrainEnd { finished, stopped };
struct TrainOutcome {
  TrainEnd end = TrainEnd::finished;
  std::uint64_t steps = 0, tokens = 0;
  double reading_seconds = 0, waiting_seconds = 0;  ///< of this rank, for its data: ReadAhead::Times
  std::uint64_t best_step = 0;  ///< training.patience > 0: after which the parameters were best; the model has those
};

/// Draws the samples of shards from one loaded model. Local.
class Sampler {
 public:
  virtual ~Sampler() = default;
  /// Appends samples [first, first + count) in order of id. A function of (study seed, generation, model, sample ids).
  virtual void sample(std::uint64_t first, std::uint64_t count, storage::ShardWriter& out, const Heartbeat& beat) = 0;
};

struct EvaluateJob {
  int generation = 0;
  comms::Communicator& ranks;
  const DistributeResults& distribute;
  std::filesystem::path model;  ///< model directory of this generation
};
struct InspectJob {
  int generation = 0;
  comms::Communicator& ranks;
  const DistributeResults& distribute;
  std::shared_ptr<storage::CorpusReader> corpus;  ///< drawn from this generation's model
  std::filesystem::path first_model;              ///< model directory of generation 0: the reference reader
};

/// What a family of text makes once, before generation 0: a tokenizer, and human text as its tokens. Both are artefacts
/// of the run; the orchestrator says where they lie and seals them.
class Tokenizing {
 public:
  virtual ~Tokenizing() = default;
  /// Of all that determines the tokenizer.
  [[nodiscard]] virtual storage::Digest recipe() const = 0;
  /// Learns it from the human training split, on all ranks together; complete on rank 0. Nothing where it is known
  /// (bytes, a base model's own).
  virtual void learn(comms::Communicator& ranks) = 0;
  /// Writes tokenizer.json and tokenizer_config.json (no manifest). Rank 0 only, local.
  virtual void save(const std::filesystem::path& directory) const = 0;
  /// From now on the tokenizer is that of `directory`. Local. @throws Error(bad_data) if it cannot be used
  virtual void open(const std::filesystem::path& directory) = 0;
  [[nodiscard]] virtual storage::Digest digest() const = 0;
  /// Encodes all human text into token files in `directory`, keeping those that are there and good, and reads it from
  /// there from now on; collective. Does nothing where tokens are bytes.
  /// @param told called on the rank that has done a part @return digest of all that was encoded, if anything was
  virtual std::optional<storage::Digest> encode(comms::Communicator& ranks, const Distribute& distribute,
                                                const std::filesystem::path& directory,
                                                const std::function<void(std::uint64_t part)>& told) = 0;
  /// Whether human text can be counted in tokens: before encode() only if tokens are bytes.
  [[nodiscard]] virtual bool counted() const = 0;
  /// Stands in for all of the above where nothing may be written (`genloss plan`): learns from a part of the text and
  /// estimates numbers of tokens. Local.
  virtual void estimate() = 0;
  /// Size of the token files, as far as the text is counted.
  struct Stored {
    std::uint64_t bytes = 0, files = 0;
  };
  [[nodiscard]] virtual Stored stored_tokens() const = 0;
  /// Size of the files that save() writes.
  [[nodiscard]] virtual std::uint64_t tokenizer_bytes() const = 0;
  /// One line for people: "2048 tokens, 3.4 bytes each".
  [[nodiscard]] virtual std::string description() const = 0;
};

/// Measures of a corpus; of generation 0, also of human text of equal size (where the family has human text).
struct CorpusMeasures {
  std::vector<Measure> of_corpus, of_human;
};

/// What a mix is made of; of text, once it has been counted in tokens. Local.
class TrainingUnits {
 public:
  virtual ~TrainingUnits() = default;
  [[nodiscard]] virtual std::string unit_name() const = 0;      ///< "window of 256 tokens"
  [[nodiscard]] virtual std::uint64_t unit_values() const = 0;  ///< tokens (samples) a unit counts for in quotas
  [[nodiscard]] virtual std::uint64_t human_units(jobs::TrainableSplit split) const = 0;
  [[nodiscard]] virtual storage::Digest human_digest(jobs::TrainableSplit split) const = 0;
  /// Digest of all human data, test split included: part of the study digest.
  [[nodiscard]] virtual storage::Digest data_digest() const = 0;
  /// Where the human data comes from, document by document: the content of human.json. Empty for closed-form families.
  [[nodiscard]] virtual nlohmann::ordered_json provenance() const { return {}; }
  /// Human data as samples, for scorers: documents of text, or units of what is drawn.
  [[nodiscard]] virtual std::uint64_t human_samples(jobs::TrainableSplit split) const = 0;
  /// Samples [first, first + count) of a split. @param type that corpora of the study store values in
  [[nodiscard]] virtual SampleBlock human_block(jobs::TrainableSplit split, storage::ElementType type,
                                                std::uint64_t first, std::uint64_t count) const = 0;
  /// From the manifest alone: of a corpus, or of chosen samples of one (SampleView::manifest).
  [[nodiscard]] virtual std::uint64_t corpus_units(const storage::CorpusManifest& corpus) const = 0;
  [[nodiscard]] virtual std::unique_ptr<UnitSource> open_human(jobs::TrainableSplit split) const = 0;
  [[nodiscard]] virtual std::unique_ptr<UnitSource> open_corpus(storage::SampleView samples) const = 0;
};

/// Makes a model from a mix, and keeps it in memory on every rank until it is saved.
class Learner {
 public:
  virtual ~Learner() = default;
  /// Names of the spec sections (besides seed and mix) that determine a model: for recipes.
  [[nodiscard]] virtual std::vector<std::string_view> model_sections() const = 0;
  /// Digest of data beside the mix that decides what the model becomes: for recipes.
  [[nodiscard]] virtual std::optional<storage::Digest> further_data() const { return std::nullopt; }
  [[nodiscard]] virtual TrainOutcome train(const TrainJob& job) = 0;
  /// Writes the model just trained (weights, config.json, tokenizer.json; no manifest) into `directory`. Rank 0 only,
  /// local.
  virtual void save_model(const std::filesystem::path& directory) = 0;
};

/// Draws corpora from models. Local.
class Drawer {
 public:
  virtual ~Drawer() = default;
  /// Names of the spec sections (besides seed and model) that determine a corpus: for recipes.
  [[nodiscard]] virtual std::vector<std::string_view> corpus_sections() const { return {"sampling"}; }
  [[nodiscard]] virtual storage::CorpusFormat corpus_format() const = 0;
  [[nodiscard]] virtual std::unique_ptr<Sampler> open_sampler(const std::filesystem::path& model, int generation) = 0;
};

/// Takes measures; the result is complete on rank 0 and empty elsewhere.
class Measurer {
 public:
  virtual ~Measurer() = default;
  [[nodiscard]] virtual std::vector<Measure> evaluate(const EvaluateJob& job) = 0;
  [[nodiscard]] virtual CorpusMeasures inspect(const InspectJob& job) = 0;
};

/// A family at work on one study: parts with one duty each, which may share what they know.
class Family {
 public:
  virtual ~Family() = default;
  /// Null for families that know no text.
  [[nodiscard]] virtual Tokenizing* tokenizing() noexcept { return nullptr; }
  [[nodiscard]] virtual const Tokenizing* tokenizing() const noexcept { return nullptr; }
  [[nodiscard]] virtual const TrainingUnits& units() const = 0;
  [[nodiscard]] virtual Learner& learner() = 0;
  [[nodiscard]] virtual const Learner& learner() const = 0;
  [[nodiscard]] virtual Drawer& drawer() = 0;
  [[nodiscard]] virtual const Drawer& drawer() const = 0;
  [[nodiscard]] virtual Measurer& measurer() = 0;
  /// Null for families that give no probabilities (FamilyType::has_likelihood).
  [[nodiscard]] virtual const Likelihood* likelihood() const noexcept { return nullptr; }
};

/// A family whose parts are one object: a class that derives from all of them, this one too.
template <class Whole>
class FamilyOfParts : public Family {
 public:
  [[nodiscard]] const TrainingUnits& units() const override { return whole(); }
  [[nodiscard]] Learner& learner() override { return whole(); }
  [[nodiscard]] const Learner& learner() const override { return whole(); }
  [[nodiscard]] Drawer& drawer() override { return whole(); }
  [[nodiscard]] const Drawer& drawer() const override { return whole(); }
  [[nodiscard]] Measurer& measurer() override { return whole(); }
  [[nodiscard]] const Likelihood* likelihood() const noexcept override {
    if constexpr (std::is_base_of_v<Likelihood, Whole>) {
      return &whole();
    } else {
      return nullptr;
    }
  }

 private:
  [[nodiscard]] Whole& whole() { return static_cast<Whole&>(*this); }
  [[nodiscard]] const Whole& whole() const { return static_cast<const Whole&>(*this); }
};

}  // namespace genloss::workers
