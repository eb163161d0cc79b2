#pragma once
// Mixtures of Gaussians, fitted by expectation maximisation to samples of the mixture before (Shumailov et al. 2024).

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "jobs/random.hpp"
#include "jobs/study_spec.hpp"
#include "workers/families/chain_fitting.hpp"
#include "workers/families/chain_model.hpp"
#include "workers/families/gaussian_mixture/mixture_options.hpp"
#include "workers/measures/records/record.hpp"

namespace genloss::workers {

/// A mixture as it is drawn from: component by uniform number, then mean + L z.
struct MixtureDraws {
  std::size_t dimension = 1;
  std::vector<double> cumulated, means, factors;  ///< [k], [k, d], [k, d, d]
  /// @param position of the first of d + 1 random numbers
  void draw(const jobs::CounterRandom& random, std::uint64_t sample, std::uint64_t position,
            std::span<double> out) const;
};

class MixtureKind {
 public:
  using Value = double;
  static constexpr std::string_view section = "gaussian_mixture";
  static constexpr std::uint64_t passes = 1;
  enum State : std::uint8_t { alive, component_died, singular, not_finite };
  enum Table : std::uint8_t { weights, means, covariances, fits };

  explicit MixtureKind(const jobs::StudySpec& spec);
  [[nodiscard]] std::uint64_t replicates() const noexcept { return replicates_; }
  [[nodiscard]] std::uint64_t sample_values() const noexcept { return d_; }
  [[nodiscard]] static bool slow_to_measure() noexcept { return false; }
  [[nodiscard]] ChainFormat format() const;

  struct Truth {
    MixtureDraws mixture;
    void draw(const jobs::CounterRandom& random, std::uint64_t sample, std::uint64_t chain,
              std::span<Value> out) const {
      mixture.draw(random, sample, chain * (mixture.dimension + 1), out);
    }
  };
  [[nodiscard]] Truth truth() const;
  struct Model {
    std::vector<MixtureDraws> mixtures;  // of each chain
    void draw(const jobs::CounterRandom& random, std::uint64_t sample, std::uint64_t chain,
              std::span<Value> out) const {
      mixtures[chain].draw(random, sample, chain * (mixtures[chain].dimension + 1), out);
    }
  };
  [[nodiscard]] Model drawer(const ChainModel& model) const;
  [[nodiscard]] ChainModel fit(ChainFitting& fitting) const;

  [[nodiscard]] static const std::vector<Record>& model_records();
  [[nodiscard]] static const std::vector<Record>& corpus_records();
  [[nodiscard]] static const std::vector<Record>& state_records();
  void numbers(const ChainModel& model, std::uint64_t chain, std::span<double> out) const;
  [[nodiscard]] static std::uint64_t corpus_sums() noexcept { return 1; }
  static void add_to_sums(std::span<const Value> sample, std::span<double> sums) {
    for (const double x : sample) sums[0] += x * x / static_cast<double>(sample.size());
  }
  static void corpus_numbers(std::span<const double> sums, double samples, std::span<double> out) {
    out[0] = sums[0] / samples;
  }

 private:
  MixtureOptions options_;
  std::uint64_t replicates_, d_, k_, seed_;
  std::vector<double> true_weights_, true_means_, true_covariances_;
};

}  // namespace genloss::workers
