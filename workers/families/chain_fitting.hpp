#pragma once
// How closed-form families look at a mix: sums over all its samples, chain by chain, in as many passes as they need; or
// each chain's samples at once. Both with bits that do not depend on the number of ranks.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "workers/family.hpp"
#include "workers/mix/unit_sums.hpp"

namespace genloss::workers {

/// A stop was agreed between two passes; on all ranks together.
struct FitStopped {};

class ChainFitting {
 public:
  /// @param passes that the fit will make, for the report
  ChainFitting(const TrainJob& job, int lanes, std::uint64_t replicates, std::uint64_t passes)
      : job_(job), lanes_(lanes), replicates_(replicates), passes_(passes) {}

  [[nodiscard]] std::uint64_t replicates() const noexcept { return replicates_; }
  /// Samples of each chain.
  [[nodiscard]] std::uint64_t units() const { return job_.mix.plan().units(); }
  [[nodiscard]] int generation() const noexcept { return job_.generation; }
  [[nodiscard]] std::uint64_t passes_done() const noexcept { return done_; }

  /// Collective: one pass. `count` sums for each chain, [replicates, count], on every rank.
  /// @param add (chain, its values of a sample, weight of the sample, its sums); weights average 1
  /// @throws FitStopped
  template <class Value, class Add>
  [[nodiscard]] std::vector<double> sums(std::uint64_t count, std::string_view what, const Add& add) {
    begin_pass();
    auto total =
        sum_over_lanes<Value>(job_.ranks, job_.mix, lanes_, replicates_ * count, what,
                              [&](std::span<const Value> unit, double weight, std::span<double> all) {
                                const std::size_t values = unit.size() / replicates_;
                                for (std::uint64_t r = 0; r < replicates_; ++r) {
                                  add(r, unit.subspan(r * values, values), weight, all.subspan(r * count, count));
                                }
                              });
    end_pass();
    return total;
  }

  /// What one chain has seen, bytes as reals: its samples in the order of the mix, and their weights.
  struct Samples {
    std::span<const double> values;   ///< [units, values of a sample]
    std::span<const double> weights;  ///< [units]
  };
  /// Collective: each rank fits an equal part of the chains, each of them alone and from all its samples. Memory is
  /// bounded: a rank reads the mix anew for every so many chains as fit into `most_bytes`.
  /// @param count numbers that a fit has  @param fit (chain, its samples, what is fitted: `count` numbers)
  /// @return [replicates, count], on every rank  @throws FitStopped
  [[nodiscard]] std::vector<double> each_chain(
      std::uint64_t values, std::uint64_t count, std::string_view what,
      const std::function<void(std::uint64_t chain, const Samples& samples, std::span<double> fitted)>& fit,
      std::size_t most_bytes = std::size_t{256} << 20);

 private:
  void begin_pass();
  void end_pass();

  const TrainJob& job_;
  int lanes_;
  std::uint64_t replicates_, passes_, done_ = 0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace genloss::workers
