#include "orchestrator/store/store.hpp"

#include <algorithm>
#include <iterator>
#include <system_error>

#include "jobs/error.hpp"
#include "storage/files/durable.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

constexpr auto writing = fs::perms::owner_write | fs::perms::group_write | fs::perms::others_write;

void make_read_only(const fs::path& folder) {
  std::error_code failed;
  for (auto entry = fs::recursive_directory_iterator(folder, failed);
       !failed && entry != fs::recursive_directory_iterator(); entry.increment(failed)) {
    if (entry->is_regular_file()) fs::permissions(entry->path(), writing, fs::perm_options::remove, failed);
  }
  if (failed) throw Error(ExitCode::input_output, "make read-only", folder.string(), failed.message());
}

}  // namespace

fs::path Store::sealed(std::string_view kind, const storage::Digest& recipe) const {
  return root_ / kind / recipe.short_hex(64);
}

bool Store::has(std::string_view kind, const storage::Digest& recipe) const { return fs::exists(sealed(kind, recipe)); }

std::optional<Description> Store::description(std::string_view kind, const storage::Digest& recipe) const {
  return read_description(sealed(dropped_kind(kind), recipe));
}

void Store::remove(std::string_view kind, const storage::Digest& recipe) const {
  const fs::path place = sealed(kind, recipe);
  const fs::path trash = place.parent_path() / (".trash-" + place.filename().string());
  std::error_code failed;
  fs::remove_all(trash, failed);  // of a removal that was cut off
  failed.clear();
  fs::rename(place, trash, failed);
  if (failed == std::errc::no_such_file_or_directory) return;
  if (!failed) storage::sync_directory(place.parent_path());
  if (failed) throw Error(ExitCode::input_output, "remove", place.string(), failed.message());
  fs::remove_all(trash, failed);  // what cannot be removed now, or somebody else is removing, the next start sweeps
}

void Store::sweep_trash() const {
  std::error_code none;
  for (const auto& kind : fs::directory_iterator(root_, none)) {
    for (const auto& entry : fs::directory_iterator(kind.path(), none)) {
      if (entry.path().filename().string().rfind(".trash-", 0) == 0) storage::remove_directory(entry.path());
    }
  }
}

void Store::seal(const fs::path& finished, std::string_view kind, const storage::Digest& recipe,
                 const DigestOf& digest_of) const {
  const fs::path place = sealed(kind, recipe);
  if (const auto before = description(kind, recipe)) {
    if (const storage::Digest made = digest_of(finished); made != before->digest) {
      throw Error(ExitCode::internal, "make again", place.string(),
                  "it was " + before->digest.text() + " before it was dropped, this is " + made.text(),
                  "its recipe leaves out something that changes it, or one of the two machines computes wrongly");
    }
  }
  make_read_only(finished);
  if (!fs::exists(place)) {
    try {
      storage::commit_directory(finished, place);
      return;
    } catch (const Error&) {
      // Otherwise somebody was faster. Who is here without `finished` has named it, and could not sync the name.
      if (!fs::exists(place) || !fs::exists(finished)) throw;
    }
  }
  const storage::Digest mine = digest_of(finished), theirs = digest_of(place);
  if (mine != theirs) {
    throw Error(ExitCode::internal, "seal", place.string(),
                "it was made twice, and differently: " + theirs.text() + " is there, this is " + mine.text(),
                "its recipe leaves out something that changes it, or one of the two machines computes wrongly");
  }
  storage::remove_directory(finished);
}

Shelf Store::shelf(const fs::path& path) const {
  const fs::path inside = path.lexically_relative(root_);
  return {inside.begin()->string(), std::next(inside.begin())->string()};
}

std::optional<Shelf> shelf_of(const fs::path& link) {
  std::error_code none;
  const fs::path target = fs::read_symlink(link, none);
  const auto store = std::find(target.begin(), target.end(), fs::path(store_folder));
  if (store == target.end() || std::distance(store, target.end()) < 3) return std::nullopt;
  return Shelf{std::next(store)->string(), std::next(store, 2)->string()};
}

namespace {

/// .store/KIND for what is in the store, deep in an artefact, too; else the folder it lies in.
fs::path folder_of_name(const fs::path& target) {
  for (fs::path at = target; at.has_relative_path(); at = at.parent_path()) {
    if (at.parent_path().filename() == store_folder) return at;
  }
  return target.parent_path();
}

}  // namespace

void point_to(const fs::path& link, const fs::path& target) {
  const fs::path relative =
      fs::absolute(target).lexically_normal().lexically_relative(fs::absolute(link).lexically_normal().parent_path());
  // Another job may have named it just now, or an earlier start without being able to sync the name.
  const auto sync_names = [&] {
    storage::sync_directory(folder_of_name(target));
    storage::sync_directory(link.parent_path());
  };
  std::error_code failed;
  if (fs::is_symlink(link, failed)) {
    if (fs::read_symlink(link, failed) == relative) return sync_names();
  } else if (fs::is_directory(link, failed)) {
    storage::remove_directory(link);
  }
  storage::create_directories_durably(link.parent_path());
  const fs::path fresh = storage::partial_path(link, "link");
  fs::remove(fresh, failed);
  fs::create_symlink(relative, fresh, failed);
  if (!failed) fs::rename(fresh, link, failed);
  if (failed) throw Error(ExitCode::input_output, "link", link.string(), failed.message());
  sync_names();
}

}  // namespace genloss::orchestrator
