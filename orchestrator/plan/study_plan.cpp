#include "orchestrator/plan/study_plan.hpp"

#include <algorithm>
#include <memory>

#include "jobs/chains.hpp"
#include "jobs/numbers.hpp"
#include "orchestrator/directory/run_directory.hpp"
#include "orchestrator/graph/grouping.hpp"
#include "orchestrator/graph/node_source.hpp"
#include "orchestrator/graph/recipes.hpp"
#include "orchestrator/plan/disk_need.hpp"
#include "orchestrator/plan/simulated_pass.hpp"
#include "workers/families/family_type.hpp"

namespace genloss::orchestrator::plan {
namespace {

constexpr double seconds_of_an_hour = 3600;

/// The nodes of all chains with what each needs, as the plan of its arm has it.
class Graph {
 public:
  Graph(const std::vector<jobs::Chain>& chains, const std::vector<ArmPlan>& arms)
      : chains_(chains), arms_(arms), nodes_(graph_of(chains)) {}

  [[nodiscard]] std::uint64_t bytes() const {
    std::uint64_t sum = arms_.front().plan.bookkeeping_bytes;
    for (const Node& node : nodes_) {
      const GenerationPlan* g = generation_of(node);
      if (g == nullptr) continue;
      if (node.kind == NodeKind::model) sum += g->model_bytes;
      if (node.kind == NodeKind::corpus) sum += g->corpus_bytes;
      if (node.kind == NodeKind::measures) sum += g->other_bytes;
      for (const ColumnPlan& column : g->columns) {
        if (node.kind == NodeKind::columns && column.name == node.column) sum += column.bytes;
      }
    }
    return sum;
  }

  [[nodiscard]] SimulatedPass play(int groups) const {
    NodeSource source(nodes_, static_cast<int>(chains_.size()), {});
    SimulatedRanks machine;
    machine.ranks = groups;
    return simulate_graph(
        source, [&](std::uint64_t node) { return seconds_of(nodes_[node]); }, machine);
  }

 private:
  /// Nothing: of no single generation, or of one that could not be planned.
  [[nodiscard]] const GenerationPlan* generation_of(const Node& node) const {
    const std::string& arm = chains_[static_cast<std::size_t>(node.chains.front())].arm;
    const auto plan = std::find_if(arms_.begin(), arms_.end(), [&](const ArmPlan& a) { return a.arm == arm; });
    const auto n = static_cast<std::size_t>(node.generation);
    if (node.generation < 0 || plan == arms_.end() || n >= plan->plan.generations.size()) return nullptr;
    return &plan->plan.generations[n];
  }
  [[nodiscard]] double seconds_of(const Node& node) const {
    const GenerationPlan* g = generation_of(node);
    if (g == nullptr) return 0;
    double hours = 0;
    if (node.kind == NodeKind::model && !g->trained) hours = g->training_hours;
    if (node.kind == NodeKind::corpus && !g->sampled) hours = g->sampling_hours;
    if (node.kind == NodeKind::measures && !g->sampled) hours = g->scoring_hours;
    return hours * seconds_of_an_hour;
  }

