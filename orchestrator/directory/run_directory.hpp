#pragma once
// The directory of a run: found or made, locked, and checked to be this study's. Rank 0 only.

#include <chrono>
#include <filesystem>
#include <memory>

#include "jobs/study_spec.hpp"
#include "orchestrator/directory/run_paths.hpp"
#include "storage/files/digest.hpp"
#include "storage/files/durable.hpp"
#include "storage/files/journal.hpp"
#include "storage/files/run_lock.hpp"
#include "workers/family.hpp"

namespace genloss::orchestrator {

/// human.json
inline constexpr auto human_schema = "genloss human data";
inline constexpr int human_version = 1;

/// runs/NAME-DIGEST8
[[nodiscard]] RunPaths run_paths(const jobs::StudySpec& spec, const storage::Digest& study);

/// Writes study.ini and human.json of a run, or of a chain in it, if they are not there.
/// @throws Error(bad_data) if the folder belongs to another study
void record_study(const RunPaths& paths, const jobs::StudySpec& spec, const workers::Family& family,
                  const storage::Digest& study);

/// Of a run that had one chain and has several now: removes the links of the one chain from the run directory. What
/// they lead to stays in the store, and is found there again.
void remove_chain_links(const RunPaths& run);

class RunDirectory {
 public:
  /// @param timeout how long to wait for a living run that uses it: an earlier start of the same job may still be on
  ///        its way out on a host that was cut off
  /// @throws Error(missing_resource) if a living run uses it; Error(bad_data) if it belongs to another study
  RunDirectory(const jobs::StudySpec& spec, const workers::Family& family, const storage::Digest& study,
               std::chrono::milliseconds timeout = std::chrono::milliseconds(0));
  [[nodiscard]] const RunPaths& paths() const noexcept { return paths_; }
  [[nodiscard]] storage::Journal& journal() noexcept { return *journal_; }

 private:
  RunPaths paths_;
  std::unique_ptr<storage::RunLock> lock_;
  std::unique_ptr<storage::Journal> journal_;
};

/// The digest of the human data that study.ini names. @throws Error(bad_data) if it names none
[[nodiscard]] storage::Digest recorded_human_data(const RunPaths& paths);

/// study.ini of a run ends with a checksum. @throws Error(bad_data) if it does not fit
void check_study_file(const std::filesystem::path& file);

/// The study a run directory belongs to, from its study.ini. @throws Error(bad_data) if there is none
[[nodiscard]] storage::Digest recorded_study(const RunPaths& paths);

}  // namespace genloss::orchestrator
