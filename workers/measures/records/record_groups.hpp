#pragma once
// Parts of text_records(), by symptom.

#include <vector>

#include "workers/measures/records/record.hpp"

namespace genloss::workers {

inline constexpr std::string_view against_first = "none: a model's measure is compared with generation 0";
inline constexpr std::string_view same_size = "the same on samples cut from human test text, as long and as many words";

[[nodiscard]] std::vector<Record> diversity_records();
[[nodiscard]] std::vector<Record> repetition_records();
[[nodiscard]] std::vector<Record> blandness_records();

}  // namespace genloss::workers
