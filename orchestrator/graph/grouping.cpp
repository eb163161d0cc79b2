#include "orchestrator/graph/grouping.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "jobs/columns.hpp"
#include "orchestrator/graph/node_source.hpp"
#include "workers/families/family_type.hpp"
#include "workers/scorers/scorer_type.hpp"

namespace genloss::orchestrator {
namespace {

// A trained value costs about twice a drawn one, a scored one less than half (docs/performance.md).
constexpr double trained = 2.0, scored = 0.4;
// What each further rank of a group adds: ranks wait for each other at every step and at the end of every pass.
constexpr double further_rank = 0.9;
// Meeting before and after a node, whatever its size: what makes a small model's ranks better off alone.
constexpr double meeting_seconds = 0.05;

double trained_values(const jobs::StudySpec& spec, const workers::RoughWork& work, int generation) {
  const jobs::Budget budget = spec.training.of(generation).budget;
  return budget.unit == jobs::Budget::Unit::tokens ? budget.amount : budget.amount * work.drawn_values;
}

bool reads_a_model(const jobs::StudySpec& spec, const Node& node) {
  const jobs::ColumnOrder* column = jobs::find_column(spec, node.column);
  return column != nullptr && workers::model_of(*column, node.generation).kind != workers::ColumnModel::Kind::none;
}

double speed_of(int ranks, int busy) { return 1 + (further_rank * (std::min(ranks, busy) - 1)); }

}  // namespace

int GroupLayout::size(int group, int ranks) const {
  int size = 0;
  for (int rank = 0; rank < ranks; ++rank) size += of(rank, ranks) == group ? 1 : 0;
  return size;
}

double work_of(const Node& node, const std::vector<jobs::Chain>& chains) {
  const jobs::StudySpec& spec = chains[static_cast<std::size_t>(node.chains.front())].spec;
  const workers::RoughWork work = workers::family_type(spec).rough_work(spec);
  const double second = work.seconds_a_value;
  switch (node.kind) {
    case NodeKind::model:
      return second * trained * trained_values(spec, work, node.generation);
    case NodeKind::corpus:
      return second * work.drawn_values;
    case NodeKind::evaluation:
      return second * scored * static_cast<double>(spec.measures.test_tokens);
    case NodeKind::measures:
      return second * scored * static_cast<double>(spec.measures.corpus_tokens);
    case NodeKind::columns:  // to read a corpus without a model takes no time to speak of
      return reads_a_model(spec, node) ? second * scored * work.drawn_values : 0;
    case NodeKind::tokenizer:
    case NodeKind::tokens:
    case NodeKind::mix:
      break;
  }
  return 0;
}

double played(const std::vector<Node>& nodes, const std::vector<jobs::Chain>& chains, int ranks, GroupLayout layout) {
  NodeSource source(nodes, static_cast<int>(chains.size()), {});
  std::multimap<double, std::pair<int, std::uint64_t>> ends;  // when, which group, which node
  std::set<int> idle;
  for (int group = 0; group < layout.groups; ++group) idle.insert(group);
  double now = 0;
  while (true) {
    for (auto group = idle.begin(); group != idle.end();) {
      const auto item = source.take(*group);
      if (!item) {
        ++group;
        continue;
      }
      const Node& node = nodes[*item];
      const int lanes = chains[static_cast<std::size_t>(node.chains.front())].spec.training.lanes;
      const int size = layout.size(*group, ranks);
      const double speed = speed_of(size, node.kind == NodeKind::model ? lanes : size);
      ends.emplace(now + (work_of(node, chains) / speed) + (size > 1 ? meeting_seconds : 0), std::pair{*group, *item});
      group = idle.erase(group);
    }
    if (ends.empty()) return now;
    now = ends.begin()->first;
    const auto [group, item] = ends.begin()->second;
    ends.erase(ends.begin());
    source.done(item, group, {});
    idle.insert(group);
  }
}

GroupLayout groups_for(const std::vector<Node>& nodes, const std::vector<jobs::Chain>& chains, int ranks) {
  if (chains.front().spec.runtime.device == jobs::DeviceKind::cuda) return {1};
  const int most = std::min<int>(ranks, static_cast<int>(chains.size()));
  GroupLayout best{1};
  double soonest = played(nodes, chains, ranks, best);
  const auto offer = [&](int groups) {
    const double end = played(nodes, chains, ranks, {groups});
    if (end <= soonest) best = {groups}, soonest = end;
  };
  for (int groups = 2; groups < most; groups *= 2) offer(groups);
  if (most > 1) offer(most);
  return best;
}

}  // namespace genloss::orchestrator
