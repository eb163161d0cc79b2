#pragma once
// CorpusFormat as JSON and as a digest; its checks.

#include <nlohmann/json.hpp>

#include "storage/corpus/corpus_manifest.hpp"
#include "storage/files/digest.hpp"

namespace genloss::storage {

/// @throws Error(internal) for names that are reserved, doubled or not of [a-z0-9_], or a fixed length of 0
void check_format(const CorpusFormat& format);
[[nodiscard]] nlohmann::ordered_json to_json(const CorpusFormat& format);
/// @throws nlohmann::json::exception or Error(bad_data)
[[nodiscard]] CorpusFormat format_from(const nlohmann::json& json);
[[nodiscard]] Digest digest_of(const CorpusFormat& format);
/// Names of element types in files: "u8" "u16" "u32" "i64" "u64" "f32" "f64".
[[nodiscard]] std::string file_name_of(ElementType type);

}  // namespace genloss::storage
