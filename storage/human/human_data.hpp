#pragma once
// Human text: documents in files, split once and mapped into memory.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "storage/files/digest.hpp"

namespace genloss::storage {

enum class HumanSplit { train, held_out, validation, test };
[[nodiscard]] std::string_view name_of(HumanSplit split) noexcept;

/// One document: bytes [offset, offset + length) of a file.
struct Document {
  std::string file;  ///< path relative to the source folder
  std::uint64_t offset = 0, length = 0;
  HumanSplit split = HumanSplit::train;
  Digest content;
};

/// Rules of the import; plain, so that storage needs no study.
struct ImportRules {
  bool by_paragraphs = false;           ///< else: a file is a document
  std::uint64_t document_bytes = 2048;  ///< by paragraphs: cut at the first blank line after so many bytes
  std::vector<std::string> held_out, validation, test;  ///< file stems
  /// Of documents, drawn by seed and content. Used only if no split has names: with names, all other files are train.
  double held_out_fraction = 0, validation_fraction = 0, test_fraction = 0;
  std::uint64_t seed = 1;
};

/// The imported set. Text is memory-mapped read-only.
class HumanData {
 public:
  /// A byte order mark at the begin of a file is skipped; line ends are kept as they are.
  /// @param source a text file, or a folder whose *.txt files are read in name order
  /// @param named what provenance() calls the source, where it is a copy of it
  /// @throws Error(bad_data) if missing, empty, not UTF-8 (file, byte offset), holding NUL, a named file that is not
  ///         there or is in two splits, an empty train or test split, or for a document that is in test or validation
  ///         and also in train or held_out
  [[nodiscard]] static HumanData import(const std::filesystem::path& source, const ImportRules& rules,
                                        const std::filesystem::path& named = {});
  /// What another rank has imported from the same files, without looking at their bytes.
  /// @param table of that rank: table() @throws Error(bad_data) if a file is not there or has another size
  [[nodiscard]] static HumanData open(const std::filesystem::path& source, const ImportRules& rules,
                                      const std::filesystem::path& named, std::string_view table);
  /// Documents, and checksums of the files: 1 byte for 4096 of text, and some 60 for a document.
  [[nodiscard]] std::string table() const;

  [[nodiscard]] const std::vector<Document>& documents() const noexcept;
  /// Documents of one split, in order.
  [[nodiscard]] std::vector<const Document*> documents(HumanSplit split) const;
  /// Compared with the checksums of the import. @throws Error(input_output) if the bytes have changed since
  [[nodiscard]] std::string_view text(const Document& document) const;
  /// Bytes [first, first + length) of a document.
  [[nodiscard]] std::string_view text(const Document& document, std::uint64_t first, std::uint64_t length) const;
  /// SHA-256 over names and bytes of the files (TextDigest). Reads them.
  [[nodiscard]] Digest files_digest() const;
  /// Copies the files into a folder, which is to be committed; where the file system can, they share their blocks.
  void copy_files(const std::filesystem::path& folder) const;
  [[nodiscard]] std::uint64_t bytes(HumanSplit split) const noexcept;
  /// Over split and content of all documents in order; not over paths.
  [[nodiscard]] Digest digest() const;
  [[nodiscard]] Digest digest(HumanSplit split) const;
  /// human.json of a run directory: source, rules, documents with provenance.
  [[nodiscard]] nlohmann::ordered_json provenance() const;

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

/// The digest of a split out of the digests of its documents, in order: what provenance() records and `verify`
/// recomputes.
[[nodiscard]] Digest digest_of_split(HumanSplit split, std::span<const Digest> contents);

}  // namespace genloss::storage
