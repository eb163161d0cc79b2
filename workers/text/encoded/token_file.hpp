#pragma once
// A part of human text as tokens, in a file that names what it was made of and is mapped into memory.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "storage/corpus/element_type.hpp"
#include "storage/files/digest.hpp"
#include "storage/files/file.hpp"
#include "storage/human/human_data.hpp"
#include "workers/text/tokenizer.hpp"

namespace genloss::workers {

/// Documents [first, first + documents) of a split: what one rank encodes at a time. The cut depends on the text alone.
struct TokenPart {
  storage::HumanSplit split = storage::HumanSplit::train;
  std::uint64_t number = 0;  ///< within the split
  std::uint64_t first = 0, documents = 0;
  storage::Digest text;                         ///< over the contents of the documents
  [[nodiscard]] std::string file_name() const;  ///< "train-000000.tokens"
};

/// All parts, split by split; each of so much text or a little more.
constexpr std::uint64_t token_part_bytes = 32 << 20;
[[nodiscard]] std::vector<TokenPart> token_parts(const storage::HumanData& human,
                                                 std::uint64_t part_bytes = token_part_bytes);

/// Layout, little-endian: 8 bytes "GLTOKENS", u64 version, u64 documents, u64 tokens, digests of tokenizer and text (32
/// bytes each), u64 end of every document in tokens, the tokens (u8, u16, u32 as the vocabulary needs; no
/// end-of-document among them), u32 CRC32C of every 16 KiB of them, SHA-256 of all before.
class TokenFile {
 public:
  /// Encodes a part and writes it, complete or not at all.
  static void write(const std::filesystem::path& file, const TokenPart& part, const storage::HumanData& human,
                    const Tokenizer& tokenizer);
  /// Maps the file; looks at its frame, not at all its bytes.
  /// @throws Error(bad_data) if it is missing, damaged, or of another text or tokenizer
  TokenFile(const std::filesystem::path& file, const TokenPart& part, const Tokenizer& tokenizer);

  [[nodiscard]] std::uint64_t tokens() const noexcept { return tokens_; }
  [[nodiscard]] std::uint64_t end_of(std::uint64_t document) const;  ///< of the part's documents, in its tokens
  /// Tokens [begin, begin + out.size()) of the part, compared with the checksums of their blocks.
  /// @throws Error(bad_data) if one is damaged
  void read(std::uint64_t begin, std::span<std::int32_t> out) const;

 private:
  std::filesystem::path path_;
  storage::MappedFile map_;
  storage::ElementType type_;
  std::uint64_t documents_ = 0, tokens_ = 0;
  std::size_t values_ = 0;  // where they begin
  std::vector<std::uint32_t> checks_;
};

/// The digest at a token file's end. @throws Error(bad_data) if it is not that of the bytes before, or there is no file
[[nodiscard]] storage::Digest checked_token_file(const std::filesystem::path& file);

}  // namespace genloss::workers
