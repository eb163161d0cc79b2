#pragma once
// The files of a human data set, and how they fall into documents.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/files/file.hpp"

namespace genloss::storage {

/// One mapped text file that has been checked.
struct HumanFile {
  std::string name;  ///< relative to the source
  MappedFile map;
  std::uint64_t begin = 0;  ///< of the text: after a byte order mark
};

/// A text file, or all *.txt of a folder in name order. @throws Error(bad_data), see HumanData::import
[[nodiscard]] std::vector<HumanFile> open_human_files(const std::filesystem::path& source);
/// Name without folder and ending: how options speak of a file.
[[nodiscard]] std::string stem_of(const std::string& name);

/// Cuts `text` at the first blank line after `document_bytes` bytes, again and again. Blank lines stay with the
/// document before them; a last piece of less than half of `document_bytes` joins the document before it.
/// @return (offset, length) that tile the text
[[nodiscard]] std::vector<std::pair<std::uint64_t, std::uint64_t>> cut_paragraphs(std::string_view text,
                                                                                  std::uint64_t document_bytes);

}  // namespace genloss::storage
