#pragma once
// RUNS/.reproduce-ATTEMPT: where `verify --reproduce` makes artefacts again. Removed in the end; by the next start of
// anything in the same folder of runs if its owner was killed.

#include <filesystem>
#include <memory>
#include <string>

#include "storage/files/run_lock.hpp"

namespace genloss::orchestrator {

inline const std::string reproduction_prefix = ".reproduce-";

/// Makes the folder, and is seen to live in it.
class ReproductionFolder {
 public:
  explicit ReproductionFolder(std::filesystem::path folder);
  ~ReproductionFolder();
  ReproductionFolder(const ReproductionFolder&) = delete;
  ReproductionFolder& operator=(const ReproductionFolder&) = delete;

 private:
  std::filesystem::path folder_;
  std::unique_ptr<storage::RunLock> lock_;
};

/// Removes those whose owner is gone. Never throws: what cannot be removed is tried again by the next start.
void sweep_reproductions(const std::filesystem::path& runs) noexcept;

}  // namespace genloss::orchestrator
