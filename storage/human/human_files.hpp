#pragma once
// The files of a human data set, and how they fall into documents.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/files/digest.hpp"
#include "storage/files/file.hpp"

namespace genloss::storage {

/// One mapped text file that has been checked.
struct HumanFile {
  std::string name;  ///< relative to the source
  std::filesystem::path path;
  MappedFile map;
  std::uint64_t begin = 0;            ///< of the text: after a byte order mark
  std::vector<std::uint32_t> checks;  ///< CRC32C of each block of the file, from when it was read whole

  /// Bytes [begin, begin + length), compared with the checks of the blocks they lie in.
  /// @throws Error(input_output) if one is damaged
  [[nodiscard]] std::string_view checked(std::uint64_t first, std::uint64_t length) const;
};

constexpr std::size_t human_block_bytes = std::size_t{1} << 14;

/// A text file, or all *.txt of a folder in name order. @throws Error(bad_data), see HumanData::import
[[nodiscard]] std::vector<HumanFile> open_human_files(const std::filesystem::path& source);
/// Maps a file that is known to be text. @throws Error(bad_data) if it has another size
[[nodiscard]] HumanFile map_human_file(const std::filesystem::path& path, std::uint64_t bytes);
/// SHA-256 over names and bytes of files in name order: what a snapshot of them is called.
class TextDigest {
 public:
  TextDigest();
  void add(std::string_view name, const MappedFile& file);
  [[nodiscard]] Digest finish() { return hash_.finish(); }

 private:
  Sha256 hash_;
};
/// Name without folder and ending: how options speak of a file.
[[nodiscard]] std::string stem_of(const std::string& name);

/// Cuts `text` at the first blank line after `document_bytes` bytes, again and again. Blank lines stay with the
/// document before them; a last piece of less than half of `document_bytes` joins the document before it.
/// @return (offset, length) that tile the text
[[nodiscard]] std::vector<std::pair<std::uint64_t, std::uint64_t>> cut_paragraphs(std::string_view text,
                                                                                  std::uint64_t document_bytes);

}  // namespace genloss::storage
