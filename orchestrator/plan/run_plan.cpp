#include "orchestrator/plan/run_plan.hpp"

#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "orchestrator/dispatch/granted_pass.hpp"
#include "orchestrator/plan/disk_costs.hpp"
#include "orchestrator/plan/findings.hpp"
#include "orchestrator/plan/simulated_pass.hpp"
#include "orchestrator/policies/policy.hpp"
#include "orchestrator/run/model_manifest.hpp"
#include "orchestrator/run/preflight.hpp"
#include "orchestrator/run/recipes.hpp"
#include "orchestrator/run/run_directory.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

constexpr double seconds_per_hour = 3600;
constexpr std::uint64_t most_played = 500'000;  // shards; a second or less
constexpr std::uint64_t working_pages =
    21'000'000;  // of code and heap that a run touches and a plan does not, measured

std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t pages = 0, resident = 0;
  statm >> pages >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t free_bytes_below(fs::path folder) {
  while (!folder.empty() && !fs::exists(folder) && folder.has_parent_path() && folder != folder.parent_path()) {
    folder = folder.parent_path();
  }
  if (folder.empty() || !fs::exists(folder)) folder = ".";
  struct statvfs found {};
  if (::statvfs(folder.c_str(), &found) != 0) return 0;
  return static_cast<std::uint64_t>(found.f_bavail) * found.f_frsize;
}

/// Fills in one generation after the other.
class Planner {
 public:
  Planner(const jobs::StudySpec& spec, const workers::Family& family, RunPlan& plan)
      : spec_(spec), family_(family), plan_(plan), paths_{plan.directory} {}

  void generation(int n) {
    GenerationPlan g;
    g.generation = n;
    const workers::MixPlan mix = plan_mix(spec_.policy, pools(n));
    g.mix_units = mix.units();
    train(g, mix);
    draw(g);
    measure(g);
    g.other_bytes = mix_bytes(mix.sources.size()) + measures_bytes(of_text());
    if (of_text()) g.other_bytes += training_log_bytes(g.steps, spec_.runtime.log_steps);
    // mix.json, measures.json, the corpus manifest, and for text training.jsonl
    g.files = plan_.costs.model_files + g.shards + (of_text() ? 4 : 3);
    plan_.generations.push_back(g);
  }

 private:
  [[nodiscard]] bool of_text() const { return spec_.study.family == jobs::FamilyKind::transformer; }
  [[nodiscard]] double lanes_of_busiest_rank() const {
    const int ranks = std::min(plan_.ranks, spec_.training.lanes);
    return (spec_.training.lanes + ranks - 1) / ranks;
  }

  [[nodiscard]] Pools pools(int n) const {
    Pools pools = pools_of_humans(spec_, family_, n);
    pools.corpora.assign(corpora_.begin(), corpora_.begin() + n);
    return pools;
  }

  void train(GenerationPlan& g, const workers::MixPlan& mix) {
    const GenerationPaths files = paths_.generation(g.generation);
    g.trained = fs::exists(files.model_manifest());
    Training training = plan_.costs.training(mix.units());
    if (g.trained) {
      const ModelManifest manifest = read_model_manifest(files.model());
      training = {manifest.steps, manifest.tokens};
    }
    g.steps = training.steps;
    g.training_values = training.values;
    g.model_bytes = plan_.costs.model_bytes;
    g.training_flops = plan_.costs.training_flops * static_cast<double>(g.training_values);
    g.bytes_sent_per_rank = g.steps * plan_.costs.step_bytes;
    if (plan_.rates.training > 0) {
      const double values = static_cast<double>(g.training_values) / spec_.training.lanes * lanes_of_busiest_rank();
      g.training_hours = values / plan_.rates.training / seconds_per_hour;
    }
    g.checkpoint_bytes = checkpoints(g) * plan_.costs.checkpoint_bytes;
  }

  /// How many lie on the disk at once, at most: one more than are kept, while the newest is written.
  [[nodiscard]] std::uint64_t checkpoints(const GenerationPlan& g) const {
    const auto& runtime = spec_.runtime;
    std::uint64_t made = 0;
    if (runtime.checkpoint_steps > 0) made = (g.steps - 1) / static_cast<std::uint64_t>(runtime.checkpoint_steps);
    const double by_time = g.training_hours * seconds_per_hour / runtime.checkpoint_seconds;
    made = std::max(made, static_cast<std::uint64_t>(by_time));
    return std::min(made, static_cast<std::uint64_t>(runtime.keep_checkpoints) + 1);
  }

