#include "workers/families/linear_regression/regression_kind.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "jobs/error.hpp"
#include "workers/families/chain_numbers.hpp"
#include "workers/measures/statistics/small_matrix.hpp"

namespace genloss::workers {
namespace {

double inner(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

RegressionKind::RegressionKind(const jobs::StudySpec& spec)
    : options_(regression_options(spec)),
      replicates_(static_cast<std::uint64_t>(options_.replicates)),
      dimension_(static_cast<std::uint64_t>(options_.dimension)),
      seed_(spec.study.seed),
      truth_(dimension_, options_.coefficient) {}

ChainFormat RegressionKind::format() const {
  return {section, {{"coefficients", {dimension_}}, {"noise"}}, {"alive", "noiseless", "not_finite"}};
}

void RegressionKind::draw_labelled(const jobs::CounterRandom& rows, const jobs::CounterRandom& labels,
                                   std::uint64_t sample, std::uint64_t chain, std::span<const double> w,
                                   double deviation, std::span<Value> out) {
  const std::uint64_t d = w.size(), first = chain * (d + 1);
  double y = deviation * labels.normal(sample, first + d);
  for (std::uint64_t j = 0; j < d; ++j) {
    out[j] = rows.normal(sample, first + j);
    y += out[j] * w[j];
  }
  out[d] = y;
}

RegressionKind::Model RegressionKind::drawer(ChainModel model) const {
  return {std::move(model), options_.design == Design::same,
          jobs::CounterRandom({seed_, jobs::Purpose::truth, 0})};  // UnitsOfTruth's key
}

ChainModel RegressionKind::fit(ChainFitting& fitting) const {
  const std::uint64_t d = dimension_, triangle = d * (d + 1) / 2;
  if (options_.ridge == 0 && fitting.units() <= d) {
    throw Error(ExitCode::usage, "fit regression", "generation " + std::to_string(fitting.generation()),
                std::to_string(fitting.units()) + " samples do not determine " + std::to_string(d) + " coefficients",
                "raise sampling.samples or policy.size, or set linear_regression.ridge");
  }
  const auto sums =
      fitting.sums<Value>(triangle + d, "sums of products",
                          [d](std::uint64_t, std::span<const Value> sample, double weight, std::span<double> sum) {
                            std::size_t k = 0;
                            for (std::size_t i = 0; i < d; ++i) {
                              const double x = weight * sample[i];
                              for (std::size_t j = 0; j <= i; ++j) sum[k++] += x * sample[j];
                            }
                            for (std::size_t i = 0; i < d; ++i) sum[k++] += weight * sample[i] * sample[d];
                          });
  ChainModel model(replicates_, format().layout);
  std::vector<double> gram(d * d);
  for (std::uint64_t r = 0; r < replicates_; ++r) {
    const double* of_chain = sums.data() + r * (triangle + d);
    std::size_t k = 0;
    for (std::size_t i = 0; i < d; ++i) {
      for (std::size_t j = 0; j <= i; ++j) gram[i * d + j] = gram[j * d + i] = of_chain[k++];
      gram[i * d + i] += options_.ridge;
    }
    const auto solution = solved_by_cholesky(semidefinite_cholesky(gram, d), {of_chain + k, d}, d);
    std::copy(solution.begin(), solution.end(), model.tables[coefficients].of(r).begin());
    model.tables[noise].values[r] = options_.noise;
    if (!std::isfinite(inner(solution, solution))) model.states[r] = not_finite;
  }
  if (options_.label_noise == LabelNoise::fitted) fit_noise(fitting, model);
  return model;
}

void RegressionKind::fit_noise(ChainFitting& fitting, ChainModel& model) const {
  const std::uint64_t d = dimension_;
  if (fitting.units() <= d) {
    throw Error(ExitCode::usage, "fit regression", "generation " + std::to_string(fitting.generation()),
                std::to_string(fitting.units()) + " samples leave nothing to estimate a noise from",
                "raise sampling.samples or policy.size, or set linear_regression.label_noise = known");
  }
  const auto sums = fitting.sums<Value>(
      2, "sums of residuals",
      [&](std::uint64_t chain, std::span<const Value> sample, double weight, std::span<double> sum) {
        const double residual = sample[d] - inner(model.tables[coefficients].of(chain), sample.first(d));
        sum[0] += weight * residual * residual;
        sum[1] += weight * sample[d] * sample[d];
      });
  for (std::uint64_t r = 0; r < replicates_; ++r) {
    const double residual = sums[2 * r], all = sums[2 * r + 1];
    double& deviation = model.tables[noise].values[r];
    deviation = std::sqrt(residual / static_cast<double>(fitting.units() - d));
    if (!std::isfinite(deviation)) {
      model.states[r] = not_finite;
    } else if (!(residual > std::pow(4 * std::numeric_limits<double>::epsilon(), 2) * all)) {
      // What is left is the rounding of the labels: from now on they lie on a plane.
      deviation = 0;
      model.states[r] = noiseless;
    }
  }
}

void RegressionKind::numbers(const ChainModel& model, std::uint64_t chain, std::span<double> out) const {
  const auto w = model.tables[coefficients].of(chain);
  const double deviation = model.tables[noise].values[chain];
  double error = 0;
  for (std::size_t i = 0; i < w.size(); ++i) error += (w[i] - truth_[i]) * (w[i] - truth_[i]);
  out[0] = error;
  out[1] = inner(w, truth_) / inner(truth_, truth_);
  out[2] = deviation * deviation;
  out[3] = 2 * std::log(deviation);  // of a noiseless chain not finite, and left out
}

}  // namespace genloss::workers
