#include "orchestrator/plan/run_plan.hpp"

#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "orchestrator/directory/run_directory.hpp"
#include "orchestrator/graph/recipes.hpp"
#include "orchestrator/plan/costs/disk_costs.hpp"
#include "orchestrator/plan/planner.hpp"
#include "workers/text/study_tokenizer.hpp"

namespace genloss::orchestrator::plan {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t working_pages =
    21'000'000;  // of code and heap that a run touches and a plan does not, measured

std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t pages = 0, resident = 0;
  statm >> pages >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t memory_of_this_machine() {
  return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
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

}  // namespace

RunPlan plan_run(const jobs::StudySpec& spec, const workers::Family& family, const PlanQuestion& question) {
  RunPlan plan;
  plan.on_gpus = spec.runtime.device == jobs::DeviceKind::cuda;
  if (!plan.on_gpus) plan.program_bytes = resident_bytes() + working_pages;
  plan.study = spec.study.name;
  plan.unit = family.unit_name();
  plan.values = spec.study.family == jobs::FamilyKind::transformer ? "tokens" : "reals";
  plan.ranks = question.ranks;
  plan.ranks_per_node = question.ranks_per_node;
  plan.directory = question.directory.empty() ? run_paths(spec, study_digest(spec, family)).root : question.directory;
  plan.exists = fs::exists(RunPaths{plan.directory}.study());
  plan.free_bytes = free_bytes_below(spec.runtime.runs);
  plan.memory_given = question.memory_per_node > 0;
  plan.memory_bytes = plan.memory_given ? question.memory_per_node : memory_of_this_machine();
  plan.rates = find_rates(spec, question.rates);
  plan.costs = costs_of(spec, question.ranks);
  plan.bookkeeping_bytes = bookkeeping_bytes(spec.study.generations, question.ranks);
  // study.ini, journal, numerics, progress, lock; logs
  plan.bookkeeping_files = 5 + static_cast<std::uint64_t>(question.ranks);
  if (const auto provenance = family.provenance(); !provenance.empty()) {
    plan.bookkeeping_bytes += provenance.dump(2).size();
    ++plan.bookkeeping_files;
    std::set<std::string> copied;  // into the store
    for (const auto& document : provenance.at("documents")) {
      plan.bookkeeping_bytes += document.at("length").get<std::uint64_t>();
      copied.insert(document.at("file").get<std::string>());
    }
    plan.bookkeeping_files += copied.size();
  }
  if (const auto* text = family.tokenizing()) {
    constexpr std::uint64_t manifest = 250, journal_lines = 350;
    const auto tokens = text->stored_tokens();
    const std::uint64_t makers = tokens.files > 0 ? 2 : 1;
    plan.bookkeeping_bytes += tokenizer_bytes(workers::vocabulary_of(spec)) + manifest + journal_lines + tokens.bytes +
                              makers * made_by_bytes;
    plan.bookkeeping_files += 3 + makers + tokens.files;
  }
  Planner planner(spec, family, plan);
  try {
    for (int n = 0; n < spec.study.generations; ++n) planner.generation(n);
  } catch (const Error& error) {
    if (error.operation() != "plan") throw;  // a policy that cannot be had is what is asked about
    plan.findings.push_back(
        diagnostic::failed("mix", error.object() + ": " + error.cause(), error.hint(), error.code()));
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

}  // namespace genloss::orchestrator::plan
