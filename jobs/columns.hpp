#pragma once
// Columns of a study: what scorers say of every sample of its corpora. `[columns]` names them: NAME = SCORER
// setting=value ... (docs/columns.md).

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jobs/study_spec.hpp"

namespace genloss::jobs {

/// The option that scorers register for.
inline constexpr auto scorer_option = "columns.scorer";

/// Names a column, or gives one that is there another scorer.
/// @param text "repetition n=4" @param where file or command line, for errors
/// @throws Error(usage) for a name that cannot be a folder, a scorer or a setting that there is not (with the nearest),
/// a setting that is said twice or cannot be what it is
void set_column(StudySpec& study, const std::string& name, const std::string& text, const std::string& where);
/// The column as set_column() reads it.
[[nodiscard]] std::string column_text(const ColumnOrder& column);

/// Every setting of the column's scorer with its value, said or not, in the order in which the scorer registers them.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> settings_of(const ColumnOrder& column);
/// One of them. @throws Error(internal) if the scorer has no such setting
[[nodiscard]] std::string setting_of(const ColumnOrder& column, std::string_view name);
/// The settings without paths, canonical: of a path the word "path". For recipes.
[[nodiscard]] std::string identity_of(const ColumnOrder& column);
/// Paths among the settings.
[[nodiscard]] std::vector<std::filesystem::path> paths_of(const ColumnOrder& column);

/// The column of that name; null if there is none.
[[nodiscard]] const ColumnOrder* find_column(const StudySpec& study, std::string_view name) noexcept;

/// The same with relative paths taken from `folder`.
void make_paths_absolute(ColumnOrder& column, const std::filesystem::path& folder);
/// The same of the text of a column.
[[nodiscard]] std::string with_absolute_paths(const std::string& text, const std::filesystem::path& folder);

/// Combinations with the rest of the study, as scorers check them. @throws Error(usage)
void check_columns(const StudySpec& study);

}  // namespace genloss::jobs
