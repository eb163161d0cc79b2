#include "workers/mix/sample_source.hpp"

#include <string>
#include <utility>

#include "jobs/error.hpp"

namespace genloss::workers {

SampleSource::SampleSource(storage::SampleView samples, storage::ElementType type, std::uint64_t values)
    : samples_(std::move(samples)), type_(type), values_(values) {
  const auto& format = samples_.corpus().manifest().format;
  if (format.values != type_ || format.ragged || format.sample_values != values_) {
    throw Error(ExitCode::bad_data, "read corpus", samples_.corpus().path().string(),
                "its samples are not " + std::to_string(values_) + " values of type " +
                    std::string(storage::safetensors_name(type_)),
                "it was drawn from a model of another family or size");
  }
}

void SampleSource::read(std::uint64_t unit, std::span<std::byte> out) {
  const std::uint64_t sample = samples_.sample(unit);
  const storage::ShardRecord shard = samples_.corpus().shard_of(sample).record;
  samples_.corpus().use(shard, [&](const storage::ShardReader& reader) {
    reader.read_values((sample - shard.first_sample) * values_, out.first(unit_bytes()));
  });
}

}  // namespace genloss::workers
