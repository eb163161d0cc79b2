#pragma once
// What the runs of a folder link to in its store.

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "orchestrator/directory/run_paths.hpp"
#include "orchestrator/graph/graph.hpp"
#include "orchestrator/retention/retention.hpp"

namespace genloss::orchestrator {

/// "model/9f86d0...": a shelf of the store; with ".work-..." behind it one where something is being made.
using ShelfNames = std::set<std::string>;
/// All that the runs in `runs` link to. @param generation if given, only links of this generation: an artefact has one
/// @param but_of run directory whose own links do not count
[[nodiscard]] ShelfNames linked_shelves(const std::filesystem::path& runs, std::optional<int> generation = {},
                                        const std::filesystem::path& but_of = {});

/// The link of a chain's folder to a model or a corpus.
[[nodiscard]] std::filesystem::path large_link(const RunPaths& chain, const Node& node);

/// What the folders of chains show of each node. @param folders one for each chain of the study, in order
[[nodiscard]] std::vector<Presence> presence_of(const std::vector<Node>& nodes, const std::vector<RunPaths>& folders);

}  // namespace genloss::orchestrator
