#include "workers/families/gaussian/gaussian_sources.hpp"

#include <cstring>
#include <vector>

#include "jobs/error.hpp"

namespace genloss::workers {

void TruthSource::read(std::uint64_t unit, std::span<std::byte> out) {
  std::vector<double> values(draws_.values());
  draws_.draw(first_ + unit, values);
  std::memcpy(out.data(), values.data(), unit_bytes());
}

RealCorpusSource::RealCorpusSource(std::shared_ptr<storage::CorpusReader> corpus, std::uint64_t values)
    : corpus_(std::move(corpus)), values_(values) {
  const auto& format = corpus_->manifest().format;
  if (format.values != storage::ElementType::f64 || format.ragged || format.sample_values != values_) {
    throw Error(ExitCode::bad_data, "read corpus", corpus_->path().string(),
                "its samples are not " + std::to_string(values_) + " reals each",
                "it was drawn from a model of another family or size");
  }
}

void RealCorpusSource::read(std::uint64_t unit, std::span<std::byte> out) {
  const storage::ShardRecord shard = corpus_->shard_of(unit).record;
  corpus_->use(shard, [&](const storage::ShardReader& reader) {
    reader.read_values((unit - shard.first_sample) * values_, out.first(unit_bytes()));
  });
}

}  // namespace genloss::workers
