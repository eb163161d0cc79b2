#include "orchestrator/plan/costs/disk_costs.hpp"

#include "storage/corpus/element_type.hpp"

namespace genloss::orchestrator::plan {
namespace {

using Size = std::uint64_t;

// What HDF5 needs around a shard's data, and a data set, measured; a shard of megabytes does not notice.
constexpr Size file_frame = 1'800, dataset_frame = 570, growing_dataset_frame = 2'700, checks_frame = 300;
// storage/corpus/shard_file.cpp: a shard beyond one block grows by whole chunks.
constexpr Size block_values = Size{1} << 20, block_samples = Size{1} << 16, sample_chunk = Size{1} << 14;

Size whole_chunks(Size elements, Size chunk) { return (elements + chunk - 1) / chunk * chunk; }

}  // namespace

Size shard_bytes(const storage::CorpusFormat& format, Size samples, Size values) {
  const bool grows = values >= block_values || samples >= block_samples;
  const Size frame = grows ? growing_dataset_frame : dataset_frame;
  const Size rows = grows ? whole_chunks(samples, sample_chunk) : samples;
  Size bytes = file_frame + frame + checks_frame + values * storage::size_of(format.values) / 4096;
  bytes += (grows ? whole_chunks(values, block_values) : values) * storage::size_of(format.values);
  if (format.ragged) bytes += 2 * frame + rows * (sizeof(std::uint64_t) + sizeof(std::uint32_t));
  for (const auto& column : format.columns) bytes += frame + rows * storage::size_of(column.second);
  return bytes;
}

Size corpus_manifest_bytes(Size shards) { return 1'000 + 112 * shards + (shards + 255) / 256 * 64; }
Size mix_bytes(Size sources) { return 230 + 220 * sources; }
Size training_log_bytes(Size steps, int log_steps) {
  const auto every = static_cast<Size>(log_steps);
  return (steps + every - 1) / every * 232;
}
Size measures_bytes(const workers::MeasureBytes& measures, bool of_human_too) {
  return measures.of_model + measures.of_corpus + (of_human_too ? measures.of_human : 0);
}
Size bookkeeping_bytes(int generations, int ranks) {
  return 2'150 + 400 + 1'100 * static_cast<Size>(generations) + 120 * static_cast<Size>(ranks);
}

}  // namespace genloss::orchestrator::plan
