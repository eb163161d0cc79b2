#pragma once
// Pieces of a check: whether what lies in an artefact is what the artefact itself says. Each is done by one rank alone,
// which reads every byte of it; how artefacts follow from each other is asked afterwards (lineage.hpp).

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "jobs/error.hpp"
#include "orchestrator/verify/finding.hpp"
#include "storage/corpus/shard_table.hpp"

namespace genloss::orchestrator {

enum class PieceKind { human, tokenizer, tokens, mix, model, corpus, measures };

struct Piece {
  PieceKind kind = PieceKind::mix;
  std::filesystem::path path;          ///< as a person finds it: folder of the artefact, or its file
  std::uint64_t first = 0, count = 0;  ///< of documents (human) or shards (corpus)
  std::string split{};                 ///< of human documents
  std::uint64_t bytes = 0;             ///< about so many are read: large pieces are begun first
};

struct PieceResult {
  std::string digest;  ///< of the artefact, as its bytes give it; empty where the piece is only a part, or unreadable
  std::string tokenizer;  ///< of a model: digest of the tokenizer beside the weights
  std::vector<FileFault> faults;
};

/// Keeps the latest list of shards or documents, of which pieces follow each other.
class PieceChecker {
 public:
  /// Never throws: what cannot be read is a fault.
  [[nodiscard]] PieceResult check(const Piece& piece);

 private:
  void human(const Piece& piece, PieceResult& result);
  void corpus(const Piece& piece, PieceResult& result);

  std::filesystem::path corpus_path_, human_path_;
  storage::CorpusManifest manifest_;
  std::unique_ptr<storage::ShardTable> table_;  // of corpus_path_
  nlohmann::json documents_;
};

/// What an error of a reader says about the file it names.
[[nodiscard]] FileFault fault_of(const Error& error);
/// Files of a folder that are none of `known`; what dead attempts have left half-written is not counted.
[[nodiscard]] std::vector<FileFault> extra_files(const std::filesystem::path& folder,
                                                 const std::vector<std::string>& known);

}  // namespace genloss::orchestrator
