#include "orchestrator/retention/collection.hpp"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>
#include <thread>

#include "comms/world.hpp"
#include "jobs/study_file.hpp"
#include "orchestrator/retention/retained_study.hpp"
#include "orchestrator/retention/store_links.hpp"
#include "storage/files/run_lock.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t recipe_digits = 64;
constexpr int watched_intervals = 4;  // one more than a silent claim is given
/// Made under a claim. The rest (human tokens, descriptions) belongs to whatever run is at work.
constexpr std::array claimed_kinds{"human", "tokenizer", "mix", "model", "evaluation", "corpus", "columns", "measures"};

std::string attempt_of_gc() { return "gc-" + comms::World::host_name() + "-" + std::to_string(::getpid()); }

/// What the store holds under one recipe.
struct Stored {
  Shelf shelf;
  bool sealed = false;
  std::vector<fs::path> left;  ///< claims, folders of work, halves
};

std::vector<Stored> stored_in(const Store& store) {
  std::map<std::string, Stored> all;
  std::error_code none;
  for (const auto& kind : fs::directory_iterator(store.root(), none)) {
    for (const auto& entry : fs::directory_iterator(kind.path(), none)) {
      const std::string name = entry.path().filename().string(), recipe = name.substr(0, recipe_digits);
      if (recipe.size() != recipe_digits || recipe.find_first_not_of("0123456789abcdef") != std::string::npos) continue;
      const std::string kind_name = kind.path().filename().string();
      Stored& stored = all[kind_name + "/" + recipe];
      stored.shelf = {kind_name, recipe};
      if (name == recipe) {
        stored.sealed = true;
      } else {
        stored.left.push_back(entry.path());
      }
    }
  }
  std::vector<Stored> list;
  for (auto& [name, stored] : all) list.push_back(std::move(stored));
  return list;
}

bool any_run_is_used(const fs::path& runs) {
  std::error_code none;
  const auto is_used = [](const auto& entry) { return storage::RunLock::is_held(entry.path()); };
  return std::any_of(fs::directory_iterator(runs, none), fs::directory_iterator(), is_used);
}

class StoreCollection {
 public:
  StoreCollection(fs::path runs, const Collection& collection, std::chrono::milliseconds interval)
      : runs_(std::move(runs)), collection_(collection), interval_(interval), store_(runs_) {}

  Freed go() {
    const ShelfNames linked = linked_shelves(runs_);
    std::vector<Stored> left;
    for (const Stored& stored : stored_in(store_)) {
      const std::string name = stored.shelf.kind + "/" + stored.shelf.recipe;
      const bool claimed =
          std::find(claimed_kinds.begin(), claimed_kinds.end(), stored.shelf.kind) != claimed_kinds.end();
      if (stored.sealed && linked.count(name) == 0) unlinked(stored.shelf, claimed);
      const auto goes_on = linked.lower_bound(name + ".work-");  // somebody shows its work
      if (goes_on != linked.end() && goes_on->starts_with(name + ".work-")) continue;
      if (!stored.left.empty() && claimed) left.push_back(stored);
      if (!stored.left.empty() && !claimed) halves(stored);
    }
    dead_work(std::move(left));
    if (!collection_.dry_run) store_.sweep_trash();
    return freed_;
  }

 private:
  void told(const std::string& what, const Freed& size) {
    if (size.artefacts == 0 && size.files == 0) return;
    freed_ += size;
    collection_.tell(what, size);
  }
  static std::string name_of(const Shelf& shelf) { return shelf.kind + " " + shelf.recipe.substr(0, 8); }

  void unlinked(const Shelf& shelf, bool claimed) {
    const auto recipe = storage::Digest::parse("sha256:" + shelf.recipe);
    Freed size;
    if (!collection_.dry_run && claimed) {
      size = drops().remove_unlinked(shelf, std::nullopt);
    } else if (!any_run_is_used(runs_) || claimed) {
      size = size_of(store_.sealed(shelf.kind, recipe));
      size.artefacts = 1;
      if (!collection_.dry_run) store_.remove(shelf.kind, recipe);
    }
    told(name_of(shelf) + ": no run links to it", size);
  }

