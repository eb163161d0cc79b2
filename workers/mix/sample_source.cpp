#include "workers/mix/sample_source.hpp"

#include <string>
#include <utility>

#include "jobs/error.hpp"

namespace genloss::workers {

SampleSource::SampleSource(std::shared_ptr<storage::CorpusReader> corpus, storage::ElementType type,
                           std::uint64_t values)
    : corpus_(std::move(corpus)), type_(type), values_(values) {
  const auto& format = corpus_->manifest().format;
  if (format.values != type_ || format.ragged || format.sample_values != values_) {
    throw Error(ExitCode::bad_data, "read corpus", corpus_->path().string(),
                "its samples are not " + std::to_string(values_) + " values of type " +
                    std::string(storage::safetensors_name(type_)),
                "it was drawn from a model of another family or size");
  }
}

void SampleSource::read(std::uint64_t unit, std::span<std::byte> out) {
  const storage::ShardRecord shard = corpus_->shard_of(unit).record;
  corpus_->use(shard, [&](const storage::ShardReader& reader) {
    reader.read_values((unit - shard.first_sample) * values_, out.first(unit_bytes()));
  });
}

}  // namespace genloss::workers
