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
  ++openings_;
  index_[key] = entries_.begin();
  std::size_t bytes = 0;
  for (const auto& [name, shard] : entries_) bytes += shard.memory();
  while (entries_.size() > 1 && (entries_.size() > capacity_ || bytes > most_bytes)) {
    bytes -= entries_.back().second.memory();
    index_.erase(entries_.back().first);
    entries_.pop_back();
  }
  return entries_.front().second;
}

void ShardCache::close(const std::filesystem::path& file) {
  const auto found = index_.find(file.native());
  if (found == index_.end()) return;
  entries_.erase(found->second);
  index_.erase(found);
}

CorpusReader::CorpusReader(std::filesystem::path corpus, std::shared_ptr<ShardCache> cache)
    : path_(std::move(corpus)),
      cache_(std::move(cache)),
      manifest_(read_corpus_manifest(path_)),
      table_(path_, manifest_) {}

ShardPlace CorpusReader::shard_of(std::uint64_t sample) const {
  if (sample >= samples()) {
    throw Error(ExitCode::internal, "find sample " + std::to_string(sample) + " in", path_.string(),
                "the corpus does not hold it");
  }
  return table_.find(sample, [](const ShardCounts& counts) { return counts.samples; });
}

const ShardReader& CorpusReader::open(const ShardRecord& record) const {
  const auto file = shard_path(path_, record.shard);
  const ShardReader& reader = cache_->open(file);
  const bool same = reader.stored_content() == record.content && reader.samples() == record.samples &&
                    reader.identity().first_sample == record.first_sample && reader.offsets().back() == record.values;
  if (!same) {
    throw Error(ExitCode::bad_data, "read shard", file.string(), "it is not the shard that the corpus manifest means",
                "run 'genloss verify' on its run directory");
  }
  return reader;
}

void CorpusReader::use(const ShardRecord& shard, const std::function<void(const ShardReader&)>& action) const {
  try {
    action(open(shard));
  } catch (const Error& error) {
    if (error.code() == ExitCode::bad_data) damaged_.insert(shard.shard);
    throw;
  }
}

void CorpusReader::renew(const std::set<std::uint64_t>& replaced) {
  for (const std::uint64_t shard : replaced) cache_->close(shard_path(path_, shard));
  damaged_.clear();
}

std::vector<std::byte> CorpusReader::sample_values(std::uint64_t sample) const {
  const ShardRecord place = shard_of(sample).record;
  const std::uint64_t inside = sample - place.first_sample;
  std::vector<std::byte> values;
  use(place, [&](const ShardReader& reader) {
    const std::uint64_t begin = reader.offsets()[inside], end = reader.offsets()[inside + 1];
    values.resize((end - begin) * size_of(reader.value_type()));
    reader.read_values(begin, values);
  });
  return values;
}

}  // namespace genloss::storage