  void draw(GenerationPlan& g) {
    const GenerationPaths files = paths_.generation(g.generation);
    g.sampled = fs::exists(files.corpus_manifest());
    if (!g.sampled) {
      plan_shards(g);
    } else {
      count_shards(g, storage::read_corpus_manifest(files.corpus()));
    }
    g.corpus_bytes += corpus_manifest_bytes(g.shards);
    g.sampling_flops = plan_.costs.sampling_flops * static_cast<double>(of_text() ? g.values : g.samples);
    dispatch(g);
  }

  void count_shards(GenerationPlan& g, const storage::CorpusManifest& manifest) {
    for (const auto& shard : manifest.shards) {
      g.largest_shard_bytes = std::max(g.largest_shard_bytes, shard.file_bytes);
      g.corpus_bytes += shard.file_bytes;
    }
    g.shards = manifest.shards.size();
    g.samples = manifest.samples();
    g.values = manifest.values() - manifest.prompt_values();
    corpora_.push_back({g.generation, family_.corpus_units(manifest), manifest.digest()});
  }

  void plan_shards(GenerationPlan& g) {
    const auto& s = spec_.sampling;
    const storage::CorpusManifest manifest = largest_corpus(spec_, family_);
    g.samples = s.samples;
    g.values = manifest.values() - manifest.prompt_values();
    g.shards = (s.samples + s.shard_samples - 1) / s.shard_samples;
    const std::uint64_t per_sample = manifest.values() / s.samples;
    const auto bytes = [&](std::uint64_t samples) {
      return shard_bytes(manifest.format, samples, samples * per_sample);
    };
    const std::uint64_t full = s.samples / s.shard_samples, rest = s.samples % s.shard_samples;
    g.largest_shard_bytes = bytes(std::min(s.shard_samples, s.samples));
    g.corpus_bytes = full * bytes(s.shard_samples) + (rest > 0 ? bytes(rest) : 0);
    corpora_.push_back({g.generation, family_.corpus_units(manifest), {}});
  }

  /// Plays the pass: shards of full length, on pretended ranks, by the real grant desk. Of very many shards only the
  /// last ones are played; before them every rank is busy.
  void dispatch(GenerationPlan& g) {
    const bool known = plan_.rates.sampling > 0;
    const double mean =
        known ? static_cast<double>(g.values) / static_cast<double>(g.shards) / plan_.rates.sampling : 1;
    if (played_.shards != g.shards || played_.seconds != mean) {
      SimulatedRanks machine;
      machine.ranks = plan_.ranks;
      const std::uint64_t last =
          std::min(g.shards, std::max(most_played, 10 * static_cast<std::uint64_t>(plan_.ranks)));
      const int workers = plan_.ranks < ranks_with_working_root ? plan_.ranks : plan_.ranks - 1;
      const SimulatedPass pass = simulate_pass(
          last, [&](std::uint64_t) { return mean; }, machine);
      played_ = {g.shards, mean, pass.makespan + mean * static_cast<double>(g.shards - last) / workers};
    }
    g.busy_share = mean * static_cast<double>(g.shards) / (played_.makespan * plan_.ranks);
    if (known) g.sampling_hours = played_.makespan / seconds_per_hour;
  }

  void measure(GenerationPlan& g) {
    const double share = plan_.ranks > 1 ? 1.0 / plan_.ranks : 0;  // a rank that is not rank 0
    double scored = 0;
    if (of_text()) {
      const auto context = static_cast<std::uint64_t>(spec_.model.context);
      const std::uint64_t mean_length = std::max<std::uint64_t>(1, g.values / g.samples);
      // Test text is read in windows that overlap by half; every sample takes a window of its own.
      const std::uint64_t test = 2 * spec_.measures.test_tokens;
      const std::uint64_t read = std::min(g.samples, (spec_.measures.corpus_tokens + mean_length - 1) / mean_length);
      const double tokens = static_cast<double>(test + read * context);
      g.scoring_flops = tokens * plan_.costs.scoring_flops;
      if (plan_.rates.scoring > 0) g.scoring_hours = tokens / plan_.rates.scoring / plan_.ranks / seconds_per_hour;
      scored = static_cast<double>(spec_.measures.test_tokens + read * mean_length);
    }
    const double sent =
        scored * plan_.costs.scored_value_bytes + static_cast<double>(g.shards) * plan_.costs.scored_shard_bytes;
    g.bytes_sent_per_rank += static_cast<std::uint64_t>(sent * share);
  }

