#include "workers/mix/sample_block.hpp"

#include <algorithm>

#include "storage/corpus/column_bytes.hpp"

namespace genloss::workers {

SampleBlock read_block(const storage::CorpusReader& corpus, const storage::ShardRecord& record) {
  SampleBlock block;
  corpus.use(record, [&](const storage::ShardReader& shard) {
    block.first = record.first_sample;
    block.type = shard.value_type();
    const auto starts = shard.offsets();
    block.starts.assign(starts.begin(), starts.end());
    block.values.resize(block.starts.back() * storage::size_of(block.type));
    shard.read_values(0, block.values);
    block.given.assign(record.samples, 0);
    block.ended.assign(record.samples, true);
    if (record.prompt_values > 0) {
      const auto prompts = shard.column("prompt_length");
      std::transform(prompts.begin(), prompts.end(), block.given.begin(),
                     [](double length) { return static_cast<std::uint64_t>(length); });
    }
    const auto& columns = shard.format().columns;
    const bool can_end = std::any_of(columns.begin(), columns.end(),
                                     [](const auto& column) { return column.first == storage::stop_column; });
    if (!can_end) return;
    const auto reasons = shard.column(storage::stop_column);
    std::transform(reasons.begin(), reasons.end(), block.ended.begin(),
                   [](double reason) { return reason == storage::stop_ended; });
  });
  return block;
}

SampleBlock block_of_units(UnitSource& units, storage::ElementType type, std::uint64_t first, std::uint64_t count) {
  const std::size_t bytes = units.unit_bytes();
  SampleBlock block;
  block.first = first;
  block.type = type;
  block.values.resize(count * bytes);
  block.starts.push_back(0);
  for (std::uint64_t i = 0; i < count; ++i) {
    units.read(first + i, std::span(block.values).subspan(i * bytes, bytes));
    block.starts.push_back((i + 1) * bytes / storage::size_of(type));
  }
  block.given.assign(count, 0);
  block.ended.assign(count, true);
  return block;
}

double number_at(std::span<const std::byte> bytes, storage::ElementType type, std::size_t value) {
  const std::size_t width = storage::size_of(type);
  return storage::to_doubles(bytes.subspan(value * width, width), type).front();
}

}  // namespace genloss::workers
