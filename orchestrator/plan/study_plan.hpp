#pragma once
// A study of several chains on paper: a run plan an arm, and the graph of all chains played in virtual time.

#include <string>
#include <vector>

#include "orchestrator/plan/run_plan.hpp"

namespace genloss::orchestrator::plan {

struct ArmPlan {
  std::string arm;  ///< empty: the study names none
  RunPlan plan;     ///< of its first chain, on the ranks of one group; its other seeds need the same
};

struct StudyPlan {
  std::size_t chains = 1;
  int seeds = 1, groups = 1, ranks_of_group = 1;
  std::vector<ArmPlan> arms;
  std::uint64_t disk_bytes = 0;    ///< of all chains; what chains share lies once
  std::uint64_t needed_bytes = 0;  ///< of several chains: the most at any moment, on top of what is there
  double hours = 0;                ///< until all nodes are made; 0: no rate is known
  double busy_share = 0;           ///< of the time of all groups
  Diagnostics findings;            ///< about all chains together

  [[nodiscard]] ExitCode exit_code() const;
};

/// Plans the study as `run` would do it on question.ranks: groups of ranks, nodes granted to them.
/// Reads the human data and, if there is one, the run directory; writes nothing.
[[nodiscard]] StudyPlan plan_study(const jobs::StudySpec& study, const PlanQuestion& question);

/// For a person: the plan of each arm; of several chains, what they come to together.
[[nodiscard]] std::string to_text(const StudyPlan& plan);
/// For scripts. A study of one chain: as its run plan.
[[nodiscard]] nlohmann::ordered_json to_json(const StudyPlan& plan);

}  // namespace genloss::orchestrator::plan
