#pragma once
// Human text as tokens: encoded once, read ever after.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "storage/human/human_data.hpp"
#include "workers/text/encoded/token_file.hpp"
#include "workers/text/tokenizer.hpp"

namespace genloss::workers {

/// The tokens of all documents, split by split, without end-of-document tokens. A value; copies share what they hold.
/// Where tokens are bytes, they are read from the text itself; else from the token files of a run, mapped into memory.
/// Memory: 8 bytes per document and the pages that are read. For any number of threads.
class HumanTokens {
 public:
  /// Tokens are bytes.
  explicit HumanTokens(storage::HumanData human);
  /// From the files that encoding has left in `directory`, one of each part of the text.
  /// @throws Error(bad_data) if one is missing, or of another text or tokenizer
  [[nodiscard]] static HumanTokens open(storage::HumanData human, const Tokenizer& tokenizer,
                                        const std::filesystem::path& directory,
                                        std::uint64_t part_bytes = token_part_bytes);
  /// Numbers of tokens as far as they can be told without encoding: so many bytes are bytes / bytes_per_token. It
  /// cannot be read.
  [[nodiscard]] static HumanTokens estimated(storage::HumanData human, double bytes_per_token);

  [[nodiscard]] std::uint64_t documents(storage::HumanSplit split) const;
  /// Tokens of a split.
  [[nodiscard]] std::uint64_t tokens(storage::HumanSplit split) const;
  /// First token of every document of a split, and the number of tokens: documents + 1 numbers.
  [[nodiscard]] std::span<const std::uint64_t> starts(storage::HumanSplit split) const;
  /// Tokens [begin, begin + out.size()) of a split. @throws Error(internal) beyond its end
  void read(storage::HumanSplit split, std::uint64_t begin, std::span<std::int32_t> out) const;

 private:
  struct State;
  explicit HumanTokens(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace genloss::workers
