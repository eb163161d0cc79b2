#include <filesystem>
#include <system_error>

#include "storage/corpus/shard.hpp"
#include "storage/files/durable.hpp"

namespace genloss::storage {
namespace fs = std::filesystem;

std::vector<std::uint64_t> drawn_values(const ShardReader& shard) {
  const auto offsets = shard.offsets();
  const auto prompts =
      shard.format().ragged ? shard.column("prompt_length") : std::vector<double>(shard.samples(), 0.0);
  std::vector<std::uint64_t> drawn(shard.samples());
  for (std::size_t s = 0; s < drawn.size(); ++s) {
    drawn[s] = offsets[s + 1] - offsets[s] - static_cast<std::uint64_t>(prompts[s]);
  }
  return drawn;
}

ShardRecord cut_shard(const fs::path& corpus, const ShardIdentity& whole, std::uint64_t samples,
                      const std::string& attempt) {
  const fs::path file = shard_path(corpus, whole.shard);
  ShardIdentity identity = whole;
  identity.last_sample = whole.first_sample + samples - 1;
  const ShardReader shard(file);
  const CorpusFormat& format = shard.format();
  std::vector<std::vector<double>> columns;
  for (const auto& [name, type] : format.columns) columns.push_back(shard.column(name));
  const auto drawn = drawn_values(shard);
  const auto offsets = shard.offsets();
  ShardWriter writer(corpus, format, identity, attempt);
  std::vector<std::byte> values;
  std::vector<double> row(columns.size());
  for (std::size_t s = 0; s < samples; ++s) {
    const std::uint64_t length = offsets[s + 1] - offsets[s];
    values.resize(length * size_of(format.values));
    shard.read_values(offsets[s], values);
    for (std::size_t c = 0; c < columns.size(); ++c) row[c] = columns[c][s];
    writer.append(values, row);
    if (length > drawn[s]) writer.mark_prompt(length - drawn[s]);
  }
  remove_durably(file);
  return writer.seal();
}

void remove_cut_shard(const fs::path& corpus, const ShardIdentity& whole) {
  const fs::path file = shard_path(corpus, whole.shard);
  if (std::error_code ignored; !fs::exists(file, ignored)) return;
  const ShardIdentity found = ShardReader(file).identity();
  if (found.recipe == whole.recipe && found.model == whole.model && found.generation == whole.generation &&
      found.first_sample == whole.first_sample && found.last_sample < whole.last_sample) {
    remove_durably(file);
  }
}

}  // namespace genloss::storage
