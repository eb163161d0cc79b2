#pragma once
// Corpora of text made by hand.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "storage/corpus/corpus_reader.hpp"

namespace genloss::tests {

/// (prompt, generated text) of the samples of one shard.
using TextShard = std::vector<std::pair<std::string, std::string>>;

inline std::shared_ptr<storage::CorpusReader> write_text_corpus(const std::filesystem::path& folder,
                                                                const std::vector<TextShard>& shards,
                                                                std::size_t open_files = 4) {
  storage::CorpusManifest manifest;
  manifest.format = {storage::ElementType::u8, true, 0, {{"log_probability", storage::ElementType::f64}}};
  std::uint64_t sample = 0;
  for (std::size_t s = 0; s < shards.size(); ++s) {
    const storage::ShardIdentity identity{{}, {}, 0, s, sample, sample + shards[s].size() - 1};
    storage::ShardWriter writer(folder, manifest.format, identity, "test");
    for (const auto& [prompt, text] : shards[s]) {
      const std::string all = prompt + text;
      const double log_probability[] = {-1.0 * static_cast<double>(text.size())};
      writer.append(std::as_bytes(std::span(all)), log_probability);
      writer.mark_prompt(prompt.size());
    }
    manifest.shards.push_back(writer.seal());
    sample += shards[s].size();
  }
  storage::write_corpus_manifest(folder, manifest);
  return std::make_shared<storage::CorpusReader>(folder, std::make_shared<storage::ShardCache>(open_files));
}

}  // namespace genloss::tests
