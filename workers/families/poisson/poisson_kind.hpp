#pragma once
// Counts: a model is a rate, the mean of what it learned from. Under replacement the sum of a generation's counts is a
// branching process with Poisson offspring, so a chain ends at rate 0 (science.md, CF12; Suresh et al. 2024).

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "jobs/random.hpp"
#include "jobs/study_spec.hpp"
#include "workers/families/chain_fitting.hpp"
#include "workers/families/chain_model.hpp"
#include "workers/measures/records/record.hpp"

namespace genloss::workers {

/// The distribution function of Poisson counts, as a table around the mode: whatever lies outside has less than 1e-16
/// of the probability.
class PoissonTable {
 public:
  /// @param rate at least 0
  explicit PoissonTable(double rate);
  /// The count of a uniform number in [0, 1).
  [[nodiscard]] std::uint32_t at(double uniform) const;
  [[nodiscard]] std::size_t size() const noexcept { return cumulated_.size(); }

 private:
  std::uint32_t lowest_ = 0;
  std::vector<double> cumulated_;
};

class PoissonKind {
 public:
  using Value = std::uint32_t;
  static constexpr std::string_view section = "poisson";
  static constexpr std::uint64_t passes = 1;
  enum State : std::uint8_t { alive, extinct };

  explicit PoissonKind(const jobs::StudySpec& spec);
  [[nodiscard]] std::uint64_t replicates() const noexcept { return replicates_; }
  [[nodiscard]] static std::uint64_t sample_values() noexcept { return 1; }
  [[nodiscard]] static bool slow_to_measure() noexcept { return false; }
  [[nodiscard]] ChainFormat format() const;

  struct Truth {
    PoissonTable counts;
    void draw(const jobs::CounterRandom& random, std::uint64_t sample, std::uint64_t chain,
              std::span<Value> out) const {
      out[0] = counts.at(random.uniform(sample, chain));
    }
  };
  [[nodiscard]] Truth truth() const { return {PoissonTable(rate_)}; }
  struct Model {
    std::vector<PoissonTable> counts;  // of each chain
    void draw(const jobs::CounterRandom& random, std::uint64_t sample, std::uint64_t chain,
              std::span<Value> out) const {
      out[0] = counts[chain].at(random.uniform(sample, chain));
    }
  };
  [[nodiscard]] Model drawer(const ChainModel& model) const;
  [[nodiscard]] ChainModel fit(ChainFitting& fitting) const;

  [[nodiscard]] static const std::vector<Record>& model_records();
  [[nodiscard]] static const std::vector<Record>& corpus_records();
  [[nodiscard]] static const std::vector<Record>& state_records();
  void numbers(const ChainModel& model, std::uint64_t chain, std::span<double> out) const;
  /// Samples that are 0, and the sum of all.
  [[nodiscard]] static std::uint64_t corpus_sums() noexcept { return 2; }
  static void add_to_sums(std::span<const Value> sample, std::span<double> sums) {
    sums[0] += sample[0] == 0 ? 1 : 0;
    sums[1] += sample[0];
  }
  void corpus_numbers(std::span<const double> sums, double samples, std::span<double> out) const;

 private:
  std::uint64_t replicates_;
  double rate_;
};

}  // namespace genloss::workers
