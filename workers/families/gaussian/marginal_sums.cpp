#include "workers/families/gaussian/marginal_sums.hpp"

#include <cstring>

#include "jobs/error.hpp"

namespace genloss::workers {
namespace {

std::vector<double> sums_of_shard(const storage::ShardReader& shard, std::span<const double> mean,
                                  std::uint64_t replicates) {
  const std::size_t d = mean.size();
  std::vector<double> sample(replicates * d), sums(replicates, 0.0);
  for (std::uint64_t s = 0; s < shard.samples(); ++s) {
    shard.read_values(s * sample.size(), std::as_writable_bytes(std::span(sample)));
    for (std::size_t i = 0; i < sample.size(); ++i) {
      const double centred = sample[i] - mean[i % d];
      sums[i / d] += centred * centred / static_cast<double>(d);
    }
  }
  return sums;
}

}  // namespace

std::vector<double> marginal_sums(const DistributeResults& distribute, const storage::CorpusReader& corpus,
                                  std::span<const double> mean, std::uint64_t replicates) {
  const auto of_shards = distribute("measure corpus", corpus.manifest().shards, [&](std::uint64_t shard) {
    std::vector<double> sums;
    corpus.use(corpus.table().at(shard).record,
               [&](const auto& reader) { sums = sums_of_shard(reader, mean, replicates); });
    const auto bytes = std::as_bytes(std::span(sums));
    return std::vector<std::byte>(bytes.begin(), bytes.end());
  });
  if (of_shards.empty()) return {};
  std::vector<double> total(replicates, 0.0), sums(replicates);
  for (const auto& bytes : of_shards) {
    if (bytes.size() != replicates * sizeof(double))
      throw Error(ExitCode::internal, "measure corpus", corpus.path().string(), "a shard was left out");
    std::memcpy(sums.data(), bytes.data(), bytes.size());
    for (std::uint64_t r = 0; r < replicates; ++r) total[r] += sums[r];
  }
  return total;
}

}  // namespace genloss::workers
