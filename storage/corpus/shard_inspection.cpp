#include <algorithm>
#include <numeric>
#include <system_error>

#include "jobs/error.hpp"
#include "storage/corpus/corpus_format.hpp"
#include "storage/corpus/shard.hpp"
#include "storage/files/durable.hpp"

namespace genloss::storage {
namespace {

void check_owner(const std::filesystem::path& file, const ShardReader& shard, const CorpusFormat& format,
                 const ShardIdentity& expected) {
  const ShardIdentity& found = shard.identity();
  std::string other;
  if (found.recipe != expected.recipe) other = "recipe " + found.recipe.text();
  if (found.model != expected.model) other = "model " + found.model.text();
  if (found.generation != expected.generation) other = "generation " + std::to_string(found.generation);
  if (found.shard != expected.shard || found.first_sample != expected.first_sample ||
      found.last_sample != expected.last_sample) {
    other = "range of samples";
  }
  if (digest_of(shard.format()) != digest_of(format)) other = "corpus format";
  if (other.empty()) return;
  throw Error(ExitCode::bad_data, "check shard", file.string(), "it belongs to another " + other,
              "move the file away and run again; its samples will be drawn anew");
}

}  // namespace

std::optional<ShardRecord> inspect_shard(const std::filesystem::path& corpus, const CorpusFormat& format,
                                         const ShardIdentity& expected) {
  const auto file = shard_path(corpus, expected.shard);
  if (std::error_code ignored; !std::filesystem::exists(file, ignored)) return std::nullopt;
  const ShardReader shard(file);
  check_owner(file, shard, format, expected);
  ShardRecord record;
  record.shard = expected.shard;
  record.first_sample = expected.first_sample;
  record.samples = shard.samples();
  record.values = shard.offsets().back();
  record.content = shard.content_digest();
  if (record.content != shard.stored_content()) {
    throw Error(ExitCode::bad_data, "check shard", file.string(), "its content does not fit its digest (damaged)",
                "move the file away and run again; its samples will be drawn anew");
  }
  if (format.ragged) {
    const auto prompts = shard.column("prompt_length");
    record.prompt_values = static_cast<std::uint64_t>(std::accumulate(prompts.begin(), prompts.end(), 0.0));
  }
  for (const auto& [name, type] : format.columns) {
    if (name != stop_column) continue;
    const auto reasons = shard.column(name);
    record.ended_samples = static_cast<std::uint64_t>(std::count(reasons.begin(), reasons.end(), stop_ended));
  }
  record.file_bytes = std::filesystem::file_size(file);
  record.file_crc32c = crc32c_of_file(file);
  return record;
}

void sweep_partial_shards(const std::filesystem::path& corpus) {
  std::error_code error;
  for (auto folder = std::filesystem::directory_iterator(corpus / "shards", error);
       !error && folder != std::filesystem::directory_iterator(); folder.increment(error)) {
    sweep_partials(folder->path());
  }
}

}  // namespace genloss::storage
