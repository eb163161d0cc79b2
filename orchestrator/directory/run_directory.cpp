#include "orchestrator/directory/run_directory.hpp"

#include <cstdio>
#include <span>
#include <thread>

#include "jobs/error.hpp"
#include "jobs/heartbeat.hpp"
#include "jobs/study_file.hpp"
#include "slurm/allocation.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view digest_line = "# study digest: ", human_line = "# human data digest: ";

constexpr std::string_view checksum_line = "# checksum of what stands above: crc32c:";

std::string checksum_of(std::string_view text) {
  char hex[9];
  std::snprintf(hex, sizeof hex, "%08x", storage::crc32c(std::as_bytes(std::span(text))));
  return std::string(checksum_line) + hex;
}

/// study.ini: every option, resolved. The digest stands in a comment, so that the file is still a study to be run.
std::string study_text(const jobs::StudySpec& spec, const workers::Family& family, const storage::Digest& study) {
  const std::string text =
      std::string(digest_line) + study.text() + "\n" + std::string(human_line) + family.units().data_digest().text() +
      "\n# generation count, data.source, model.base and [runtime] are outside the study digest\n\n" +
      jobs::resolved_ini(spec);
  return text + checksum_of(text) + "\n";
}

/// Tries until the directory is free, at most `timeout`.
std::unique_ptr<storage::RunLock> lock_within(const fs::path& directory, std::chrono::milliseconds timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    try {
      return std::make_unique<storage::RunLock>(directory, slurm::current_allocation().job);
    } catch (const storage::DirectoryInUse&) {
      if (std::chrono::steady_clock::now() >= end) throw;
    }
    beat("wait for the run directory");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

}  // namespace

RunPaths run_paths(const jobs::StudySpec& spec, const storage::Digest& study) {
  return {spec.runtime.runs / (spec.study.name + "-" + study.short_hex())};
}

storage::Digest recorded_study(const RunPaths& paths) {
  const std::string text = storage::read_text(paths.study());
  const auto at = text.find(digest_line);
  if (at != 0) {
    throw Error(ExitCode::bad_data, "open run", paths.root.string(), "study.ini does not begin with its digest",
                "this is not a run directory of genloss, or study.ini was edited");
  }
  return storage::Digest::parse(text.substr(digest_line.size(), text.find('\n') - digest_line.size()));
}

storage::Digest recorded_human_data(const RunPaths& paths) {
  const std::string text = storage::read_text(paths.study());
  const auto at = text.find(human_line);
  if (at == std::string::npos) {
    throw Error(ExitCode::bad_data, "open run", paths.study().string(), "it does not name its human data");
  }
  const auto begin = at + human_line.size();
  return storage::Digest::parse(text.substr(begin, text.find('\n', begin) - begin));
}

void check_study_file(const std::filesystem::path& file) {
  const std::string text = storage::read_text(file);
  const auto last = text.rfind(checksum_line);
  if (last != std::string::npos && text.substr(last) == checksum_of(std::string_view(text).substr(0, last)) + "\n")
    return;
  throw Error(ExitCode::bad_data, "read study", file.string(),
              "it does not fit its checksum: it was edited, or damaged",
              "`genloss run` with the study file that it was begun with writes it anew");
}

namespace {

void check_owner(const RunPaths& paths, const storage::Digest& study) {
  if (recorded_study(paths) == study) return;
  throw Error(ExitCode::bad_data, "open run", paths.root.string(),
              "it belongs to study " + recorded_study(paths).text() + ", this study is " + study.text(),
              "choose another study.name or runtime.runs");
}

}  // namespace

void record_study(const RunPaths& paths, const jobs::StudySpec& spec, const workers::Family& family,
                  const storage::Digest& study) {
  const bool known = fs::exists(paths.study());
  if (known) check_owner(paths, study);
  const std::string text = study_text(spec, family, study);
  if (!known || storage::read_text(paths.study()) != text) storage::write_text_durably(paths.study(), text);
  if (const auto provenance = family.units().provenance();
      !provenance.empty()) {  // anew each time: the text may have moved
    storage::write_json_durably(paths.human(), human_schema, human_version, provenance);
  }
}

void remove_chain_links(const RunPaths& run) {
  for (int n = 0; fs::exists(run.generation(n).root); ++n) storage::remove_directory(run.generation(n).root);
  for (const fs::path& link : {run.tokenizer(), run.tokens(), run.human(), run.human_text()})
    storage::remove_durably(link);
}

RunDirectory::RunDirectory(const jobs::StudySpec& spec, const workers::Family& family, const storage::Digest& study,
                           std::chrono::milliseconds timeout)
    : paths_(run_paths(spec, study)) {
  const bool known = fs::exists(paths_.study());
  if (!known && fs::exists(paths_.root) && !fs::is_empty(paths_.root)) {
    // A start that ended before study.ini was sealed leaves the lock, logs and a part of it; a batch job brings its
    // folder.
    const std::string part = storage::partial_path(paths_.study().filename(), "").string();
    for (const auto& entry : fs::directory_iterator(paths_.root)) {
      const std::string name = entry.path().filename().string();
      if (name.front() == '.' || name.starts_with(part)) continue;
      if (entry.path() == paths_.batch() || entry.path() == paths_.logs()) continue;
      throw Error(ExitCode::bad_data, "open run", paths_.root.string(), "the folder is not empty and not a run",
                  "choose another study.name or runtime.runs");
    }
  }
  if (known) check_owner(paths_, study);
  storage::create_directories_durably(paths_.root);
  lock_ = lock_within(paths_.root, timeout);
  storage::create_directories_durably(paths_.logs());
  storage::sweep_partials(paths_.root);
  record_study(paths_, spec, family, study);
  journal_ = std::make_unique<storage::Journal>(paths_.journal());
}

}  // namespace genloss::orchestrator
