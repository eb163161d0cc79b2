#pragma once
// Text as one long sequence of tokens: passages (passage.hpp) one after the other, those that ended followed by the
// end-of-document token.

#include <cstdint>
#include <list>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "storage/corpus/sample_view.hpp"
#include "storage/human/human_data.hpp"
#include "workers/text/encoded/human_tokens.hpp"
#include "workers/text/passage.hpp"

namespace genloss::workers {

/// Random access to a sequence of tokens. Reading may open files; not thread-safe.
class TokenStream {
 public:
  virtual ~TokenStream() = default;
  [[nodiscard]] virtual std::uint64_t length() const = 0;
  /// As UnitSource::in_files.
  [[nodiscard]] virtual bool in_files() const { return false; }
  /// Tokens [begin, begin + out.size()), which must lie within length(); marked where they are not to be predicted.
  virtual void read(std::uint64_t begin, std::span<std::int32_t> out) = 0;
};

/// The documents of one split of human text in their order. Reads from memory maps; holds 8 bytes per document.
class HumanStream final : public TokenStream {
 public:
  HumanStream(HumanTokens tokens, storage::HumanSplit split, std::int32_t end_of_document);
  [[nodiscard]] std::uint64_t length() const override { return starts_.back(); }
  void read(std::uint64_t begin, std::span<std::int32_t> out) override;

 private:
  HumanTokens tokens_;
  storage::HumanSplit split_;
  std::int32_t end_of_document_;
  std::vector<std::uint64_t> starts_;  // of each document, and the length
};

/// What a model wrote: the generated values of all samples of a corpus, or of chosen ones in their order. Prompts are
/// human text and are skipped. Samples are stored without an end-of-document token; one that ended is followed by it
/// here, one that was cut is not. The first token of a sample is marked, unless the sample has no prompt and follows
/// one that ended in the same shard: only then does it stand behind what it was drawn behind.
///
/// Construction and length() use the manifest alone; where a token is, the table of shards says; a shard is opened when
/// one of its tokens is read, and only the sample index of the last few shards is kept.
class CorpusStream final : public TokenStream {
 public:
  /// @throws Error(bad_data) if the corpus does not hold tokens
  CorpusStream(storage::SampleView samples, std::int32_t end_of_document);
  /// length() of the stream over a corpus with this manifest.
  [[nodiscard]] static std::uint64_t length(const storage::CorpusManifest& manifest);
  [[nodiscard]] std::uint64_t length() const override { return length_; }
  [[nodiscard]] bool in_files() const override { return true; }
  void read(std::uint64_t begin, std::span<std::int32_t> out) override;

 private:
  /// Where the generated values of each sample lie in a shard's values, and in the stream of the shard.
  struct SampleIndex {
    std::vector<std::uint64_t> values;  // first generated value of each sample
    std::vector<std::uint64_t> starts;  // first token of each sample, and the number of tokens
    std::vector<bool> ended;
    std::vector<bool> unprompted;
    /// Whether a sample's first token stands behind what it was drawn behind, if it stands behind sample `before`.
    [[nodiscard]] bool foreseen(std::size_t sample, std::size_t before) const {
      return ended[before] && unprompted[sample];
    }
  };
  [[nodiscard]] const SampleIndex& index_of(const storage::ShardRecord& shard);
  [[nodiscard]] SampleIndex read_index(const storage::ShardRecord& record, const storage::ShardReader& shard) const;
  void read_within(const storage::ShardRecord& shard, std::uint64_t begin, std::span<std::int32_t> out);
  void read_chosen(const storage::ChosenSamples& chosen, std::uint64_t begin, std::span<std::int32_t> out);
  /// Marks the first token of a chosen sample, or not, by what stands before it now. @param out its first tokens
  void mark_joint(const storage::ChosenSamples& chosen, std::uint64_t place, const storage::ShardRecord& shard,
                  std::span<std::int32_t> out);

  storage::SampleView view_;
  const storage::CorpusReader* corpus_;
  std::uint64_t length_;
  std::int32_t end_of_document_;
  std::list<std::pair<std::uint64_t, SampleIndex>> indexes_{};  // by shard, most recent first
  std::uint64_t samples_ = 0;                                   // in indexes_
  std::vector<std::byte> bytes_;                                // read buffers
  std::vector<std::int32_t> values_;
};

}  // namespace genloss::workers
