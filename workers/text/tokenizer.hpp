#pragma once
// Text as numbers: byte-level BPE. Without merges, tokens are bytes.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/files/digest.hpp"
#include "workers/text/bpe/bpe_model.hpp"

namespace genloss::workers {

/// A value; copies share what they hold, which never changes: for any number of threads.
///
/// Ids 0-255 of a tokenizer made here are the bytes, and id 0 (NUL, which human text may not hold) ends a document: so
/// no token spans two documents, and no text has to be kept from spelling the name of a special token. One that was
/// read keeps the ids, special tokens and end of document that it came with.
class Tokenizer {
 public:
  /// 256 ids, the bytes.
  Tokenizer();
  /// @param end_of_document an id of `model`
  /// @throws Error(bad_data) if the model cannot be used (see WordMerger)
  explicit Tokenizer(BpeModel model, std::int32_t end_of_document = 0);

  /// tokenizer.json and, for the end of a document, config.json (eos_token_id) or tokenizer_config.json (eos_token) of
  /// a directory made here or by Hugging Face's libraries; without either it is the token of byte NUL.
  /// @throws Error(bad_data) if there is none, or it is no byte-level BPE with GPT-2's rule for words
  [[nodiscard]] static Tokenizer load(const std::filesystem::path& directory);
  /// Writes tokenizer.json and tokenizer_config.json, which `tokenizers` and `transformers` read. @param context the
  /// model's, in tokens
  void save(const std::filesystem::path& directory, int context) const;

  [[nodiscard]] int vocabulary() const noexcept;
  [[nodiscard]] std::int32_t end_of_document() const noexcept;
  /// Tokens are bytes: encoding and decoding change nothing.
  [[nodiscard]] bool is_bytes() const noexcept;
  /// Over bytes of all ids, merges, special tokens and the end of a document.
  [[nodiscard]] const storage::Digest& digest() const noexcept;

  /// Tokens of any bytes; no end of document among them but for byte NUL. For much text, see Encoder.
  [[nodiscard]] std::vector<std::int32_t> encode(std::string_view text) const;
  /// The bytes of any tokens: decode(encode(text)) == text. Special tokens have none.
  /// @throws Error(internal) for a number that is not an id
  [[nodiscard]] std::string decode(std::span<const std::int32_t> tokens) const;
  /// The bytes of one token. @throws Error(internal) for a number that is not an id
  [[nodiscard]] std::string_view bytes_of(std::int32_t token) const;

  [[nodiscard]] const BpeModel& model() const noexcept;
  [[nodiscard]] const WordMerger& merger() const noexcept;
  bool operator==(const Tokenizer& other) const noexcept { return digest() == other.digest(); }

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

}  // namespace genloss::workers