  void halves(const Stored& stored) {
    if (any_run_is_used(runs_)) return;
    for (const fs::path& half : stored.left) {
      told(name_of(stored.shelf) + ": half made", size_of(half));
      std::error_code failed;
      if (!collection_.dry_run) fs::remove_all(half, failed);
    }
  }

  /// Claims are taken; those that live cannot be. A silent one has to be watched for some time.
  void dead_work(std::vector<Stored> left) {
    const auto clear = [&](const Stored& stored) {
      Freed size;
      for (const fs::path& path : stored.left) {
        size += fs::is_directory(path) ? size_of(path) : Freed{0, 1, fs::file_size(path)};
      }
      if (!collection_.dry_run) {
        const auto claim = claims().take(stored.shelf.kind, storage::Digest::parse("sha256:" + stored.shelf.recipe));
        if (!claim) return false;
        claim->fulfil();
      }
      told(name_of(stored.shelf) + ": left-over work of an attempt that died" +
               (collection_.dry_run ? ", unless a job is at it" : ""),
           size);
      return true;
    };
    for (int i = 0; i <= watched_intervals && !left.empty(); ++i) {
      if (i > 0) std::this_thread::sleep_for(interval_);
      left.erase(std::remove_if(left.begin(), left.end(), clear), left.end());
    }
  }

  Claimant self() const { return {attempt_of_gc() + " in " + runs_.string(), attempt_of_gc(), interval_}; }
  Drops& drops() {
    if (!drops_) drops_ = std::make_unique<Drops>(runs_, self());
    return *drops_;
  }
  Claims& claims() {
    if (!claims_) claims_ = std::make_unique<Claims>(store_, self());
    return *claims_;
  }

  fs::path runs_;
  const Collection& collection_;
  std::chrono::milliseconds interval_;
  Store store_;
  std::unique_ptr<Drops> drops_;
  std::unique_ptr<Claims> claims_;
  Freed freed_;
};

}  // namespace

Freed collect_run(const fs::path& run, const Collection& collection) {
  const fs::path folder = fs::absolute(run / "").lexically_normal().parent_path(), runs = folder.parent_path();
  const jobs::StudySpec study = jobs::read_study(RunPaths{folder}.study());
  const storage::RunLock lock(folder);
  const RetainedStudy retained(study, {folder}, collection.keep.value_or(study.runtime.keep));
  Freed freed;
  std::unique_ptr<Drops> drops;
  for (const Node* node : retained.not_needed()) {
    Freed size;
    if (!collection.dry_run) {
      if (!drops) drops = std::make_unique<Drops>(runs, Claimant{folder.string(), attempt_of_gc()});
      size = drops->drop(*node, retained.views(*node));
    } else if (retained.presence(*node) == Presence::sealed) {
      const fs::path place = fs::canonical(large_link(retained.views(*node).front(), *node));
      size = size_of(place);
      size.artefacts = 1;
    }
    const bool goes = collection.dry_run ? size.artefacts > 0 : retained.presence(*node) == Presence::sealed;
    if (!goes && size.artefacts == 0) continue;
    freed += size;
    collection.tell(folder.filename().string() + ": " + title_of(*node) + " of generation " +
                        std::to_string(node->generation) +
                        (size.artefacts == 0 ? " is dropped; another run links to it" : " is dropped"),
                    size);
  }
  return freed;
}

Freed collect_store(const fs::path& runs, const Collection& collection, std::chrono::milliseconds interval) {
  return StoreCollection(fs::absolute(runs / "").lexically_normal().parent_path(), collection, interval).go();
}

}  // namespace genloss::orchestrator
