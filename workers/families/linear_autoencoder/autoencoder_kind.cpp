#include "workers/families/linear_autoencoder/autoencoder_kind.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "jobs/error.hpp"
#include "workers/families/chain_numbers.hpp"
#include "workers/measures/statistics/small_matrix.hpp"

namespace genloss::workers {

AutoencoderKind::AutoencoderKind(const jobs::StudySpec& spec)
    : options_(autoencoder_options(spec)),
      replicates_(static_cast<std::uint64_t>(options_.replicates)),
      d_(static_cast<std::uint64_t>(options_.dimension)),
      k_(static_cast<std::uint64_t>(std::min(options_.codes, options_.dimension))),
      spectrum_(d_, 1.0) {
  for (std::uint64_t i = 1; i < d_; ++i) spectrum_[i] = spectrum_[i - 1] * options_.spectrum;
}

ChainFormat AutoencoderKind::format() const {
  return {section, {{"decoder", {d_, k_}}, {"codes", {k_}}}, {"alive", "vanished", "not_finite"}};
}

AutoencoderKind::Truth AutoencoderKind::truth() const {
  Truth truth{spectrum_};
  for (double& x : truth.deviations) x = std::sqrt(x);
  return truth;
}

void AutoencoderKind::Truth::draw(const jobs::CounterRandom& random, std::uint64_t sample, std::uint64_t chain,
                                  std::span<Value> out) const {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = deviations[i] * random.normal(sample, chain * out.size() + i);
}

AutoencoderKind::Model AutoencoderKind::drawer(const ChainModel& model) const {
  Model drawn{d_, k_, model.tables[decoder].values};
  for (std::uint64_t r = 0; r < model.replicates; ++r) {
    const auto variances = model.tables[codes].of(r);
    for (std::uint64_t at = 0; at < d_ * k_; ++at) drawn.generators[r * d_ * k_ + at] *= std::sqrt(variances[at % k_]);
  }
  return drawn;
}

void AutoencoderKind::Model::draw(const jobs::CounterRandom& random, std::uint64_t sample, std::uint64_t chain,
                                  std::span<Value> out) const {
  const double* generator = generators.data() + chain * d * k;
  std::fill(out.begin(), out.end(), 0.0);
  for (std::uint64_t j = 0; j < k; ++j) {
    const double z = random.normal(sample, chain * d + j);
    for (std::uint64_t i = 0; i < d; ++i) out[i] += generator[i * k + j] * z;
  }
}

ChainModel AutoencoderKind::fit(ChainFitting& fitting) const {
  const std::uint64_t d = d_, triangle = d * (d + 1) / 2;
  if (fitting.units() < k_) {
    throw Error(ExitCode::usage, "fit autoencoder", "generation " + std::to_string(fitting.generation()),
                std::to_string(fitting.units()) + " samples have no " + std::to_string(k_) + " principal components",
                "raise sampling.samples or policy.size, or lower linear_autoencoder.codes");
  }
  const auto sums =
      fitting.sums<Value>(triangle, "sums of products",
                          [d](std::uint64_t, std::span<const Value> sample, double weight, std::span<double> sum) {
                            std::size_t at = 0;
                            for (std::size_t i = 0; i < d; ++i) {
                              const double x = weight * sample[i];
                              for (std::size_t j = 0; j <= i; ++j) sum[at++] += x * sample[j];
                            }
                          });
  ChainModel model(replicates_, format().layout);
  std::vector<double> moments(d * d);
  std::vector<std::size_t> order(d);
  for (std::uint64_t r = 0; r < replicates_; ++r) {
    std::size_t at = r * triangle;
    for (std::size_t i = 0; i < d; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        moments[i * d + j] = moments[j * d + i] = sums[at++] / static_cast<double>(fitting.units());
      }
    }
    const double energy = trace(moments, d);
    if (!std::isfinite(energy)) model.states[r] = not_finite;
    if (energy < std::numeric_limits<double>::min()) model.states[r] = vanished;
    const auto basis = model.tables[decoder].of(r), variances = model.tables[codes].of(r);
    if (model.states[r] == not_finite) {
      std::fill(basis.begin(), basis.end(), no_number);
      std::fill(variances.begin(), variances.end(), no_number);
    }
    if (model.states[r] != alive) continue;  // a vanished one is zeros
    const Eigen eigen = eigen_of_symmetric(moments, d);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return eigen.values[a] > eigen.values[b]; });
    for (std::size_t j = 0; j < k_; ++j) {
      variances[j] = std::max(0.0, eigen.values[order[j]]);
      for (std::size_t i = 0; i < d; ++i) {
        basis[i * k_ + j] = eigen.vectors[i * d + order[j]] / (1 + options_.code_noise);
      }
    }
  }
  return model;
}

void AutoencoderKind::numbers(const ChainModel& model, std::uint64_t chain, std::span<double> out) const {
  const auto basis = model.tables[decoder].of(chain), variances = model.tables[codes].of(chain);
  const double shrink = 1 + options_.code_noise;
  double energy = 0, squares = 0, logs = 0, error = 0, all = 0;
  for (const double v : variances) {
    energy += v / (shrink * shrink);
    squares += std::pow(v / (shrink * shrink), 2);
    logs += std::log(v);
  }
  // |x - U U^T x / (1 + r)|^2 of human x, without noise on the codes.
  for (std::size_t i = 0; i < d_; ++i) {
    double taken = 0;
    for (std::size_t j = 0; j < k_; ++j) taken += basis[i * k_ + j] * basis[i * k_ + j] * shrink * shrink;
    error += spectrum_[i] * (1 - taken * (2 / shrink - 1 / (shrink * shrink)));
    all += spectrum_[i];
  }
  const double norm = std::sqrt(variances[0]) / shrink;
  out[0] = norm;
  out[1] = std::log(norm);
  out[2] = energy;
  out[3] = logs / static_cast<double>(k_) - 2 * std::log(shrink);
  out[4] = energy * energy / squares;
  out[5] = model.states[chain] == alive ? error / all : no_number;
}

}  // namespace genloss::workers
