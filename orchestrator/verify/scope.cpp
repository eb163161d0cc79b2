// What a path given to `genloss verify` means.

#include <algorithm>
#include <filesystem>

#include "jobs/error.hpp"
#include "orchestrator/directory/chain_folders.hpp"
#include "orchestrator/store/store.hpp"
#include "orchestrator/verify/verification.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

/// Number of "generation-003", -1 for other names.
int generation_of(const std::string& name) {
  constexpr std::string_view prefix = "generation-";
  if (!name.starts_with(prefix) || name.size() == prefix.size()) return -1;
  if (name.find_first_not_of("0123456789", prefix.size()) != std::string::npos) return -1;
  return std::stoi(name.substr(prefix.size()));
}

/// What the name of an entry of a generation means.
std::optional<NodeKind> kind_of(const std::string& name) {
  if (name == "mix.json" || name == "mix.made-by.json") return NodeKind::mix;
  if (name == "model" || name == "checkpoints" || name == "training.jsonl") return NodeKind::model;
  if (name == "corpus") return NodeKind::corpus;
  if (name == "measures.json" || name == "measures.made-by.json") return NodeKind::measures;
  return std::nullopt;
}

/// Columns that a path at or below RUN/generation-NNN/columns/NAME means.
std::optional<VerifyScope> columns_below(const fs::path& path, const fs::path& chain, int generation) {
  const fs::path inside = path.lexically_relative(RunPaths{chain}.generation(generation).all_columns());
  const std::string name = inside.begin()->string();
  if (name.empty() || name == ".") return std::nullopt;
  return VerifyScope{{only_chain_of(chain, "verify")}, Target{NodeKind::columns, generation, name}};
}

/// A path at or below an entry of a generation of a chain.
std::optional<VerifyScope> inside_a_chain(const fs::path& path) {
  std::string entry;
  for (fs::path at = path; at.has_relative_path(); entry = at.filename().string(), at = at.parent_path()) {
    const int generation = generation_of(at.filename().string());
    const fs::path chain = at.parent_path();
    if (generation < 0 || !fs::exists(RunPaths{chain}.study())) continue;
    if (entry == "columns") return columns_below(path, chain, generation);
    const auto kind = entry.empty() ? std::optional(NodeKind::measures) : kind_of(entry);
    if (!kind) return std::nullopt;
    return VerifyScope{{only_chain_of(chain, "verify")}, Target{*kind, generation}};
  }
  for (fs::path at = path; at.has_relative_path(); at = at.parent_path()) {
    const std::string name = at.filename().string();
    const auto kind = name == "tokenizer"      ? std::optional(NodeKind::tokenizer)
                      : name == "human-tokens" ? std::optional(NodeKind::tokens)
                                               : std::nullopt;
    if (kind && fs::exists(RunPaths{at.parent_path()}.study())) {
      return VerifyScope{{only_chain_of(at.parent_path(), "verify")}, Target{*kind, -1}};
    }
  }
  return std::nullopt;
}

/// The first run that has a link to an artefact of the store.
std::optional<VerifyScope> seen_by_a_run(const fs::path& runs, const Shelf& shelf) {
  const auto same = [&](const fs::path& link) {
    const auto other = shelf_of(link);
    return other && other->kind == shelf.kind && other->recipe == shelf.recipe;
  };
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(runs)) {
    if (fs::exists(RunPaths{entry.path()}.study())) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  for (const fs::path& folder : folders) {
    std::vector<RunPaths> chains;
    try {
      chains = chains_of_run(folder);
    } catch (const Error&) {  // a study that cannot be read shows nothing
      continue;
    }
    for (const RunPaths& chain : chains) {
      for (const NodeKind kind : {NodeKind::tokenizer, NodeKind::tokens}) {
        if (same(path_of(chain, {kind, -1}))) return VerifyScope{{chain}, Target{kind, -1}};
      }
      for (int n = 0; fs::exists(chain.generation(n).root); ++n) {
        for (const NodeKind kind : {NodeKind::mix, NodeKind::model, NodeKind::corpus, NodeKind::measures}) {
          if (same(path_of(chain, {kind, n}))) return VerifyScope{{chain}, Target{kind, n}};
        }
        std::error_code none;
        for (const auto& column : fs::directory_iterator(chain.generation(n).all_columns(), none)) {
          const Target target{NodeKind::columns, n, column.path().filename().string()};
          if (same(column.path())) return VerifyScope{{chain}, target};
        }
      }
    }
  }
  return std::nullopt;
}

}  // namespace

VerifyScope scope_of(const fs::path& given) {
  if (!fs::exists(given)) {
    throw Error(ExitCode::bad_data, "verify", given.string(), "no such file or directory",
                "give the directory that `genloss run` printed, or an artefact in it");
  }
  const fs::path path = fs::absolute(given / "").lexically_normal().parent_path();  // not where links lead
  if (fs::exists(RunPaths{path}.study())) return {chains_of_run(path), std::nullopt};
  // An artefact of the store, or a file of one.
  for (auto store = path.begin(); store != path.end(); ++store) {
    if (*store != fs::path(store_folder) || std::distance(store, path.end()) < 3) continue;
    fs::path runs;
    for (auto at = path.begin(); at != store; ++at) runs /= *at;
    if (const auto scope = seen_by_a_run(runs, {std::next(store)->string(), std::next(store, 2)->string()})) {
      return *scope;
    }
    throw Error(ExitCode::bad_data, "verify", given.string(), "no run in " + runs.string() + " leads to it",
                "what it is made from is known to the runs that need it; `genloss verify RUN` of one of them");
  }
  if (const auto scope = inside_a_chain(path)) return *scope;
  if (fs::is_directory(path)) return {chains_of_run(path), std::nullopt};  // says what it is not
  throw Error(ExitCode::usage, "verify", given.string(), "neither a run, nor an artefact of one",
              "artefacts lie in RUN/generation-NNN/: mix.json, model, corpus, measures.json");
}

}  // namespace genloss::orchestrator
