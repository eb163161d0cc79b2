#pragma once
// training.jsonl: one JSON line per logged step.

#include <filesystem>
#include <string>

#include "storage/files/file.hpp"
#include "workers/family.hpp"

namespace genloss::workers {

/// Rank 0's log. Opening it cuts away the lines after `step`, which the steps to come will write again.
class TrainingLog {
 public:
  TrainingLog(const std::filesystem::path& path, std::uint64_t step, std::string attempt);
  /// @throws Error(input_output)
  void append(const TrainProgress& progress);
  /// To be called before a checkpoint or the model is sealed: no later start writes these lines again.
  void sync() { out_.sync(); }

 private:
  std::string attempt_;
  storage::File out_;
};

}  // namespace genloss::workers
