#include "workers/gaussian/marginal_sums.hpp"

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

/// Numbers as bytes: shard, then its sums.
void put(std::vector<std::byte>& bytes, const void* data, std::size_t size) {
  const auto* from = static_cast<const std::byte*>(data);
  bytes.insert(bytes.end(), from, from + size);
}

}  // namespace

std::vector<double> marginal_sums(comms::Communicator& ranks, const Distribute& distribute,
                                  const storage::CorpusReader& corpus, std::span<const double> mean,
                                  std::uint64_t replicates) {
  std::vector<std::byte> mine;
  const std::uint64_t shards = corpus.manifest().shards;
  distribute("measure corpus", shards, [&](std::uint64_t shard) {
    std::vector<double> sums;
    corpus.use(corpus.table().at(shard).record,
               [&](const auto& reader) { sums = sums_of_shard(reader, mean, replicates); });
    put(mine, &shard, sizeof shard);
    put(mine, sums.data(), sums.size() * sizeof(double));
  });
  const auto all = ranks.gather(mine, 0, "corpus moments");
  if (!ranks.is_root()) return {};

  std::vector<const std::byte*> of_shard(shards, nullptr);
  const std::size_t record = sizeof(std::uint64_t) + replicates * sizeof(double);
  for (const auto& part : all) {
    for (std::size_t at = 0; at + record <= part.size(); at += record) {
      std::uint64_t shard = 0;
      std::memcpy(&shard, part.data() + at, sizeof shard);
      of_shard.at(shard) = part.data() + at + sizeof shard;
    }
  }
  std::vector<double> total(replicates, 0.0), sums(replicates);
  for (const auto* from : of_shard) {
    if (from == nullptr)
      throw Error(ExitCode::internal, "measure corpus", corpus.path().string(), "a shard was left out");
    std::memcpy(sums.data(), from, replicates * sizeof(double));
    for (std::uint64_t r = 0; r < replicates; ++r) total[r] += sums[r];
  }
  return total;
}

}  // namespace genloss::workers
