#include "storage/corpus/shard_file.hpp"

#include <system_error>
#include <utility>

#include "storage/corpus/corpus_format.hpp"
#include "storage/corpus/shard_seal.hpp"

namespace genloss::storage {
namespace {

// Elements. Chunks are written in place, so a large one costs at most a hole at the end of the file.
constexpr std::uint64_t values_chunk = std::uint64_t{1} << 20;
constexpr std::uint64_t samples_chunk = std::uint64_t{1} << 14;

void write_identity(const hdf5::Handle& file, const CorpusFormat& format, const ShardIdentity& identity,
                    const hdf5::Context& context) {
  hdf5::write_attribute(file, "schema", shard_schema, context);
  hdf5::write_attribute(file, "version", shard_version, context);
  hdf5::write_attribute(file, "recipe", identity.recipe.text(), context);
  hdf5::write_attribute(file, "model", identity.model.text(), context);
  hdf5::write_attribute(file, "generation", static_cast<std::uint64_t>(identity.generation), context);
  hdf5::write_attribute(file, "shard", identity.shard, context);
  hdf5::write_attribute(file, "first_sample", identity.first_sample, context);
  hdf5::write_attribute(file, "last_sample", identity.last_sample, context);
  hdf5::write_attribute(file, "format", to_json(format).dump(), context);
}

}  // namespace

ShardFile::ShardFile(std::filesystem::path path, const CorpusFormat& format, const ShardIdentity& identity)
    : path_(std::move(path)), format_(format), file_(hdf5::create_file(context())), columns_(format.columns.size()) {
  write_identity(file_, format, identity, context());
}

ShardFile::~ShardFile() {
  if (path_.empty()) return;
  std::error_code ignored;
  // An HDF5 file whose flush failed for want of space can be closed once there is space again.
  if (file_) std::filesystem::resize_file(path_, 0, ignored);
  values_ = hdf5::Dataset();
  offsets_ = hdf5::Dataset();
  prompts_ = hdf5::Dataset();
  columns_.clear();
  file_ = hdf5::Handle();
  std::filesystem::remove(path_, ignored);
}

void ShardFile::put(hdf5::Dataset& dataset, const std::string& name, ElementType type, std::uint64_t chunk,
                    std::span<const std::byte> data) {
  if (!growing_) {
    dataset = hdf5::Dataset::create_whole(file_, name, type, data, context());
    return;
  }
  if (!dataset) dataset = hdf5::Dataset::create_growing(file_, name, type, chunk, context());
  dataset.append(data, context());
}

void ShardFile::put_block(const ShardBlock& block) {
  checks_.add(block.values);
  put(values_, "values", format_.values, values_chunk, block.values);
  if (format_.ragged) {
    put(offsets_, "offsets", ElementType::u64, samples_chunk, std::as_bytes(std::span(block.offsets)));
    put(prompts_, "prompt_length", ElementType::u32, samples_chunk, std::as_bytes(std::span(block.prompts)));
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const auto& [name, type] = format_.columns[i];
    put(columns_[i], name, type, samples_chunk, block.columns[i]);
  }
}

void ShardFile::write(const ShardBlock& block) {
  growing_ = true;
  put_block(block);
  hdf5::flush(file_, context());
}

void ShardFile::close(const Digest& content) {
  hdf5::write_attribute(file_, "content", content.text(), context());
  const std::vector<std::uint32_t> checks = checks_.finish();
  auto stored_checks =
      hdf5::Dataset::create_whole(file_, checks_name, ElementType::u32, std::as_bytes(std::span(checks)), context());
  std::vector<Extent> values;
  for (const auto& [begin, bytes] : values_.places(context())) values.push_back({begin, bytes});
  // Closing a data set may write: HDF5 keeps the end of what was written in a buffer of its own.
  values_.close(context());
  stored_checks.close(context());
  offsets_.close(context());
  prompts_.close(context());
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (i < format_.notes.size()) {
      columns_[i].note("unit", format_.notes[i].unit, context());
      columns_[i].note("meaning", format_.notes[i].meaning, context());
    }
    columns_[i].close(context());
  }
  hdf5::flush(file_, context());
  file_.close(context());
  append_shard_seal(path_, values);
}

}  // namespace genloss::storage
