#pragma once
// Which samples of a generation are looked at.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "orchestrator/show/sample_page.hpp"

namespace genloss::orchestrator::show {

/// One of the three; else `random` samples.
struct Selection {
  std::optional<std::uint64_t> sample;
  std::string worst;        ///< name of a measure, or log_probability
  std::string sort;         ///< address of a column (docs/columns.md); ":ascending" behind it: the least first
  std::uint64_t count = 3;  ///< of random, of worst or of sort
  std::uint64_t seed = 1;   ///< of random
};

/// Random ones in order of id; the worst first, or in order of a column (what is no number last), ties by id.
/// @throws Error(usage) if a sample is not there, a measure has no value of single samples, or there is no such column
[[nodiscard]] std::vector<ShownSample> select(const ShownRun& run, int generation, const Selection& selection);

}  // namespace genloss::orchestrator::show
