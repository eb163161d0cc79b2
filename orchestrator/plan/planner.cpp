#include "orchestrator/plan/planner.hpp"

#include <algorithm>
#include <cmath>

#include "orchestrator/attempt/preflight.hpp"
#include "orchestrator/directory/model_manifest.hpp"
#include "orchestrator/plan/costs/column_costs.hpp"
#include "orchestrator/plan/costs/corpus_costs.hpp"
#include "orchestrator/plan/costs/disk_costs.hpp"
#include "orchestrator/plan/simulated_pass.hpp"
#include "workers/families/family_type.hpp"

namespace genloss::orchestrator::plan {
namespace fs = std::filesystem;
namespace {

constexpr double seconds_per_hour = 3600;
constexpr std::uint64_t most_played = 500'000;  // shards; a second or less

}  // namespace

Planner::Planner(const jobs::StudySpec& spec, const workers::Family& family, RunPlan& plan)
    : spec_(spec), family_(family), plan_(plan), paths_{plan.directory} {}

void Planner::generation(int n) {
  GenerationPlan g;
  g.generation = n;
  const workers::MixPlan mix = plan_mix(spec_.policy, pools(n));
  g.mix_units = mix.units();
  train(g, mix);
  draw(g);
  measure(g);
  score(g);
  const bool logs_steps = workers::family_type(spec_).logs_steps;
  g.other_bytes = mix_bytes(mix.sources.size()) + measures_bytes(plan_.costs.measure_bytes, n == 0);
  if (logs_steps) g.other_bytes += training_log_bytes(g.steps, spec_.runtime.log_steps);
  g.other_bytes += plan_.costs.measure_bytes.of_model + artefacts_of_generation * made_by_bytes;
  // mix.json, measures.json twice (of the model alone, and with its corpus), the corpus manifest and its table, for
  // text training.jsonl, and made-by.json of each artefact
  g.model_files = plan_.costs.model_files;
  g.files = plan_.costs.model_files + g.shards + (logs_steps ? 6 : 5) + artefacts_of_generation;
  plan_.generations.push_back(g);
}

bool Planner::of_text() const { return workers::family_type(spec_).reads_text; }
double Planner::lanes_of_busiest_rank() const {
  const int ranks = std::min(plan_.ranks, spec_.training.lanes);
  return std::ceil(static_cast<double>(spec_.training.lanes) / ranks);
}

Pools Planner::pools(int n) const {
  Pools pools = pools_of_humans(spec_, family_, n);
  pools.foretold = true;
  pools.corpora.assign(corpora_.begin(), corpora_.begin() + n);
  pools.others.assign(others_of(spec_.policy, n).size(), pools.corpora);  // taken to be like its own
  return pools;
}

void Planner::train(GenerationPlan& g, const workers::MixPlan& mix) {
  const GenerationPaths files = paths_.generation(g.generation);
  g.trained = fs::exists(files.model_manifest());
  workers::TrainingAmount training = plan_.costs.training(g.generation, mix.units());
  if (g.trained) {
    const ModelManifest manifest = read_model_manifest(files.model());
    training = {manifest.steps, manifest.tokens};
  }
  g.steps = training.steps;
  g.training_values = training.values;
  g.model_bytes = plan_.costs.model_bytes + plan_.costs.model_bytes_per_unit * mix.units();
  g.training_flops = plan_.costs.training_flops * static_cast<double>(g.training_values);
  g.bytes_sent_per_rank = g.steps * plan_.costs.step_bytes;
  if (plan_.rates.training > 0) {
    const double values = static_cast<double>(g.training_values) / spec_.training.lanes * lanes_of_busiest_rank();
    g.training_hours = values / plan_.rates.training / seconds_per_hour;
  }
  g.checkpoint_bytes = checkpoints(g) * plan_.costs.checkpoint_bytes;
}

std::uint64_t Planner::checkpoints(const GenerationPlan& g) const {
  const auto& runtime = spec_.runtime;
  std::uint64_t made = 0;
  if (runtime.checkpoint_steps > 0) made = (g.steps - 1) / static_cast<std::uint64_t>(runtime.checkpoint_steps);
  const double by_time = g.training_hours * seconds_per_hour / runtime.checkpoint_seconds;
  made = std::max(made, static_cast<std::uint64_t>(by_time));
  return std::min(made, static_cast<std::uint64_t>(runtime.keep_checkpoints) + 1);
}

void Planner::draw(GenerationPlan& g) {
  const GenerationPaths files = paths_.generation(g.generation);
  const auto dropped = read_description(files.corpus());
  g.sampled = dropped || fs::exists(files.corpus_manifest());
  if (dropped) {
    recall_shards(g, *dropped);
  } else if (!g.sampled) {
    plan_shards(g);
  } else {
    count_shards(g, files.corpus());
  }
  g.corpus_bytes += corpus_manifest_bytes(g.shards);
  g.sampling_flops = plan_.costs.sampling_flops * static_cast<double>(of_text() ? g.values : g.samples);
  dispatch(g);
}

void Planner::count_shards(GenerationPlan& g, const std::filesystem::path& corpus) {
  const storage::CorpusManifest manifest = storage::read_corpus_manifest(corpus);
  const storage::ShardTable table(corpus, manifest);
  for (std::uint64_t s = 0; s < table.shards(); ++s) {
    const std::uint64_t bytes = table.at(s).record.file_bytes;
    g.largest_shard_bytes = std::max(g.largest_shard_bytes, bytes);
    g.corpus_bytes += bytes;
  }
  g.shards = manifest.shards;
  g.samples = manifest.samples();
  g.values = manifest.values() - manifest.prompt_values();
  corpora_.push_back({g.generation, family_.units().corpus_units(manifest), manifest.digest()});
}

void Planner::plan_shards(GenerationPlan& g) {
  const CorpusCosts costs = corpus_costs(spec_, family_);
  g.samples = costs.samples;
  g.values = costs.values;
  g.shards = costs.shards;
  g.largest_shard_bytes = costs.largest_shard_bytes;
  g.corpus_bytes = costs.shard_bytes;
  corpora_.push_back({g.generation, costs.units, {}});
}

void Planner::recall_shards(GenerationPlan& g, const Description& dropped) {
  plan_shards(g);
  const storage::CorpusManifest manifest = storage::read_corpus_manifest(paths_.generation(g.generation).corpus());
  g.shards = manifest.shards;
  g.samples = manifest.samples();
  g.values = manifest.values() - manifest.prompt_values();
  g.corpus_bytes = dropped.bytes - std::min(dropped.bytes, corpus_manifest_bytes(g.shards));
  corpora_.back() = {g.generation, family_.units().corpus_units(manifest), manifest.digest()};
}

void Planner::dispatch(GenerationPlan& g) {
  const bool known = plan_.rates.sampling > 0;
  const double mean = known ? static_cast<double>(g.values) / static_cast<double>(g.shards) / plan_.rates.sampling : 1;
  if (played_.shards != g.shards || played_.seconds != mean) {
    SimulatedRanks machine;
    machine.ranks = plan_.ranks;
    const std::uint64_t last = std::min(g.shards, std::max(most_played, 10 * static_cast<std::uint64_t>(plan_.ranks)));
    const SimulatedPass pass = simulate_pass(
        last, [&](std::uint64_t) { return mean; }, machine);
    played_ = {g.shards, mean, pass.makespan + mean * static_cast<double>(g.shards - last) / plan_.ranks};
  }
  g.busy_share = mean * static_cast<double>(g.shards) / (played_.makespan * plan_.ranks);
  if (known) g.sampling_hours = played_.makespan / seconds_per_hour;
}

void Planner::measure(GenerationPlan& g) {
  const double share = plan_.ranks > 1 ? 1.0 / plan_.ranks : 0;  // a rank that is not rank 0
  double scored = 0;
  if (of_text()) {
    const auto context = static_cast<std::uint64_t>(spec_.model.context);
    const std::uint64_t mean_length = std::max<std::uint64_t>(1, g.values / g.samples);
    // Test text is read in windows that overlap by half; every sample takes a window of its own.
    const std::uint64_t test = 2 * spec_.measures.test_tokens;
    const std::uint64_t samples = std::min(g.samples, (spec_.measures.corpus_tokens + mean_length - 1) / mean_length);
    const std::uint64_t read = g.generation == 0 ? 2 * samples : samples;  // human text of equal size, once
    const double tokens = static_cast<double>(test + read * context);
    g.scoring_flops = tokens * plan_.costs.scoring_flops;
    if (plan_.rates.scoring > 0) g.scoring_hours = tokens / plan_.rates.scoring / plan_.ranks / seconds_per_hour;
    scored = static_cast<double>(spec_.measures.test_tokens + read * mean_length);
  }
  const double sent =
      scored * plan_.costs.scored_value_bytes + static_cast<double>(g.shards) * plan_.costs.scored_shard_bytes;
  g.bytes_sent_per_rank += static_cast<std::uint64_t>(sent * share);
}

void Planner::score(GenerationPlan& g) {
  double flops = 0;
  for (const jobs::ColumnOrder& column : spec_.columns) {
    const ColumnCosts costs = column_costs(column, plan_.costs, g.shards, g.samples, g.values);
    g.columns.push_back({column.name, costs.bytes, costs.files});
    flops += costs.flops;
  }
  g.scoring_flops += flops;
  const double speed = plan_.rates.scoring * plan_.ranks * plan_.costs.scoring_flops;  // FLOPs a second
  if (speed > 0) g.scoring_hours += flops / speed / seconds_per_hour;
}

}  // namespace genloss::orchestrator::plan
