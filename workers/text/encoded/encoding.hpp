#pragma once
// encoding.json: which token files the human text of a run is encoded into.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "storage/files/digest.hpp"

namespace genloss::workers {

struct EncodedPart {
  std::string file;
  std::uint64_t documents = 0, tokens = 0;
  storage::Digest content;  ///< TokenFile::checked_digest
};

/// Writes `directory`/encoding.json. @return digest over tokenizer and parts
storage::Digest write_encoding(const std::filesystem::path& directory, const storage::Digest& tokenizer,
                               const std::vector<EncodedPart>& parts);
/// Reads encoding.json and every byte of the files it names. @return digest over tokenizer and parts as they are
/// @throws Error(bad_data) naming the file that is missing, damaged or another than it was
[[nodiscard]] storage::Digest check_encoding(const std::filesystem::path& directory);

/// Names of the files that encoding.json lists. @throws Error(bad_data)
[[nodiscard]] std::vector<std::string> encoded_files(const std::filesystem::path& directory);

}  // namespace genloss::workers
