#include "orchestrator/retention/store_links.hpp"

#include <algorithm>

#include "orchestrator/store/store.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

constexpr int deepest = 3;  // RUN/ARM/seed-S/generation-NNN
constexpr std::string_view generation_prefix = "generation-";

/// Columns of a generation lie one folder deeper.
void collect_columns(const fs::path& columns, ShelfNames& found) {
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(columns, none)) {
    if (const auto shelf = shelf_of(entry.path())) found.insert(shelf->kind + "/" + shelf->recipe);
  }
}

void collect(const fs::path& folder, int depth, const std::string& wanted, ShelfNames& found) {
  std::error_code none;
  const bool is_generation = folder.filename().string().starts_with(generation_prefix);
  if (is_generation) collect_columns(GenerationPaths{folder}.all_columns(), found);
  for (const auto& entry : fs::directory_iterator(folder, none)) {
    if (entry.is_symlink(none)) {
      if (const auto shelf = shelf_of(entry.path())) found.insert(shelf->kind + "/" + shelf->recipe);
      continue;
    }
    const std::string name = entry.path().filename().string();
    if (!entry.is_directory(none) || depth == deepest || name.front() == '.') continue;
    if (!wanted.empty() && name.starts_with(generation_prefix) && name != wanted) continue;
    if (is_generation) continue;  // a copy's own artefacts
    collect(entry.path(), depth + 1, wanted, found);
  }
}

bool leads_to(const fs::path& link, std::string_view kind) {
  const auto shelf = shelf_of(link);
  return shelf && shelf->sealed() && shelf->kind == kind && fs::exists(link);
}

Presence presence_in(const RunPaths& chain, const Node& node) {
  const auto there = [](bool is) { return is ? Presence::sealed : Presence::absent; };
  const GenerationPaths paths = chain.generation(std::max(0, node.generation));
  switch (node.kind) {
    case NodeKind::tokenizer:
      return there(fs::exists(chain.tokenizer()));
    case NodeKind::tokens:
      return there(fs::exists(chain.tokens()));
    case NodeKind::mix:
      return there(fs::exists(paths.mix()));
    case NodeKind::evaluation:
      return there(leads_to(paths.evaluation_made_by(), "evaluation"));
    case NodeKind::measures:
      return there(leads_to(paths.measures(), "measures"));
    case NodeKind::model:
    case NodeKind::corpus:
    case NodeKind::columns:
      break;
  }
  const fs::path link = large_link(chain, node);
  const std::string kind(name_of(node.kind));
  if (leads_to(link, dropped_kind(kind))) return Presence::dropped;
  return there(leads_to(link, kind));
}

}  // namespace

fs::path large_link(const RunPaths& chain, const Node& node) {
  const GenerationPaths paths = chain.generation(node.generation);
  if (node.kind == NodeKind::columns) return paths.columns(node.column);
  return node.kind == NodeKind::model ? paths.model() : paths.corpus();
}

ShelfNames linked_shelves(const fs::path& runs, std::optional<int> generation, const fs::path& but_of) {
  ShelfNames found;
  const std::string wanted = generation ? RunPaths::generation_name(*generation) : "";
  std::error_code none;
  for (const auto& run : fs::directory_iterator(runs, none)) {
    if (!run.is_directory(none) || run.is_symlink(none) || run.path().filename().string().front() == '.') continue;
    if (run.path().filename() == but_of.filename()) continue;
    collect(run.path(), 0, wanted, found);
  }
  return found;
}

std::vector<Presence> presence_of(const std::vector<Node>& nodes, const std::vector<RunPaths>& folders) {
  std::vector<Presence> presence;
  for (const Node& node : nodes) {
    Presence most = Presence::absent;
    for (const int chain : node.chains) {
      const Presence here = presence_in(folders[static_cast<std::size_t>(chain)], node);
      if (here == Presence::sealed || most == Presence::absent) most = here;
    }
    presence.push_back(most);
  }
  return presence;
}

}  // namespace genloss::orchestrator
