#pragma once
// measures.json: every measure of a generation with its uncertainty, and whom it was measured on.

#include <filesystem>
#include <optional>
#include <vector>

#include "storage/files/digest.hpp"
#include "workers/measure.hpp"

namespace genloss::orchestrator {

/// Written once with the model's measures (EVALUATED, no recipe yet) and once more with the corpus's too (SCORED).
struct MeasuresFile {
  int generation = 0;
  storage::Digest model;
  std::optional<storage::Digest> corpus, recipe;
  std::vector<workers::Measure> of_model, of_corpus;
  std::vector<workers::Measure> of_human{};  ///< of generation 0: its corpus measures on human text of equal size
  [[nodiscard]] std::vector<workers::Measure> all() const;
};

void write_measures(const std::filesystem::path& file, const MeasuresFile& measures);
/// @throws Error(bad_data) if it is missing or damaged
[[nodiscard]] MeasuresFile read_measures(const std::filesystem::path& file);

}  // namespace genloss::orchestrator
