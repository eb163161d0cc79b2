#pragma once
// The generation state machine: decides on rank 0, works on all.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "comms/communicator.hpp"
#include "orchestrator/attempt/time_budget.hpp"
#include "orchestrator/directory/model_manifest.hpp"
#include "orchestrator/directory/run_paths.hpp"
#include "orchestrator/dispatch/granted_pass.hpp"
#include "orchestrator/policies/policy.hpp"
#include "orchestrator/report/console.hpp"
#include "orchestrator/run/phase_times.hpp"
#include "orchestrator/run/state.hpp"
#include "storage/corpus/corpus_reader.hpp"
#include "storage/files/journal.hpp"
#include "workers/family.hpp"

namespace genloss::orchestrator {

/// What the coordinator works with; outlives it.
struct RunContext {
  const jobs::StudySpec& spec;
  workers::Family& family;
  comms::Communicator& ranks;
  Console& console;
  RunPaths paths;
  storage::Digest study;
  std::string attempt;
  storage::Journal* journal = nullptr;  ///< rank 0 only
  TimeBudget& budget;
  std::function<bool()> stop_requested;
};

/// What training starts from: nothing (fresh), the model before, or the base model.
struct TrainingStart {
  std::optional<std::filesystem::path> directory;
  std::optional<storage::Digest> digest;
};

enum class RunEnd { finished, stopped };

/// Takes a run from wherever it is to its last generation. All members are called on all ranks together.
class Coordinator {
 public:
  explicit Coordinator(RunContext context);
  [[nodiscard]] RunEnd run();
  /// The generation at hand.
  [[nodiscard]] int at() const noexcept { return at_; }
  /// Measures of every finished generation, on rank 0.
  [[nodiscard]] const workers::MeasuredRun& measures() const noexcept { return measures_; }
  /// Where the time of this start went.
  [[nodiscard]] const PhaseTimes& times() const noexcept { return times_; }

 private:
  /// What all generations share: the tokenizer, and human text as its tokens.
  void tokenize();
  void encode();
  /// Each returns false if the run was asked to stop.
  [[nodiscard]] bool generation(int n);
  void mix(int n);
  [[nodiscard]] bool train(int n);
  void evaluate(int n);
  [[nodiscard]] bool sample(int n);
  void score(int n);

  [[nodiscard]] Pools pools_for(int n) const;
  [[nodiscard]] std::unique_ptr<workers::MixReader> open_mix() const;
  [[nodiscard]] TrainingStart training_start(int n) const;
  [[nodiscard]] bool train_now(int n, const TrainingStart& start, const storage::Digest& recipe);
  void seal_model(int n, const ModelManifest& manifest);
  [[nodiscard]] bool sample_now(int n, const storage::Digest& recipe);
  [[nodiscard]] PassOptions pass_options() const;
  [[nodiscard]] workers::Distribute distribute() const;
  /// A signal has come to a rank, or the next piece of work would not fit into the time left.
  [[nodiscard]] bool stop_agreed(double Pace::*next);
  [[nodiscard]] bool stop_agreed();

  /// Journals a state, on rank 0, if the run has not been there before; visits its fault point.
  void enter(int n, State state, const nlohmann::ordered_json& facts = {});
  /// Journals, on rank 0, what was made for all generations. @throws Error(bad_data) if it was another one before
  void note_made(std::string_view event, const storage::Digest& digest);
  /// Runs `action` on rank 0; an error of it is everyone's. The text it returns reaches all ranks.
  std::string on_root(std::string_view what, const std::function<std::string()>& action);

  RunContext context_;
  int at_ = 0;
  std::shared_ptr<storage::ShardCache> cache_ = std::make_shared<storage::ShardCache>();
  std::vector<std::shared_ptr<storage::CorpusReader>> corpora_;  // of generations 0 .. n-1
  std::vector<ModelManifest> models_;                            // of generations 0 .. n
  workers::MeasuredRun measures_;
  PhaseTimes times_;
  workers::MixPlan plan_;  // of the generation at hand
};

}  // namespace genloss::orchestrator
