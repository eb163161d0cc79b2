#pragma once
// The whole study of a run, whichever of its chains are at work: what there is of it, and what may go.

#include <map>
#include <string>
#include <vector>

#include "jobs/chains.hpp"
#include "orchestrator/directory/run_paths.hpp"
#include "orchestrator/graph/graph.hpp"
#include "orchestrator/retention/retention.hpp"

namespace genloss::orchestrator {

class RetainedStudy {
 public:
  /// Looks at the folders of all chains. @param keep in place of the study's runtime.keep
  RetainedStudy(const jobs::StudySpec& study, const RunPaths& run, jobs::Keep keep);

  /// It was dropped, and nothing needs it. @param node of any graph over chains of the study
  [[nodiscard]] bool stays_dropped(const Node& node) const;
  /// To be told once of every node that was made, or found. @return what may go now
  [[nodiscard]] std::vector<const Node*> ended(const Node& node);
  /// What may go of a study at rest.
  [[nodiscard]] std::vector<const Node*> not_needed() const;
  /// Folders of all chains that show a node of this study.
  [[nodiscard]] std::vector<RunPaths> views(const Node& node) const;
  [[nodiscard]] Presence presence(const Node& node) const;
  /// Chains that `node` does not name need it too: it is of a graph over a part of the study.
  [[nodiscard]] bool has_more_chains_than(const Node& node) const;
  /// Bytes of what is being made: shards that are drawn, checkpoints.
  [[nodiscard]] std::uint64_t begun_bytes() const;

 private:
  [[nodiscard]] std::size_t place_of(const Node& node) const;

  std::vector<jobs::Chain> chains_;
  std::vector<RunPaths> folders_;  // of the chains
  std::vector<Node> nodes_;
  std::vector<Presence> presence_;
  std::map<std::string, std::size_t> places_;  // by key
  Retention retention_;
};

}  // namespace genloss::orchestrator
