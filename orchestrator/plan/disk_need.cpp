#include "orchestrator/plan/disk_need.hpp"

#include <sys/statvfs.h>

#include <algorithm>
#include <map>

#include "jobs/error.hpp"
#include "jobs/numbers.hpp"
#include "orchestrator/plan/costs/column_costs.hpp"
#include "orchestrator/plan/costs/corpus_costs.hpp"
#include "orchestrator/plan/costs/disk_costs.hpp"
#include "workers/families/family_type.hpp"

namespace genloss::orchestrator::plan {
namespace fs = std::filesystem;
namespace {

/// Sizes of the artefacts of one chain, which hardly differ between generations.
struct ChainSizes {
  NodeBytes model;
  std::uint64_t corpus = 0, evaluation = 0, measures = 0, first_measures = 0;
  std::map<std::string, std::uint64_t> columns{};  // by name
};

ChainSizes sizes_of(const jobs::StudySpec& spec, const workers::Family& family, int ranks) {
  const workers::ModelCosts costs = workers::costs_of(spec, ranks);
  const CorpusCosts corpus = corpus_costs(spec, family);
  const auto checkpoints = static_cast<std::uint64_t>(spec.runtime.keep_checkpoints) + 1;
  std::map<std::string, std::uint64_t> columns;
  for (const jobs::ColumnOrder& column : spec.columns) {
    columns[column.name] = column_costs(column, costs, corpus.shards, corpus.samples, corpus.values).bytes;
  }
  const std::uint64_t model = costs.model_bytes + costs.model_bytes_per_unit * spec.sampling.samples;
  return {.model = {model, checkpoints * costs.checkpoint_bytes},
          .corpus = corpus.shard_bytes + corpus_manifest_bytes(corpus.shards),
          .evaluation = costs.measure_bytes.of_model,
          .measures = measures_bytes(costs.measure_bytes, false),
          .first_measures = measures_bytes(costs.measure_bytes, true),
          .columns = std::move(columns)};
}

NodeBytes bytes_of(const Node& node, const ChainSizes& sizes) {
  switch (node.kind) {
    case NodeKind::mix:
      return {mix_bytes(static_cast<std::uint64_t>(node.generation) + 1)};
    case NodeKind::model:
      return sizes.model;
    case NodeKind::evaluation:
      return {sizes.evaluation};
    case NodeKind::corpus:
      return {sizes.corpus};
    case NodeKind::measures:
      return {node.generation == 0 ? sizes.first_measures : sizes.measures};
    case NodeKind::columns:
      return {sizes.columns.at(node.column)};
    case NodeKind::tokenizer:
    case NodeKind::tokens:
      break;
  }
  return {};
}

}  // namespace

std::uint64_t free_bytes(fs::path folder) {
  while (!folder.empty() && !fs::exists(folder) && folder.has_parent_path() && folder != folder.parent_path()) {
    folder = folder.parent_path();
  }
  if (folder.empty() || !fs::exists(folder)) folder = ".";
  struct statvfs found {};
  if (::statvfs(folder.c_str(), &found) != 0) return 0;
  return static_cast<std::uint64_t>(found.f_bavail) * found.f_frsize;
}

std::uint64_t disk_need(const std::vector<jobs::Chain>& chains, const std::vector<Node>& nodes,
                        const RetainedStudy& retained, const workers::Family& family, int ranks, int groups) {
  std::map<std::string, ChainSizes> by_arm;  // repetitions are alike
  const auto bytes = [&](const Node& node) {
    const jobs::Chain& chain = chains[static_cast<std::size_t>(node.chains.front())];
    auto known = by_arm.find(chain.arm);
    if (known == by_arm.end()) {
      known = by_arm.emplace(chain.arm, sizes_of(chain.spec, family, std::max(1, ranks / groups))).first;
    }
    return bytes_of(node, known->second);
  };
  std::vector<Presence> presence;
  auto kept = kept_nodes(chains, nodes, chains.front().spec.runtime.keep);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    presence.push_back(retained.presence(nodes[i]));
    if (retained.has_more_chains_than(nodes[i])) kept[i] = true;
  }
  const int generations = chains.front().spec.study.generations;
  return bookkeeping_bytes(generations, ranks) * chains.size() +
         high_water(nodes, presence, kept, static_cast<int>(chains.size()), groups, bytes);
}

void check_disk(const jobs::StudySpec& study, const std::vector<jobs::Chain>& chains, const RetainedStudy& retained,
                const workers::Family& family, int ranks, int groups) {
  const std::uint64_t needed = disk_need(chains, graph_of(chains), retained, family, ranks, groups);
  const std::uint64_t free = free_bytes(study.runtime.runs);
  // What is begun is a part of what is needed; it is looked at only where that matters.
  if (needed <= free || needed <= free + retained.begun_bytes()) return;
  const std::string drop =
      study.runtime.keep == jobs::Keep::measures
          ? ""
          : "set runtime.keep=measures (or mixes): what nothing needs any more is then dropped as the study goes on; ";
  throw Error(ExitCode::input_output, "start", "study " + study.study.name,
              "it needs up to " + bytes_text(needed) + " more on disk, and " + bytes_text(free) + " are free at " +
                  study.runtime.runs.string(),
              drop + "`genloss plan` shows what takes how much; or set runtime.runs to a larger disk");
}

}  // namespace genloss::orchestrator::plan
