#pragma once
// columns.json: what the numbers of a column's shards are, for people and for whoever checks them.

#include <filesystem>
#include <optional>
#include <string>

#include "storage/files/digest.hpp"
#include "workers/scorers/scorer_type.hpp"

namespace genloss::orchestrator {

struct ColumnsFile {
  std::string scorer;  ///< with its settings: jobs::identity_of()
  storage::Digest recipe, corpus;
  std::optional<storage::Digest> model;  ///< that was read
};

/// RUN/generation-NNN/columns/NAME/columns.json
[[nodiscard]] std::filesystem::path columns_file(const std::filesystem::path& folder);
/// With name, unit and meaning of each value. Durable.
void write_columns_file(const std::filesystem::path& folder, const ColumnsFile& content,
                        const jobs::ColumnOrder& column);
/// @throws Error(bad_data) if it is missing or damaged
[[nodiscard]] ColumnsFile read_columns_file(const std::filesystem::path& folder);

}  // namespace genloss::orchestrator
