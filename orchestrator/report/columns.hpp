#pragma once
#include <string>
#include <vector>

namespace genloss::orchestrator {

/// Rows of cells as lines of text, columns two blanks apart, without a newline at the end. All rows have as many cells
/// as the first.
[[nodiscard]] std::string columns(const std::vector<std::vector<std::string>>& rows);

}  // namespace genloss::orchestrator
