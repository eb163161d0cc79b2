#pragma once
// From an *.ini file and a command line to a checked StudySpec, and back to text.

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jobs/study_spec.hpp"

namespace genloss::jobs {

/// Reads `file`, applies `overrides` ("--section.key=value", later wins), checks every value and every pair of values.
/// Relative paths of the file (data.source, model.base) are taken from the file's folder, those of the command line
/// from the current one; runtime.runs is taken from the current folder in both. All are made absolute in the spec.
/// "--section.key value" is understood too.
/// @throws Error(usage) for an unknown option (with the nearest name), an ill-typed or out-of-range value, a
/// contradiction, an option given twice in the file;
///         Error(bad_data) if the file is missing or is not an ini file
[[nodiscard]] StudySpec read_study(const std::filesystem::path& file, const std::vector<std::string>& overrides = {});

/// One option by its name. `where` names the place in errors ("command line"). @throws Error(usage)
void set_option(StudySpec& spec, const std::string& name, const std::string& value, const std::string& where);

/// The [runtime] options of a command line alone, for what is done without a study.
/// @throws Error(usage) as read_study(), and for options of other sections
[[nodiscard]] RuntimeSection read_runtime(const std::vector<std::string>& overrides);

/// Checks all that can be said without data: every value against the option table, and combinations (lanes a power of
/// two, batch a multiple of lanes, width a multiple of heads, ...); combinations only of options that the family uses.
/// @throws Error(usage)
void check(const StudySpec& spec);

/// What check() asks of a study of text besides: batch, model, samples, splits, and human text to draw on. For families
/// of text to register. @throws Error(usage)
void check_text_study(const StudySpec& spec);
/// The same of a family that draws whole samples of numbers: no options of tokens. @throws Error(usage)
void check_closed_form(const StudySpec& spec);

/// Every option with its resolved value, one `key = value` line each under [section] headers, in table order, and the
/// arms; reads back to the same spec. Doubles are written shortest-round-trip.
[[nodiscard]] std::string resolved_ini(const StudySpec& spec);

/// The options that define the study, canonical text: resolved_ini without those outside the digest (study.generations,
/// study.seeds, data.source, model.base, [runtime]).
/// Options that do not concern this study (Option::concerns) are in neither.
/// @param sections empty: all, the identity of a study. Otherwise only these (e.g. {"study","model","training"}), for
///        the recipe of one artefact; section "study" is then family and seed alone, because arms of different names
///        share what has the same recipe.
[[nodiscard]] std::string identity_text(const StudySpec& spec, const std::vector<std::string_view>& sections = {});

/// Help for the terminal, from the option table. `section` empty: all sections.
[[nodiscard]] std::string option_help(std::string_view section = {});
/// The page docs/study-options.md, from the option table.
[[nodiscard]] std::string option_markdown();
/// The table's name nearest to `wrong` (Levenshtein), empty if none is near.
[[nodiscard]] std::string nearest_option(std::string_view wrong);

}  // namespace genloss::jobs
