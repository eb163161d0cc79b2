#include "storage/corpus/corpus_reader.hpp"

#include <algorithm>
#include <utility>

#include "jobs/error.hpp"

namespace genloss::storage {

ShardReader& ShardCache::open(const std::filesystem::path& file) {
  const std::string& key = file.native();
  if (const auto found = index_.find(key); found != index_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->second;
  }
  entries_.emplace_front(key, ShardReader(file));
  index_[key] = entries_.begin();
  if (entries_.size() > std::max<std::size_t>(capacity_, 1)) {
    index_.erase(entries_.back().first);
    entries_.pop_back();
  }
  return entries_.front().second;
}

CorpusReader::CorpusReader(std::filesystem::path corpus, std::shared_ptr<ShardCache> cache)
    : path_(std::move(corpus)),
      cache_(std::move(cache)),
      manifest_(read_corpus_manifest(path_)),
      samples_(manifest_.samples()),
      checked_(manifest_.shards.size()) {}

std::size_t CorpusReader::shard_of(std::uint64_t sample) const {
  const auto& shards = manifest_.shards;
  const auto after =
      std::upper_bound(shards.begin(), shards.end(), sample,
                       [](std::uint64_t id, const ShardRecord& shard) { return id < shard.first_sample; });
  if (after == shards.begin() || sample - (after - 1)->first_sample >= (after - 1)->samples) {
    throw Error(ExitCode::internal, "find sample " + std::to_string(sample) + " in", path_.string(),
                "the corpus does not hold it");
  }
  return static_cast<std::size_t>(after - shards.begin()) - 1;
}

ShardReader& CorpusReader::shard(std::size_t index) const {
  const ShardRecord& record = manifest_.shards.at(index);
  const auto file = shard_path(path_, record.shard);
  ShardReader& reader = cache_->open(file);
  const bool same = reader.stored_content() == record.content && reader.samples() == record.samples &&
                    reader.identity().first_sample == record.first_sample && reader.offsets().back() == record.values;
  if (!same) {
    throw Error(ExitCode::bad_data, "read shard", file.string(), "it is not the shard that the corpus manifest names",
                "run 'genloss verify' on its run directory");
  }
  if (!checked_[index]) {
    if (reader.content_digest() != record.content) {
      throw Error(ExitCode::bad_data, "read shard", file.string(), "its content is not what its digest says",
                  "restore it from a copy, or remove the corpus folder: the same corpus is then drawn again");
    }
    checked_[index] = true;
  }
  return reader;
}

std::vector<std::byte> CorpusReader::sample_values(std::uint64_t sample) const {
  const std::size_t index = shard_of(sample);
  const ShardReader& reader = shard(index);
  const std::uint64_t inside = sample - manifest_.shards[index].first_sample;
  const std::uint64_t begin = reader.offsets()[inside], end = reader.offsets()[inside + 1];
  std::vector<std::byte> values((end - begin) * size_of(reader.value_type()));
  reader.read_values(begin, values);
  return values;
}

}  // namespace genloss::storage
