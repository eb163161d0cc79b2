#pragma once
// Measures of closed-form families: a number of each chain, their mean and its interval.

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "jobs/error.hpp"
#include "workers/families/chain_model.hpp"
#include "workers/family.hpp"
#include "workers/measure.hpp"
#include "workers/measures/records/record.hpp"

namespace genloss::workers {

/// What a number of a chain is when there is none: the chain is left out of the mean.
constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

/// A measure for each record, from numbers [chains, records] of which those that are not finite are left out.
[[nodiscard]] std::vector<Measure> measures_of_numbers(std::span<const Record> records, std::span<const double> numbers,
                                                       double confidence);

/// The share of chains that go on ("survivors"), and of those that ended in each state ("chains_STATE").
[[nodiscard]] std::vector<Measure> measures_of_states(const ChainModel& model, std::span<const std::string_view> states,
                                                      double confidence);

/// The records of these. @param goes_on what makes a chain go on, behind "share of the chains "
[[nodiscard]] Record survivors_record(std::string_view definition, std::string_view source, Sign of_fall);
/// @param name "chains_STATE"
[[nodiscard]] Record ended_record(std::string_view name, std::string_view label, std::string_view definition,
                                  Sign of_rise);

/// Collective. For each chain, `count` sums over all samples of a corpus: [replicates, count] on rank 0, empty
/// elsewhere. Shards are summed in their order, so the bits do not depend on who read which.
/// @param add (values of one chain in a sample, its sums)
template <class Value, class Add>
[[nodiscard]] std::vector<double> sums_of_corpus(const DistributeResults& distribute,
                                                 const storage::CorpusReader& corpus, std::uint64_t replicates,
                                                 std::uint64_t count, const Add& add) {
  const std::uint64_t values = corpus.manifest().format.sample_values, each = values / replicates;
  const auto of_shards = distribute("measure corpus", corpus.manifest().shards, [&](std::uint64_t shard) {
    std::vector<double> sums(replicates * count, 0.0);
    std::vector<Value> sample(values);
    corpus.use(corpus.table().at(shard).record, [&](const storage::ShardReader& reader) {
      for (std::uint64_t s = 0; s < reader.samples(); ++s) {
        reader.read_values(s * values, std::as_writable_bytes(std::span(sample)));
        for (std::uint64_t r = 0; r < replicates; ++r) {
          add(std::span<const Value>(sample).subspan(r * each, each), std::span(sums).subspan(r * count, count));
        }
      }
    });
    const auto bytes = std::as_bytes(std::span(sums));
    return std::vector<std::byte>(bytes.begin(), bytes.end());
  });
  if (of_shards.empty()) return {};
  std::vector<double> total(replicates * count, 0.0), sums(total.size());
  for (const auto& bytes : of_shards) {
    if (bytes.size() != sums.size() * sizeof(double)) {
      throw Error(ExitCode::internal, "measure corpus", corpus.path().string(), "a shard was left out");
    }
    std::memcpy(sums.data(), bytes.data(), bytes.size());
    for (std::size_t i = 0; i < total.size(); ++i) total[i] += sums[i];
  }
  return total;
}

}  // namespace genloss::workers
