#pragma once
// training.jsonl: one JSON line per logged step.

#include <filesystem>
#include <fstream>
#include <string>

#include "workers/family.hpp"

namespace genloss::workers {

/// Rank 0's log. Opening it cuts away the lines after `step`, which the steps to come will write again.
class TrainingLog {
 public:
  TrainingLog(const std::filesystem::path& path, std::uint64_t step, std::string attempt);
  /// @throws Error(input_output)
  void append(const TrainProgress& progress);

 private:
  std::filesystem::path path_;
  std::string attempt_;
  std::ofstream out_;
};

}  // namespace genloss::workers
