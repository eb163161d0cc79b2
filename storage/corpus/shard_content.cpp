#include "storage/corpus/shard_content.hpp"

#include "storage/corpus/corpus_format.hpp"

namespace genloss::storage {

void ShardBlock::clear() {
  values.clear();
  lengths.clear();
  offsets.clear();
  prompts.clear();
  for (auto& column : columns) column.clear();
}

ContentHash::ContentHash(const CorpusFormat& format) : format_(digest_of(format)), columns_(format.columns.size()) {}

void ContentHash::add(const ShardBlock& block) {
  values(block.values);
  lengths(block.lengths);
  prompt_lengths(block.prompts);
  for (std::size_t i = 0; i < block.columns.size(); ++i) column(i, block.columns[i]);
}

Digest ContentHash::finish(std::uint64_t first_sample, std::uint64_t samples) {
  Sha256 hash;
  hash.text("genloss shard 1").digest(format_).number(first_sample).number(samples);
  hash.digest(lengths_.finish()).digest(prompts_.finish()).digest(values_.finish());
  for (Sha256& column : columns_) hash.digest(column.finish());
  return hash.finish();
}

}  // namespace genloss::storage