  struct Played {
    std::uint64_t shards = 0;
    double seconds = 0, makespan = 0;
  };
  const jobs::StudySpec& spec_;
  const workers::Family& family_;
  RunPlan& plan_;
  RunPaths paths_;
  std::vector<CorpusPool> corpora_;
  Played played_;  // generations are mostly alike
};

}  // namespace

RunPlan plan_run(const jobs::StudySpec& spec, const workers::Family& family, const PlanQuestion& question) {
  RunPlan plan;
  plan.program_bytes = resident_bytes() + working_pages;
  plan.study = spec.study.name;
  plan.unit = family.unit_name();
  plan.values = spec.study.family == jobs::FamilyKind::transformer ? "tokens" : "reals";
  plan.ranks = question.ranks;
  plan.ranks_per_node = question.ranks_per_node;
  plan.directory = run_paths(spec, study_digest(spec, family)).root;
  plan.exists = fs::exists(RunPaths{plan.directory}.study());
  plan.free_bytes = free_bytes_below(spec.runtime.runs);
  plan.memory_bytes =
      static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  plan.rates = find_rates(spec, question.rates);
  plan.costs = costs_of(spec, question.ranks);
  plan.bookkeeping_bytes = bookkeeping_bytes(spec.study.generations, question.ranks);
  plan.bookkeeping_files = 3 + static_cast<std::uint64_t>(question.ranks);  // study.ini, journal, lock, a log each
  if (const auto provenance = family.provenance(); !provenance.empty()) {
    plan.bookkeeping_bytes += provenance.dump(2).size();
    ++plan.bookkeeping_files;
  }
  Planner planner(spec, family, plan);
  try {
    for (int n = 0; n < spec.study.generations; ++n) planner.generation(n);
  } catch (const Error& error) {
    if (error.operation() != "plan") throw;  // a policy that cannot be had is what is asked about
    plan.findings.push_back(
        {Level::failed, "mix: " + error.object() + ": " + error.cause(), error.hint(), error.code()});
  }
  add_findings(plan, spec);
  return plan;
}

std::uint64_t RunPlan::disk_bytes() const {
  std::uint64_t sum = bookkeeping_bytes;
  for (const auto& g : generations) sum += g.lasting_bytes();
  return sum;
}

std::uint64_t RunPlan::peak_disk_bytes() const {
  std::uint64_t sum = bookkeeping_bytes, peak = 0;
  for (const auto& g : generations) {
    peak = std::max(peak, sum + (g.trained ? 0 : g.checkpoint_bytes));
    sum += g.lasting_bytes();
  }
  return std::max(peak, sum);
}

std::uint64_t RunPlan::present_bytes() const {
  std::uint64_t sum = 0;
  for (const auto& g : generations) sum += (g.trained ? g.model_bytes : 0) + (g.sampled ? g.corpus_bytes : 0);
  return sum;
}

std::uint64_t RunPlan::files() const {
  std::uint64_t sum = bookkeeping_files;
  for (const auto& g : generations) sum += g.files;
  return sum;
}

std::uint64_t RunPlan::memory_per_rank() const {
  return program_bytes +
         std::max({total(costs.training_memory), total(costs.sampling_memory), total(costs.scoring_memory)});
}

double RunPlan::hours() const {
  double sum = 0;
  for (const auto& g : generations) {
    sum += (g.trained ? 0 : g.training_hours) + (g.sampled ? 0 : g.sampling_hours + g.scoring_hours);
  }
  return sum;
}

ExitCode RunPlan::exit_code() const {
  for (const auto& finding : findings) {
    if (finding.code != ExitCode::done) return finding.code;
  }
  return ExitCode::done;
}

}  // namespace genloss::orchestrator
