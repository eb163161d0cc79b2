#pragma once
// Small corpora for tests.

#include <cstdint>
#include <vector>

#include "storage/corpus/corpus_reader.hpp"
#include "storage/corpus/shard.hpp"

namespace genloss::tests {

inline storage::CorpusFormat token_format() {
  storage::CorpusFormat format;
  format.values = storage::ElementType::u16;
  format.columns = {{"log_probability", storage::ElementType::f64}, {"stop_reason", storage::ElementType::u8}};
  return format;
}

inline storage::ShardIdentity identity_of(std::uint64_t shard, std::uint64_t samples) {
  storage::ShardIdentity identity;
  identity.recipe = storage::sha256_of("recipe");
  identity.model = storage::sha256_of("model");
  identity.generation = 2;
  identity.shard = shard;
  identity.first_sample = shard * samples;
  identity.last_sample = identity.first_sample + samples - 1;
  return identity;
}

/// Sample `id` of every test corpus: its length, and what is in it, depend on `id`.
inline std::vector<std::uint16_t> tokens_of(std::uint64_t id, std::uint64_t scale = 1) {
  std::vector<std::uint16_t> tokens((id * 7 % 23) * scale);
  for (std::size_t i = 0; i < tokens.size(); ++i) tokens[i] = static_cast<std::uint16_t>(id * 31 + i * 17);
  return tokens;
}

inline void append_samples(storage::ShardWriter& writer, std::uint64_t first, std::uint64_t count,
                           std::uint64_t scale = 1) {
  for (std::uint64_t id = first; id < first + count; ++id) {
    const auto tokens = tokens_of(id, scale);
    writer.append(std::as_bytes(std::span(tokens)),
                  std::vector{-0.5 * static_cast<double>(id), static_cast<double>(id % 3)});
    if (tokens.size() > 4) writer.mark_prompt(3);
  }
}

inline storage::ShardRecord write_shard(const std::filesystem::path& corpus, std::uint64_t shard, std::uint64_t samples,
                                        std::uint64_t scale = 1, const std::string& attempt = "1") {
  const auto identity = identity_of(shard, samples);
  storage::ShardWriter writer(corpus, token_format(), identity, attempt);
  append_samples(writer, identity.first_sample, samples, scale);
  return writer.seal();
}

/// Of a test corpus, without what follows from its shards.
inline storage::CorpusManifest manifest_of_shards() {
  storage::CorpusManifest manifest;
  manifest.model = storage::sha256_of("model");
  manifest.recipe = storage::sha256_of("recipe");
  manifest.generation = 2;
  manifest.format = token_format();
  return manifest;
}

}  // namespace genloss::tests
