#include "orchestrator/directory/reproduction_folder.hpp"

#include <vector>

#include "storage/files/durable.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;

ReproductionFolder::ReproductionFolder(fs::path folder) : folder_(std::move(folder)) {
  storage::create_directories_durably(folder_);
  lock_ = std::make_unique<storage::RunLock>(folder_);
}

ReproductionFolder::~ReproductionFolder() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);  // what stays, the next start sweeps
}

void sweep_reproductions(const fs::path& runs) noexcept {
  try {
    std::vector<fs::path> left;
    for (const auto& entry : fs::directory_iterator(runs)) {
      if (entry.path().filename().string().starts_with(reproduction_prefix)) left.push_back(entry.path());
    }
    for (const fs::path& folder : left) {
      try {
        const storage::RunLock mine(folder);  // whoever lives holds it
        storage::remove_directory(folder);
      } catch (const std::exception&) {
        continue;
      }
    }
  } catch (const std::exception&) {
    return;  // there is no such folder, or nobody may look at it
  }
}

}  // namespace genloss::orchestrator
