#pragma once
// Kernel densities: a model is its samples, each of them blurred (Kazdan et al. 2024). Under replacement every
// generation blurs once more, so a chain spreads by the kernel and narrows by sampling.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "jobs/random.hpp"
#include "jobs/study_spec.hpp"
#include "workers/families/chain_fitting.hpp"
#include "workers/families/chain_model.hpp"
#include "workers/families/kernel_density/kernel_options.hpp"
#include "workers/measures/records/record.hpp"

namespace genloss::workers {

/// Bandwidths of n points in d dimensions, [d]: `width`, or the standard deviation (unbiased) of each coordinate times
/// n^(-1/(d+4)) (Scott 1992) or (n (d + 2) / 4)^(-1/(d+4)) (Silverman 1986).
[[nodiscard]] std::vector<double> bandwidths_of(std::span<const double> points, std::size_t dimension, Bandwidth rule,
                                                double width);

class KernelKind {
 public:
  using Value = double;
  static constexpr std::string_view section = "kernel_density";
  static constexpr std::uint64_t passes = 1;
  enum State : std::uint8_t { alive, collapsed, not_finite };
  enum Table : std::uint8_t { points, bandwidths };

  explicit KernelKind(const jobs::StudySpec& spec);
  [[nodiscard]] std::uint64_t replicates() const noexcept { return replicates_; }
  [[nodiscard]] std::uint64_t sample_values() const noexcept { return d_; }
  [[nodiscard]] static bool slow_to_measure() noexcept { return true; }
  [[nodiscard]] ChainFormat format() const;

  struct Truth {
    PointShape shape;
    double deviation, scatter;
    void draw(const jobs::CounterRandom& random, std::uint64_t sample, std::uint64_t chain, std::span<Value> out) const;
  };
  [[nodiscard]] Truth truth() const { return {options_.shape, options_.standard_deviation, options_.scatter}; }
  struct Model {
    ChainModel fitted;
    Kernel kernel;
    void draw(const jobs::CounterRandom& random, std::uint64_t sample, std::uint64_t chain, std::span<Value> out) const;
  };
  [[nodiscard]] Model drawer(ChainModel model) const;
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
  /// Mean over human test points of -log density, nats; infinite where a tophat covers one of them nowhere.
  [[nodiscard]] double negative_log_likelihood(const ChainModel& model, std::uint64_t chain) const;

 private:
  KernelOptions options_;
  std::uint64_t replicates_, d_, seed_, samples_;
};

}  // namespace genloss::workers
