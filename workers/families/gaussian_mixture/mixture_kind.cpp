#include "workers/families/gaussian_mixture/mixture_kind.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <string>

#include "jobs/error.hpp"
#include "workers/families/chain_numbers.hpp"
#include "workers/families/gaussian_mixture/expectation_maximisation.hpp"
#include "workers/measures/statistics/small_matrix.hpp"

namespace genloss::workers {
namespace {

MixtureDraws draws_of(std::span<const double> weights, std::span<const double> means,
                      std::span<const double> covariances, std::size_t d) {
  MixtureDraws draws{d, std::vector<double>(weights.size()), {means.begin(), means.end()}, {}};
  std::partial_sum(weights.begin(), weights.end(), draws.cumulated.begin());
  for (std::size_t j = 0; j < weights.size(); ++j) {
    const auto factor = semidefinite_cholesky(covariances.subspan(j * d * d, d * d), d);
    draws.factors.insert(draws.factors.end(), factor.begin(), factor.end());
  }
  return draws;
}

/// Integral of the product of two Gaussian densities: that of N(0, S + S') at m - m'. Not finite if S + S' is singular.
double overlap(std::span<const double> mean, std::span<const double> covariance, std::span<const double> other_mean,
               std::span<const double> other_covariance) {
  const std::size_t d = mean.size();
  std::vector<double> sum(covariance.begin(), covariance.end()), difference(mean.begin(), mean.end());
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += other_covariance[i];
  for (std::size_t i = 0; i < d; ++i) difference[i] -= other_mean[i];
  const auto factor = semidefinite_cholesky(sum, d);
  const auto solution = solved_by_cholesky(factor, difference, d);
  const double exponent = std::inner_product(solution.begin(), solution.end(), difference.begin(), 0.0);
  return std::exp(-0.5 *
                  (exponent + log_determinant(factor, d) + static_cast<double>(d) * std::log(2 * std::numbers::pi)));
}

/// The sum over pairs of components of weights and overlap.
double product_of_mixtures(std::span<const double> weights, std::span<const double> means,
                           std::span<const double> covariances, std::span<const double> other_weights,
                           std::span<const double> other_means, std::span<const double> other_covariances,
                           std::size_t d) {
  double sum = 0;
  for (std::size_t j = 0; j < weights.size(); ++j) {
    for (std::size_t l = 0; l < other_weights.size(); ++l) {
      if (weights[j] == 0 || other_weights[l] == 0) continue;
      sum += weights[j] * other_weights[l] *
             overlap(means.subspan(j * d, d), covariances.subspan(j * d * d, d * d), other_means.subspan(l * d, d),
                     other_covariances.subspan(l * d * d, d * d));
    }
  }
  return sum;
}

}  // namespace

void MixtureDraws::draw(const jobs::CounterRandom& random, std::uint64_t sample, std::uint64_t position,
                        std::span<double> out) const {
  const double u = random.uniform(sample, position) * cumulated.back();
  const std::size_t d = dimension, j = std::min<std::size_t>(
                                       static_cast<std::size_t>(
                                           std::upper_bound(cumulated.begin(), cumulated.end(), u) - cumulated.begin()),
                                       cumulated.size() - 1);
  for (std::size_t i = 0; i < d; ++i) out[i] = means[j * d + i];
  for (std::size_t l = 0; l < d; ++l) {
    const double z = random.normal(sample, position + 1 + l);
    for (std::size_t i = l; i < d; ++i) out[i] += factors[(j * d + i) * d + l] * z;
  }
}

MixtureKind::MixtureKind(const jobs::StudySpec& spec)
    : options_(mixture_options(spec)),
      replicates_(static_cast<std::uint64_t>(options_.replicates)),
      d_(static_cast<std::uint64_t>(options_.dimension)),
      k_(static_cast<std::uint64_t>(options_.components)),
      seed_(spec.study.chain_seed()) {
  const auto parts = static_cast<std::uint64_t>(options_.true_components);
  true_weights_.assign(parts, 1.0 / static_cast<double>(parts));
  true_means_.assign(parts * d_, 0.0);
  true_covariances_.assign(parts * d_ * d_, 0.0);
  for (std::uint64_t j = 0; j < parts; ++j) {
    true_means_[j * d_] = options_.separation * (static_cast<double>(j) - static_cast<double>(parts - 1) / 2);
    for (std::uint64_t i = 0; i < d_; ++i) {
      true_covariances_[(j * d_ + i) * d_ + i] = options_.standard_deviation * options_.standard_deviation;
    }
  }
}

ChainFormat MixtureKind::format() const {
  return {section,
          {{"weights", {k_}}, {"means", {k_, d_}}, {"covariances", {k_, d_, d_}}, {"fits", {3}}},
          {"alive", "component_died", "singular", "not_finite"}};
}

MixtureKind::Truth MixtureKind::truth() const { return {draws_of(true_weights_, true_means_, true_covariances_, d_)}; }

MixtureKind::Model MixtureKind::drawer(const ChainModel& model) const {
  Model drawn;
  for (std::uint64_t r = 0; r < model.replicates; ++r) {
    drawn.mixtures.push_back(
        draws_of(model.tables[weights].of(r), model.tables[means].of(r), model.tables[covariances].of(r), d_));
  }
  return drawn;
}

ChainModel MixtureKind::fit(ChainFitting& fitting) const {
  if (fitting.units() <= k_ * d_) {
    throw Error(ExitCode::usage, "fit mixture", "generation " + std::to_string(fitting.generation()),
                std::to_string(fitting.units()) + " samples cannot fit " + std::to_string(k_) + " covariances in " +
                    std::to_string(d_) + " dimensions",
                "raise sampling.samples or policy.size");
  }
  ChainModel model(replicates_, format().layout);
  std::uint64_t count = 1;  // the state
  for (const ChainTable& table : model.tables) count += table.each();
  const MixtureRules rules{d_, k_, options_.tolerance, options_.iterations, options_.variance_floor};
  const jobs::CounterRandom random(
      {seed_, jobs::Purpose::initial_weights, static_cast<std::uint32_t>(fitting.generation())});
  const auto fitted = fitting.each_chain(
      d_, count, "fit mixtures", [&](std::uint64_t chain, const ChainFitting::Samples& samples, std::span<double> out) {
        std::vector<MixtureFit> starts;
        for (int s = 0; s < options_.starts; ++s) {
          starts.push_back(fit_mixture(samples.values, samples.weights, rules, [&](std::uint64_t i) {
            return random.uniform(chain, static_cast<std::uint64_t>(s) * k_ + i);
          }));
        }
        const MixtureFit best = best_of(std::move(starts));
        if (best.end == MixtureFit::End::not_finite) {
          std::fill(out.begin(), out.end(), no_number);
        } else {
          auto at = std::copy(best.weights.begin(), best.weights.end(), out.begin());
          at = std::copy(best.means.begin(), best.means.end(), at);
          at = std::copy(best.covariances.begin(), best.covariances.end(), at);
          *at++ = best.log_likelihood;
          *at++ = best.iterations;
          *at++ = best.converged ? 1 : 0;
        }
        out.back() = static_cast<double>(best.end);
      });
  for (std::uint64_t r = 0; r < replicates_; ++r) {
    auto of_chain = std::span(fitted).subspan(r * count, count);
    model.states[r] = static_cast<std::uint8_t>(of_chain.back());
    for (ChainTable& table : model.tables) {
      std::copy_n(of_chain.begin(), table.each(), table.of(r).begin());
      of_chain = of_chain.subspan(table.each());
    }
  }
  return model;
}

void MixtureKind::numbers(const ChainModel& model, std::uint64_t chain, std::span<double> out) const {
  const auto w = model.tables[weights].of(chain), m = model.tables[means].of(chain),
             s = model.tables[covariances].of(chain), f = model.tables[fits].of(chain);
  std::vector<double> mean(d_, 0.0);
  double second = 0, within = 0, squares = 0;
  for (std::uint64_t j = 0; j < k_; ++j) {
    const double extent = trace(s.subspan(j * d_ * d_, d_ * d_), d_);
    second += w[j] * extent;
    within += w[j] * std::sqrt(extent / static_cast<double>(d_));
    squares += w[j] * w[j];
    for (std::uint64_t i = 0; i < d_; ++i) {
      second += w[j] * m[j * d_ + i] * m[j * d_ + i];
      mean[i] += w[j] * m[j * d_ + i];
    }
  }
  const double error = std::inner_product(mean.begin(), mean.end(), mean.begin(), 0.0);  // the true mean is 0
  const double own = product_of_mixtures(w, m, s, w, m, s, d_);
  const double shared = product_of_mixtures(w, m, s, true_weights_, true_means_, true_covariances_, d_);
  const double truth = product_of_mixtures(true_weights_, true_means_, true_covariances_, true_weights_, true_means_,
                                           true_covariances_, d_);
  out[0] = (second - error) / static_cast<double>(d_);
  out[1] = error;
  out[2] = within;
  out[3] = 1 - squares;
  out[4] = own - 2 * shared + truth;
  out[5] = f[1];
  out[6] = f[2];
}

}  // namespace genloss::workers
