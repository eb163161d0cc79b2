#pragma once
// Bytes as tokens: 256 ids; id 0 (NUL, which human text may not hold) ends a document.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace genloss::workers {

class ByteTokenizer {
 public:
  static constexpr int vocabulary = 256;
  static constexpr std::int32_t end_of_document = 0;
  [[nodiscard]] static std::vector<std::int32_t> encode(std::string_view text);
  [[nodiscard]] static std::string decode(std::span<const std::int32_t> tokens);
  /// tokenizer.json (byte-level BPE without merges, loads in Hugging Face's library) and tokenizer_config.json.
  static void save(const std::filesystem::path& directory, int context);
};

}  // namespace genloss::workers
