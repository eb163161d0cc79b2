#include "orchestrator/retention/retained_study.hpp"

#include <set>

#include "orchestrator/retention/drop.hpp"
#include "orchestrator/retention/store_links.hpp"

namespace genloss::orchestrator {
namespace {

std::vector<RunPaths> folders_of(const std::vector<jobs::Chain>& chains, const RunPaths& run) {
  std::vector<RunPaths> folders;
  for (const jobs::Chain& chain : chains) {
    folders.push_back(chain.folder.empty() ? run : RunPaths{run.root / chain.folder, run.root, chain.name});
  }
  return folders;
}

}  // namespace

RetainedStudy::RetainedStudy(const jobs::StudySpec& study, const RunPaths& run, jobs::Keep keep)
    : chains_(jobs::chains_of(study)),
      folders_(folders_of(chains_, run)),
      nodes_(graph_of(chains_)),
      presence_(presence_of(nodes_, folders_)),
      retention_(nodes_, presence_, kept_nodes(chains_, nodes_, keep)) {
  for (std::size_t i = 0; i < nodes_.size(); ++i) places_.emplace(nodes_[i].key.text(), i);
}

std::size_t RetainedStudy::place_of(const Node& node) const { return places_.at(node.key.text()); }

bool RetainedStudy::stays_dropped(const Node& node) const { return retention_.stays_dropped(place_of(node)); }

std::vector<const Node*> RetainedStudy::ended(const Node& node) {
  std::vector<const Node*> going;
  for (const std::size_t i : retention_.ended(place_of(node))) going.push_back(&nodes_[i]);
  return going;
}

std::vector<const Node*> RetainedStudy::not_needed() const {
  std::vector<const Node*> going;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (presence_[i] != Presence::absent && retention_.may_go(i)) going.push_back(&nodes_[i]);
  }
  return going;
}

std::vector<RunPaths> RetainedStudy::views(const Node& node) const {
  std::vector<RunPaths> views;
  for (const int chain : node.chains) views.push_back(folders_[static_cast<std::size_t>(chain)]);
  return views;
}

bool RetainedStudy::has_more_chains_than(const Node& node) const {
  return nodes_[place_of(node)].chains.size() > node.chains.size();
}

std::uint64_t RetainedStudy::begun_bytes() const {
  std::set<std::filesystem::path> seen;  // chains share them
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const Node& node = nodes_[i];
    if (presence_[i] != Presence::absent || !is_large(node.kind)) continue;
    for (const RunPaths& view : views(node)) {
      const GenerationPaths at = view.generation(node.generation);
      const auto place = node.kind == NodeKind::model ? at.checkpoints() : large_link(view, node);
      std::error_code none;
      const auto real = std::filesystem::canonical(place, none);
      if (!none && seen.insert(real).second) bytes += size_of(real).bytes;
    }
  }
  return bytes;
}

Presence RetainedStudy::presence(const Node& node) const { return presence_[place_of(node)]; }

}  // namespace genloss::orchestrator
