#pragma once
// Corpora of text made by hand.

#include <memory>
#include <string>
#include <vector>

#include "storage/corpus/corpus_reader.hpp"

namespace genloss::tests {

struct TextSample {
  std::string prompt, text;
  bool ended = true;  ///< else it was cut
};
using TextShard = std::vector<TextSample>;

inline std::shared_ptr<storage::CorpusReader> write_text_corpus(const std::filesystem::path& folder,
                                                                const std::vector<TextShard>& shards,
                                                                std::size_t open_files = 4) {
  storage::CorpusManifest manifest;
  std::vector<storage::ShardRecord> records;
  manifest.format = {
      storage::ElementType::u8,
      true,
      0,
      {{"log_probability", storage::ElementType::f64}, {storage::stop_column, storage::ElementType::u8}}};
  std::uint64_t sample = 0;
  for (std::size_t s = 0; s < shards.size(); ++s) {
    const storage::ShardIdentity identity{{}, {}, 0, s, sample, sample + shards[s].size() - 1};
    storage::ShardWriter writer(folder, manifest.format, identity, "test");
    for (const auto& [prompt, text, ended] : shards[s]) {
      const std::string all = prompt + text;
      const double columns[] = {-1.0 * static_cast<double>(text.size()), ended ? storage::stop_ended : 0.0};
      writer.append(std::as_bytes(std::span(all)), columns);
      writer.mark_prompt(prompt.size());
    }
    records.push_back(writer.seal());
    sample += shards[s].size();
  }
  storage::write_corpus_manifest(folder, manifest, records);
  return std::make_shared<storage::CorpusReader>(folder, std::make_shared<storage::ShardCache>(open_files));
}

}  // namespace genloss::tests
