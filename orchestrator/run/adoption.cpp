#include "orchestrator/run/adoption.hpp"

#include <algorithm>
#include <functional>
#include <vector>

#include "jobs/error.hpp"
#include "orchestrator/directory/measures_file.hpp"
#include "orchestrator/directory/model_manifest.hpp"
#include "storage/corpus/corpus_manifest.hpp"
#include "storage/files/durable.hpp"
#include "storage/files/link.hpp"
#include "storage/tensors/safetensors.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

/// Other runs in name order, so that which one is taken does not depend on the file system.
std::vector<fs::path> siblings(const RunPaths& run) {
  std::vector<fs::path> found;
  std::error_code ignored;  // an unreadable sibling is no reason to fail: it is only not adopted from
  for (const auto& entry : fs::directory_iterator(run.root.parent_path(), ignored)) {
    if (entry.is_directory(ignored) && entry.path() != run.root) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// The first sibling for which `fits` holds; one whose artefact is damaged does not fit.
std::optional<fs::path> find(const RunPaths& run, const std::function<bool(const RunPaths&)>& fits) {
  for (const fs::path& sibling : siblings(run)) {
    try {
      if (fits(RunPaths{sibling})) return sibling;
    } catch (const Error&) {
      continue;
    }
  }
  return std::nullopt;
}

void link_into_place(const fs::path& from, const fs::path& to) {
  storage::remove_directory(to);  // unsealed left-overs of an earlier attempt
  storage::link_directory(from, to);
}

}  // namespace

std::optional<fs::path> adopt_model(const RunPaths& run, int n, const storage::Digest& recipe) {
  auto donor = find(run, [&](const RunPaths& sibling) {
    const GenerationPaths paths = sibling.generation(n);
    if (!fs::exists(paths.model_manifest())) return false;
    const ModelManifest manifest = read_model_manifest(paths.model());
    return manifest.recipe == recipe && storage::weights_digest(paths.weights()) == manifest.model;
  });
  if (donor) {
    const GenerationPaths from = RunPaths{*donor}.generation(n), to = run.generation(n);
    std::error_code ignored;  // the log is a convenience; the model is what counts
    fs::copy_file(from.training_log(), to.training_log(), fs::copy_options::overwrite_existing, ignored);
    link_into_place(from.model(), to.model());
  }
  return donor;
}

std::optional<fs::path> adopt_corpus(const RunPaths& run, int n, const storage::Digest& recipe) {
  auto donor = find(run, [&](const RunPaths& sibling) {
    const GenerationPaths paths = sibling.generation(n);
    if (!fs::exists(paths.corpus_manifest())) return false;
    const auto manifest = storage::read_corpus_manifest(paths.corpus());
    return manifest.recipe == recipe && std::all_of(manifest.shards.begin(), manifest.shards.end(), [&](const auto& s) {
             std::error_code missing;
             return fs::file_size(storage::shard_path(paths.corpus(), s.shard), missing) == s.file_bytes;
           });
  });
  if (donor) link_into_place(RunPaths{*donor}.generation(n).corpus(), run.generation(n).corpus());
  return donor;
}

std::optional<fs::path> adopt_measures(const RunPaths& run, int n, const storage::Digest& recipe) {
  auto donor = find(run, [&](const RunPaths& sibling) {
    const fs::path file = sibling.generation(n).measures();
    return fs::exists(file) && read_measures(file).recipe == recipe;
  });
  if (donor)
    storage::write_text_durably(run.generation(n).measures(),
                                storage::read_text(RunPaths{*donor}.generation(n).measures()));
  return donor;
}

}  // namespace genloss::orchestrator
