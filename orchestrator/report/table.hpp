#pragma once
// The table a run ends with: generations down, warning signs across.

#include <string>
#include <vector>

#include "workers/measure.hpp"

namespace genloss::orchestrator {

/// Column heads, two lines (label and unit).
[[nodiscard]] std::string table_head(const std::vector<workers::TableColumn>& columns,
                                     const std::vector<workers::Measure>& measures);
/// One generation. A measure that is missing is shown as "-".
[[nodiscard]] std::string table_row(int generation, const std::vector<workers::TableColumn>& columns,
                                    const std::vector<workers::Measure>& measures);
/// Head and all rows; the value's interval half-width stands behind it where there is one.
[[nodiscard]] std::string table(const std::vector<workers::TableColumn>& columns,
                                const std::vector<std::vector<workers::Measure>>& generations);

}  // namespace genloss::orchestrator
