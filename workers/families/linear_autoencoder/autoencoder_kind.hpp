#pragma once
// Linear denoising autoencoders. The encoder takes the k largest principal components as codes; while it is trained, a
// code c comes with noise of variance r E c^2, and the decoder that errs least is then U / (1 + r), U the components
// (Bishop 1995). Codes drawn from N(0, E c^2) and decoded are the next corpus, so its generator A, with A A^T = U L U^T
// / (1 + r)^2, shrinks by 1 + r each time: in operator norm, geometrically. A share of human data bounds it.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "jobs/random.hpp"
#include "jobs/study_spec.hpp"
#include "workers/families/chain_fitting.hpp"
#include "workers/families/chain_model.hpp"
#include "workers/families/linear_autoencoder/autoencoder_options.hpp"
#include "workers/measures/records/record.hpp"

namespace genloss::workers {

class AutoencoderKind {
 public:
  using Value = double;
  static constexpr std::string_view section = "linear_autoencoder";
  static constexpr std::uint64_t passes = 1;
  enum State : std::uint8_t { alive, vanished, not_finite };
  enum Table : std::uint8_t { decoder, codes };  // [d, k]; variances of codes [k], descending

  explicit AutoencoderKind(const jobs::StudySpec& spec);
  [[nodiscard]] std::uint64_t replicates() const noexcept { return replicates_; }
  [[nodiscard]] std::uint64_t sample_values() const noexcept { return d_; }
  [[nodiscard]] static bool slow_to_measure() noexcept { return false; }
  [[nodiscard]] ChainFormat format() const;

  struct Truth {
    std::vector<double> deviations;
    void draw(const jobs::CounterRandom& random, std::uint64_t sample, std::uint64_t chain, std::span<Value> out) const;
  };
  [[nodiscard]] Truth truth() const;
  struct Model {
    std::uint64_t d, k;
    std::vector<double> generators;  // [replicates, d, k]: A
    void draw(const jobs::CounterRandom& random, std::uint64_t sample, std::uint64_t chain, std::span<Value> out) const;
  };
  [[nodiscard]] Model drawer(const ChainModel& model) const;
  [[nodiscard]] ChainModel fit(ChainFitting& fitting) const;

  [[nodiscard]] static const std::vector<Record>& model_records();
  [[nodiscard]] static const std::vector<Record>& corpus_records();
  [[nodiscard]] static const std::vector<Record>& state_records();
  void numbers(const ChainModel& model, std::uint64_t chain, std::span<double> out) const;
  [[nodiscard]] static std::uint64_t corpus_sums() noexcept { return 1; }
  static void add_to_sums(std::span<const Value> sample, std::span<double> sums) {
    for (const double x : sample) sums[0] += x * x;
  }
  static void corpus_numbers(std::span<const double> sums, double samples, std::span<double> out) {
    out[0] = sums[0] / samples;
  }

 private:
  AutoencoderOptions options_;
  std::uint64_t replicates_, d_, k_;
  std::vector<double> spectrum_;  // true variances of the coordinates
};

}  // namespace genloss::workers
