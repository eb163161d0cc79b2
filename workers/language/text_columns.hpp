#pragma once
#include <vector>

#include "workers/measure.hpp"

namespace genloss::workers {

/// The table of a language study: quality, tails, variety, repetition, confidence, blandness.
[[nodiscard]] std::vector<TableColumn> text_columns();

}  // namespace genloss::workers
