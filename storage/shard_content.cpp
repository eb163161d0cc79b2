#include "storage/shard_content.hpp"

#include "storage/corpus_format.hpp"

namespace genloss::storage {

ContentHash::ContentHash(const CorpusFormat& format) : format_(digest_of(format)), columns_(format.columns.size()) {}

Digest ContentHash::finish(std::uint64_t first_sample, std::uint64_t samples) {
  Sha256 hash;
  hash.text("genloss shard 1").digest(format_).number(first_sample).number(samples);
  hash.digest(lengths_.finish()).digest(prompts_.finish()).digest(values_.finish());
  for (Sha256& column : columns_) hash.digest(column.finish());
  return hash.finish();
}

}  // namespace genloss::storage
