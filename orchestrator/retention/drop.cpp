#include "orchestrator/retention/drop.hpp"

#include <array>
#include <set>
#include <thread>

#include "orchestrator/attempt/fault_point.hpp"
#include "orchestrator/directory/model_manifest.hpp"
#include "orchestrator/retention/store_links.hpp"
#include "storage/corpus/corpus_manifest.hpp"
#include "storage/files/durable.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

constexpr auto training_log_file = "training.jsonl";
// Another run that drops the same artefact holds its claim for as long as it looks for links.
constexpr int most_tries = 50;
constexpr auto between_tries = std::chrono::milliseconds(100);

Description described_model(const fs::path& place) {
  const ModelManifest manifest = read_model_manifest(place);
  return {.kind = "model", .generation = manifest.generation, .recipe = manifest.recipe, .digest = manifest.model};
}

/// A corpus, or columns of one.
Description described_shards(const std::string& kind, const fs::path& place) {
  const storage::CorpusManifest manifest = storage::read_corpus_manifest(place);
  return {.kind = kind, .generation = manifest.generation, .recipe = manifest.recipe, .digest = manifest.digest()};
}

}  // namespace

Freed& Freed::operator+=(const Freed& other) noexcept {
  artefacts += other.artefacts;
  files += other.files;
  bytes += other.bytes;
  return *this;
}

Freed size_of(const fs::path& folder) {
  Freed size;
  std::error_code failed;
  for (auto entry = fs::recursive_directory_iterator(folder, failed);
       !failed && entry != fs::recursive_directory_iterator(); entry.increment(failed)) {
    std::error_code none;
    if (!entry->is_regular_file(none)) continue;
    ++size.files;
    size.bytes += entry->file_size(none);
  }
  return size;
}

Drops::Drops(fs::path runs, Claimant self)
    : runs_(std::move(runs)),
      token_(storage::sha256_of(self.run + "\n" + self.attempt).short_hex()),
      store_(runs_),
      claims_(store_, std::move(self)) {}

void Drops::describe(NodeKind node, const storage::Digest& recipe) {
  const std::string kind(name_of(node));
  const fs::path place = store_.sealed(kind, recipe), goal = store_.sealed(dropped_kind(kind), recipe);
  if (fs::exists(goal)) return;
  Description description = node == NodeKind::model ? described_model(place) : described_shards(kind, place);
  const Freed size = size_of(place);
  description.files = size.files;
  description.bytes = size.bytes;
  const fs::path fresh = storage::partial_path(goal, token_);
  storage::remove_directory(fresh);
  storage::create_directories_durably(fresh);
  for (const char* name : {"manifest.json", "made-by.json", "columns.json", training_log_file}) {
    if (fs::exists(place / name)) storage::copy_contents(place / name, fresh / name);
  }
  write_description(fresh, description);
  store_.seal(fresh, dropped_kind(kind), recipe,
              [](const fs::path& folder) { return read_description(folder).value_or(Description{}).digest; });
}

Freed Drops::drop(const Node& node, const std::vector<RunPaths>& views) {
  const std::string kind(name_of(node.kind)), told = std::to_string(node.generation) + ":DROPPING-" + kind;
  std::set<std::string> recipes;  // one, unless the folder has seen other data
  for (const RunPaths& view : views) {
    const auto shelf = shelf_of(large_link(view, node));
    if (!shelf || !shelf->sealed()) continue;
    if (shelf->kind == kind || shelf->kind == dropped_kind(kind)) recipes.insert(shelf->recipe);
  }
  Freed freed;
  for (const std::string& hex : recipes) {
    const auto recipe = storage::Digest::parse("sha256:" + hex);
    if (store_.has(kind, recipe)) describe(node.kind, recipe);
    fault_point(told + ":described");
    const fs::path left = store_.sealed(dropped_kind(kind), recipe);
    if (!fs::exists(left)) continue;
    for (const RunPaths& view : views) {
      const fs::path link = large_link(view, node);
      if (const auto shelf = shelf_of(link); !shelf || shelf->recipe != hex) continue;
      if (node.kind == NodeKind::model && fs::exists(left / training_log_file)) {
        point_to(view.generation(node.generation).training_log(), left / training_log_file);
      }
      point_to(link, left);
    }
    fault_point(told + ":linked");
    freed += remove_unlinked({kind, hex}, node.generation);
    fault_point(told + ":removed");
  }
  return freed;
}

Freed Drops::remove_unlinked(const Shelf& shelf, std::optional<int> generation) {
  const auto recipe = storage::Digest::parse("sha256:" + shelf.recipe);
  for (int i = 0; i < most_tries; ++i, std::this_thread::sleep_for(between_tries)) {
    if (!store_.has(shelf.kind, recipe)) return (void)claims_.sweep(shelf.kind, recipe), Freed{};
    if (linked_shelves(runs_, generation).count(shelf.kind + "/" + shelf.recipe) > 0) return {};
    const auto claim = claims_.take(shelf.kind, recipe);
    if (!claim) continue;
    // From here on nobody takes it as found. Whoever did before has a link by now.
    Freed freed;
    const bool there = store_.has(shelf.kind, recipe);
    if (there && linked_shelves(runs_, generation).count(shelf.kind + "/" + shelf.recipe) == 0) {
      freed = size_of(store_.sealed(shelf.kind, recipe));
      freed.artefacts = 1;
      store_.remove(shelf.kind, recipe);
    }
    claim->fulfil();
    return freed;
  }
  return {};
}

}  // namespace genloss::orchestrator