  const std::vector<jobs::Chain>& chains_;
  const std::vector<ArmPlan>& arms_;
  const std::vector<Node> nodes_;
};

RunPlan plan_chain(const jobs::Chain& chain, PlanQuestion question, const std::filesystem::path& run,
                   const workers::Family& family) {
  question.directory = chain.folder.empty() ? run : run / chain.folder;
  return plan_run(chain.spec, family, question);
}

Diagnostic disk_of(const StudyPlan& plan, const jobs::StudySpec& study) {
  const std::uint64_t free = free_bytes(study.runtime.runs);
  const std::string said = "up to " + bytes_text(plan.needed_bytes) + " more at any moment for " +
                           counted(plan.chains, "chain") + ", " + bytes_text(free) + " free at " +
                           study.runtime.runs.string();
  if (plan.needed_bytes <= free) return diagnostic::ok("disk", said);
  return diagnostic::failed("disk", said,
                            "keep less (runtime.keep=measures), set runtime.runs to a larger disk, or use "
                            "fewer seeds or arms");
}

}  // namespace

ExitCode StudyPlan::exit_code() const {
  for (const auto& arm : arms) {
    if (const ExitCode code = arm.plan.exit_code(); code != ExitCode::done) return code;
  }
  return ExitCode::done;
}

StudyPlan plan_study(const jobs::StudySpec& study, const PlanQuestion& question) {
  const auto chains = jobs::chains_of(study);
  check_lineages(chains);
  StudyPlan plan;
  plan.chains = chains.size();
  plan.seeds = study.study.seeds;
  const auto nodes = graph_of(chains);
  plan.groups = groups_for(nodes, chains, question.ranks).groups;
  plan.ranks_of_group = std::max(1, question.ranks / plan.groups);
  PlanQuestion of_group = question;
  of_group.ranks = plan.ranks_of_group;
  std::filesystem::path run;  // named by the data of the first chain
  std::unique_ptr<workers::Family> family;
  for (const jobs::Chain& chain : chains) {
    if (chain.spec.study.repetition != study.study.repetition) continue;  // seeds of an arm need the same
    family = workers::make_family(chain.spec);
    if (run.empty()) run = run_paths(study, study_digest(study, *family)).root;
    if (auto* text = family->tokenizing()) text->estimate();
    plan.arms.push_back({chain.arm, plan_chain(chain, of_group, run, *family)});
  }
  const Graph graph(chains, plan.arms);
  const SimulatedPass pass = graph.play(plan.groups);
  plan.disk_bytes = graph.bytes();
  const bool rates_known = plan.arms.front().plan.rates.training > 0 && plan.arms.front().plan.rates.sampling > 0;
  if (rates_known) plan.hours = pass.makespan / seconds_of_an_hour;
  if (pass.makespan > 0) plan.busy_share = pass.work / (pass.makespan * plan.groups);
  if (plan.chains > 1) {
    const RetainedStudy there(study, {run}, study.runtime.keep);
    const int ranks = std::max(plan.groups, question.ranks);
    plan.needed_bytes = disk_need(chains, nodes, there, *family, ranks, plan.groups);
    plan.findings.push_back(disk_of(plan, study));
  }
  return plan;
}

std::string to_text(const StudyPlan& plan) {
  if (plan.chains == 1) return to_text(plan.arms.front().plan);
  std::string text;
  for (const auto& arm : plan.arms) {
    text += (text.empty() ? "" : "\n") + (arm.arm.empty() ? "each seed" : "arm " + arm.arm) + ": " +
            counted(static_cast<std::uint64_t>(plan.seeds), "chain") + " like this one, on a group of " +
            counted(static_cast<std::uint64_t>(plan.ranks_of_group), "rank") + "\n\n" + to_text(arm.plan);
  }
  text += "\nall " + counted(plan.chains, "chain") + " on " +
          counted(static_cast<std::uint64_t>(plan.groups), "group") + ": " + bytes_text(plan.disk_bytes) +
          " on disk; what chains share is counted once";
  if (plan.hours > 0) {
    text += "; " + duration_text(plan.hours * seconds_of_an_hour) + " to go, groups work " +
            percent_text(plan.busy_share) + " of it";
  }
  text += "\n";
  for (const auto& finding : plan.findings) text += to_text(finding) + "\n";
  return text;
}

nlohmann::ordered_json to_json(const StudyPlan& plan) {
  if (plan.chains == 1) return to_json(plan.arms.front().plan);
  nlohmann::ordered_json json{{"chains", plan.chains},
                              {"groups", plan.groups},
                              {"disk_bytes", plan.disk_bytes},
                              {"needed_bytes", plan.needed_bytes},
                              {"hours", plan.hours},
                              {"busy_share", plan.busy_share},
                              {"arms", nlohmann::ordered_json::array()}};
  for (const auto& arm : plan.arms) {
    json["arms"].push_back(to_json(arm.plan));
    json["arms"].back()["arm"] = arm.arm;
  }
  json["findings"] = nlohmann::ordered_json::array();
  for (const auto& finding : plan.findings) json["findings"].push_back(to_json(finding));
  return json;
}

}  // namespace genloss::orchestrator::plan
