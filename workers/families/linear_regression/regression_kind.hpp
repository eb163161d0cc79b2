#pragma once
// Linear regression: y = x w + noise, x ~ N(0, I). A model is w, fitted by least squares or ridge, and the noise that
// it labels with (science.md, CF11 and CF19; Gerstgrasser et al. 2024, Dohmatob et al. 2024).

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "jobs/random.hpp"
#include "jobs/study_spec.hpp"
#include "workers/families/chain_fitting.hpp"
#include "workers/families/chain_model.hpp"
#include "workers/families/linear_regression/regression_options.hpp"
#include "workers/measures/records/record.hpp"

namespace genloss::workers {

class RegressionKind {
 public:
  using Value = double;
  static constexpr std::string_view section = "linear_regression";
  static constexpr std::uint64_t passes = 1;
  enum State : std::uint8_t { alive, noiseless, not_finite };
  enum Table : std::uint8_t { coefficients, noise };

  explicit RegressionKind(const jobs::StudySpec& spec);
  [[nodiscard]] std::uint64_t replicates() const noexcept { return replicates_; }
  /// x, then y.
  [[nodiscard]] std::uint64_t sample_values() const noexcept { return dimension_ + 1; }
  [[nodiscard]] static bool slow_to_measure() noexcept { return false; }
  [[nodiscard]] ChainFormat format() const;

  /// x by `rows`, the noise of y by `labels`.
  static void draw_labelled(const jobs::CounterRandom& rows, const jobs::CounterRandom& labels, std::uint64_t sample,
                            std::uint64_t chain, std::span<const double> w, double deviation, std::span<Value> out);
  struct Truth {
    std::vector<double> w;
    double deviation;
    void draw(const jobs::CounterRandom& random, std::uint64_t sample, std::uint64_t chain,
              std::span<Value> out) const {
      draw_labelled(random, random, sample, chain, w, deviation, out);
    }
  };
  [[nodiscard]] Truth truth() const { return {truth_, options_.noise}; }
  struct Model {
    ChainModel fitted;
    bool same_rows;
    jobs::CounterRandom human_rows;
    void draw(const jobs::CounterRandom& random, std::uint64_t sample, std::uint64_t chain,
              std::span<Value> out) const {
      draw_labelled(same_rows ? human_rows : random, random, sample, chain, fitted.tables[coefficients].of(chain),
                    fitted.tables[noise].values[chain], out);
    }
  };
  [[nodiscard]] Model drawer(ChainModel model) const;
  [[nodiscard]] ChainModel fit(ChainFitting& fitting) const;

  [[nodiscard]] static const std::vector<Record>& model_records();
  [[nodiscard]] static const std::vector<Record>& corpus_records();
  [[nodiscard]] static const std::vector<Record>& state_records();
  void numbers(const ChainModel& model, std::uint64_t chain, std::span<double> out) const;
  [[nodiscard]] static std::uint64_t corpus_sums() noexcept { return 1; }
  static void add_to_sums(std::span<const Value> sample, std::span<double> sums) {
    sums[0] += sample.back() * sample.back();
  }
  static void corpus_numbers(std::span<const double> sums, double samples, std::span<double> out) {
    out[0] = sums[0] / samples;
  }

 private:
  void fit_noise(ChainFitting& fitting, ChainModel& model) const;

  RegressionOptions options_;
  std::uint64_t replicates_, dimension_, seed_;
  std::vector<double> truth_;
};

}  // namespace genloss::workers
