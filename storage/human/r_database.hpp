#pragma once
// Text out of R packages: the lazy-load data base (Rdata.rdx, Rdata.rdb) that holds a package's data sets.
// Format: R Internals, "Serialization Formats"; R sources, src/main/serialize.c and src/library/base/R/lazyload.R.

#include <filesystem>
#include <string>
#include <vector>

namespace genloss::storage {

/// What becomes of the elements of a character vector, which are the lines of a printed text.
enum class PrintedLines {
  kept,   ///< one element a line
  joined  ///< the lines of a paragraph become one; indented lines (verse, headings) stay by themselves
};

/// Each line and a line break.
[[nodiscard]] std::string text_of_lines(const std::vector<std::string>& lines, PrintedLines breaks);

/// Writes every character vector of the data base in `directory` to `out`/<variable>.txt in UTF-8; a missing value (NA)
/// is an empty line. Creates `out`.
/// @return the variables' names, in the order of the data base
/// @throws Error(bad_data) naming file and variable if the data base is damaged, not compressed by zlib, or holds
///         variables that are not character vectors
std::vector<std::string> extract_r_character_vectors(const std::filesystem::path& directory,
                                                     const std::filesystem::path& out,
                                                     PrintedLines breaks = PrintedLines::kept);

}  // namespace genloss::storage
