#pragma once
// Coins: a model is the share of ones in what it learned from. Under replacement a chain is a Wright-Fisher population
// of two alleles, and ends when one of them is fixed (science.md, CF12).

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

class BernoulliKind {
 public:
  using Value = std::uint8_t;
  static constexpr std::string_view section = "bernoulli";
  static constexpr std::uint64_t passes = 1;
  enum State : std::uint8_t { alive, all_zeros, all_ones };

  explicit BernoulliKind(const jobs::StudySpec& spec);
  [[nodiscard]] std::uint64_t replicates() const noexcept { return replicates_; }
  [[nodiscard]] static std::uint64_t sample_values() noexcept { return 1; }
  [[nodiscard]] static bool slow_to_measure() noexcept { return false; }
  [[nodiscard]] ChainFormat format() const;

  struct Truth {
    double probability;
    void draw(const jobs::CounterRandom& random, std::uint64_t sample, std::uint64_t chain,
              std::span<Value> out) const {
      out[0] = random.uniform(sample, chain) < probability ? 1 : 0;
    }
  };
  [[nodiscard]] Truth truth() const { return {probability_}; }
  struct Model {
    std::vector<double> probabilities;
    void draw(const jobs::CounterRandom& random, std::uint64_t sample, std::uint64_t chain,
              std::span<Value> out) const {
      out[0] = random.uniform(sample, chain) < probabilities[chain] ? 1 : 0;
    }
  };
  [[nodiscard]] Model drawer(const ChainModel& model) const { return {model.tables[0].values}; }
  [[nodiscard]] ChainModel fit(ChainFitting& fitting) const;

  [[nodiscard]] static const std::vector<Record>& model_records();
  [[nodiscard]] static const std::vector<Record>& corpus_records();
  [[nodiscard]] static const std::vector<Record>& state_records();
  void numbers(const ChainModel& model, std::uint64_t chain, std::span<double> out) const;
  [[nodiscard]] static std::uint64_t corpus_sums() noexcept { return 1; }
  static void add_to_sums(std::span<const Value> sample, std::span<double> sums) { sums[0] += sample[0]; }
  static void corpus_numbers(std::span<const double> sums, double samples, std::span<double> out) {
    out[0] = sums[0] / samples;
  }

 private:
  std::uint64_t replicates_;
  double probability_;
};

}  // namespace genloss::workers
