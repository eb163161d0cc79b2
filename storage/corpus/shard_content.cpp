#include "storage/corpus/shard_content.hpp"

#include <algorithm>
#include <utility>

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

void BlockChecks::add(std::span<const std::byte> data) {
  while (!data.empty()) {
    const auto part = data.first(std::min(data.size(), checked_block_bytes - filled_));
    crc_ = crc32c(part, crc_);
    filled_ += part.size();
    data = data.subspan(part.size());
    if (filled_ < checked_block_bytes) continue;
    checks_.push_back(std::exchange(crc_, 0));
    filled_ = 0;
  }
}

std::vector<std::uint32_t> BlockChecks::finish() {
  if (filled_ > 0) checks_.push_back(crc_);
  return std::move(checks_);
}

}  // namespace genloss::storage
