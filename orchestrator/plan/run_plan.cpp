#include "orchestrator/plan/run_plan.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "orchestrator/directory/run_directory.hpp"
#include "orchestrator/graph/recipes.hpp"
#include "orchestrator/plan/costs/disk_costs.hpp"
#include "orchestrator/plan/disk_need.hpp"
#include "orchestrator/plan/planner.hpp"
#include "orchestrator/retention/store_links.hpp"
#include "workers/families/family_type.hpp"
#include "workers/text/study_tokenizer.hpp"

namespace genloss::orchestrator::plan {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t description_bytes = 1'000;  // of a dropped artefact, without what lay with it anyway
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

ColumnPlan& column_of(GenerationPlan& g, const Node& node) {
  for (ColumnPlan& column : g.columns) {
    if (column.name == node.column) return column;
  }
  throw Error(ExitCode::internal, "plan", title_of(node), "it was not planned");
}

/// Who stays and what is there of a chain: the disk over time, and what has to be made again.
void retain(RunPlan& plan, const jobs::StudySpec& spec) {
  std::vector<jobs::Chain> chains(1);
  chains.front().spec = spec;
  const std::vector<Node> nodes = graph_of(chains);
  const auto presence = presence_of(nodes, {RunPaths{plan.directory}});
  const auto kept = kept_nodes(chains, nodes, spec.runtime.keep);
  const Retention retention(nodes, presence, kept);
  const auto planned = [&](const Node& node) {
    return node.generation >= 0 && node.generation < static_cast<int>(plan.generations.size());
  };
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (!is_large(nodes[i].kind) || !planned(nodes[i])) continue;
    GenerationPlan& g = plan.generations[static_cast<std::size_t>(nodes[i].generation)];
    if (nodes[i].kind == NodeKind::columns) {
      column_of(g, nodes[i]).keeps = kept[i];
      continue;
    }
    (nodes[i].kind == NodeKind::model ? g.keeps_model : g.keeps_corpus) = kept[i];
    if (presence[i] == Presence::dropped && retention.has_to_be_made(i)) {
      (nodes[i].kind == NodeKind::model ? g.trained : g.sampled) = false;
    }
  }
  const auto bytes = [&](const Node& node) -> NodeBytes {
    if (!planned(node)) return {};
    GenerationPlan& g = plan.generations[static_cast<std::size_t>(node.generation)];
    if (node.kind == NodeKind::columns) return {column_of(g, node).bytes};
    if (node.kind == NodeKind::mix) return {g.other_bytes};
    if (node.kind == NodeKind::model) return {g.model_bytes, g.checkpoint_bytes};
    if (node.kind == NodeKind::corpus) return {g.corpus_bytes};
    return {};
  };
  const std::vector<Presence> nothing(nodes.size(), Presence::absent);
  plan.peak_artefact_bytes = high_water(nodes, nothing, kept, 1, 1, bytes);
  plan.needed_bytes = high_water(nodes, presence, kept, 1, 1, bytes) + (plan.exists ? 0 : plan.bookkeeping_bytes);
}

}  // namespace

RunPlan plan_run(const jobs::StudySpec& spec, const workers::Family& family, const PlanQuestion& question) {
  RunPlan plan;
  plan.on_gpus = spec.runtime.device == jobs::DeviceKind::cuda;
  if (!plan.on_gpus) plan.program_bytes = resident_bytes() + working_pages;
  plan.study = spec.study.name;
  plan.unit = family.units().unit_name();
  plan.values = workers::family_type(spec).values;
  plan.ranks = question.ranks;
  plan.ranks_per_node = question.ranks_per_node;
  plan.directory = question.directory.empty() ? run_paths(spec, study_digest(spec, family)).root : question.directory;
  plan.exists = fs::exists(RunPaths{plan.directory}.study());
  plan.free_bytes = plan::free_bytes(spec.runtime.runs);
  plan.memory_given = question.memory_per_node > 0;
  plan.memory_bytes = plan.memory_given ? question.memory_per_node : memory_of_this_machine();
  plan.rates = find_rates(spec, question.rates);
  plan.costs = workers::costs_of(spec, question.ranks);
  plan.bookkeeping_bytes = bookkeeping_bytes(spec.study.generations, question.ranks);
  // study.ini, journal, numerics, progress, lock; logs
  plan.bookkeeping_files = 5 + static_cast<std::uint64_t>(question.ranks);
  if (const auto provenance = family.units().provenance(); !provenance.empty()) {
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
    plan.bookkeeping_bytes +=
        text->tokenizer_bytes() + manifest + journal_lines + tokens.bytes + makers * made_by_bytes;
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
  retain(plan, spec);
  add_findings(plan, spec);
  return plan;
}

std::uint64_t GenerationPlan::lasting_bytes() const {
  std::uint64_t sum = other_bytes;
  for (const ColumnPlan& column : columns) sum += column.keeps ? column.bytes : description_bytes;
  return sum + (keeps_model ? model_bytes : description_bytes) + (keeps_corpus ? corpus_bytes : description_bytes);
}

std::uint64_t GenerationPlan::lasting_files() const {
  // dropped.json, manifest.json and made-by.json. training.jsonl lies there as it lay with the model.
  constexpr std::uint64_t description_files = 3;
  std::uint64_t without_model = keeps_model ? files : files - model_files - 1 + description_files;
  for (const ColumnPlan& column : columns) without_model += column.keeps ? column.files : description_files + 1;
  return keeps_corpus ? without_model : without_model - shards - 3 + description_files;
}

std::uint64_t RunPlan::disk_bytes() const {
  std::uint64_t sum = bookkeeping_bytes;
  for (const auto& g : generations) sum += g.lasting_bytes();
  return sum;
}

std::uint64_t RunPlan::peak_disk_bytes() const {
  return std::max(bookkeeping_bytes + peak_artefact_bytes, disk_bytes());
}

std::uint64_t RunPlan::files() const {
  std::uint64_t sum = bookkeeping_files;
  for (const auto& g : generations) sum += g.lasting_files();
  return sum;
}

std::uint64_t RunPlan::memory_per_rank() const {
  return program_bytes + std::max({workers::total(costs.training_memory), workers::total(costs.sampling_memory),
                                   workers::total(costs.scoring_memory)});
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
