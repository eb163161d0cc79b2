#pragma once
// A whole run on paper: what every generation will hold, cost and send, and what would go wrong.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "jobs/error.hpp"
#include "jobs/study_spec.hpp"
#include "orchestrator/plan/rates.hpp"
#include "orchestrator/report/diagnostic.hpp"
#include "workers/costs/model_costs.hpp"
#include "workers/family.hpp"

namespace genloss::orchestrator::plan {

struct PlanQuestion {
  int ranks = 1;
  int ranks_per_node = 0;             ///< 0: not given
  std::uint64_t memory_per_node = 0;  ///< bytes; 0: what this machine has
  RatesGiven rates;
  std::filesystem::path directory{};  ///< of the chain; empty: the run directory of a study of one
};

/// A column of a generation's corpus.
struct ColumnPlan {
  std::string name;
  std::uint64_t bytes = 0, files = 0;
  bool keeps = true;  ///< when the run is complete
};

/// One generation. Values are tokens (reals: samples while training, numbers while sampling).
struct GenerationPlan {
  int generation = 0;
  bool trained = false, sampled = false;  ///< there already: numbers are those of the run directory
  std::uint64_t mix_units = 0;
  std::uint64_t steps = 0, training_values = 0;
  std::uint64_t shards = 0, samples = 0, values = 0;  ///< values drawn, prompts not counted
  std::uint64_t largest_shard_bytes = 0;
  std::uint64_t corpus_bytes = 0, model_bytes = 0, checkpoint_bytes = 0, other_bytes = 0;
  std::uint64_t files = 0;                       ///< when it is made
  bool keeps_model = true, keeps_corpus = true;  ///< when the run is complete (runtime.keep)
  std::uint64_t model_files = 0;                 ///< of these, those of model/
  double training_flops = 0, sampling_flops = 0, scoring_flops = 0;
  std::uint64_t bytes_sent_per_rank = 0;
  double training_hours = 0, sampling_hours = 0, scoring_hours = 0;  ///< 0 if no rate is known
  std::vector<ColumnPlan> columns{};  ///< their FLOPs and hours are among those of scoring
  double busy_share = 0;              ///< of sampling: time ranks work over time they are there
  /// When the run is complete; of what is dropped, its description.
  [[nodiscard]] std::uint64_t lasting_bytes() const;
  [[nodiscard]] std::uint64_t lasting_files() const;
  [[nodiscard]] double flops() const { return training_flops + sampling_flops + scoring_flops; }
  [[nodiscard]] double hours() const { return training_hours + sampling_hours + scoring_hours; }
};

struct RunPlan {
  std::string study, unit, values;  ///< values: "tokens", of the closed-form family "reals"
  int ranks = 1, ranks_per_node = 0;
  std::filesystem::path directory;
  bool exists = false;  ///< the run directory does
  Rates rates;
  workers::ModelCosts costs;
  std::uint64_t program_bytes = 0;  ///< of memory: code, libraries, human text; as this process has them now
  std::vector<GenerationPlan> generations;
  std::uint64_t bookkeeping_bytes = 0, bookkeeping_files = 0;
  std::uint64_t peak_artefact_bytes = 0;  ///< most at any moment, with checkpoints, of a run from its beginning
  std::uint64_t needed_bytes = 0;         ///< the same of what is left to be done, on top of what is there
  std::uint64_t free_bytes = 0;           ///< on the disk of runtime.runs
  std::uint64_t memory_bytes = 0;         ///< of a node: given, or this machine's
  bool memory_given = false;
  bool on_gpus = false;  ///< memory is that of a GPU, by arithmetic alone; the program's is not counted
  Diagnostics findings;  ///< the gravest first

  [[nodiscard]] std::uint64_t disk_bytes() const;       ///< when the run is complete
  [[nodiscard]] std::uint64_t peak_disk_bytes() const;  ///< at any moment
  [[nodiscard]] std::uint64_t files() const;
  [[nodiscard]] std::uint64_t memory_per_rank() const;
  [[nodiscard]] double hours() const;
  [[nodiscard]] ExitCode exit_code() const;
};

/// Plans every generation of `spec`. Reads the human data and, if there is one, the run directory; writes nothing.
[[nodiscard]] RunPlan plan_run(const jobs::StudySpec& spec, const workers::Family& family,
                               const PlanQuestion& question);

/// What would go wrong, and what is fine: appends to plan.findings.
void add_findings(RunPlan& plan, const jobs::StudySpec& spec);

/// For a person: head, a table row per generation, totals, memory of a rank, findings.
[[nodiscard]] std::string to_text(const RunPlan& plan);
/// For scripts: plain numbers of bytes, hours and FLOPs.
[[nodiscard]] nlohmann::ordered_json to_json(const RunPlan& plan);

}  // namespace genloss::orchestrator::plan
