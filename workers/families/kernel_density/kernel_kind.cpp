#include "workers/families/kernel_density/kernel_kind.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <utility>

#include "jobs/error.hpp"
#include "workers/families/chain_numbers.hpp"

namespace genloss::workers {
namespace {

struct Spread {
  double mean = 0, squares = 0;  // squares: sum of squared distances from the mean
};

Spread spread_of_coordinate(std::span<const double> points, std::size_t d, std::size_t i) {
  const auto n = static_cast<double>(points.size() / d);
  Spread spread;
  for (std::size_t at = i; at < points.size(); at += d) spread.mean += points[at];
  spread.mean /= n;
  for (std::size_t at = i; at < points.size(); at += d) {
    spread.squares += (points[at] - spread.mean) * (points[at] - spread.mean);
  }
  return spread;
}

/// Variance of a kernel of width 1 along a coordinate; a tophat is even in a ball.
double kernel_variance(Kernel kernel, std::size_t d) {
  return kernel == Kernel::gaussian ? 1.0 : 1.0 / (static_cast<double>(d) + 2);
}

}  // namespace

std::vector<double> bandwidths_of(std::span<const double> points, std::size_t d, Bandwidth rule, double width) {
  std::vector<double> widths(d, width);
  if (rule == Bandwidth::fixed) return widths;
  const auto n = static_cast<double>(points.size() / d), dimension = static_cast<double>(d);
  const double base = rule == Bandwidth::scott ? n : n * (dimension + 2) / 4;
  const double factor = std::pow(base, -1 / (dimension + 4));
  for (std::size_t i = 0; i < d; ++i) {
    widths[i] = factor * std::sqrt(spread_of_coordinate(points, d, i).squares / (n - 1));
  }
  return widths;
}

KernelKind::KernelKind(const jobs::StudySpec& spec)
    : options_(kernel_options(spec)),
      replicates_(static_cast<std::uint64_t>(options_.replicates)),
      d_(static_cast<std::uint64_t>(options_.dimension)),
      seed_(spec.study.seed),
      samples_(spec.sampling.samples) {}

ChainFormat KernelKind::format() const {
  return {section, {{"points", {0, d_}}, {"bandwidths", {d_}}}, {"alive", "collapsed", "not_finite"}};
}

void KernelKind::Truth::draw(const jobs::CounterRandom& random, std::uint64_t sample, std::uint64_t chain,
                             std::span<Value> out) const {
  const std::uint64_t d = out.size(), first = chain * (d + 1);
  for (std::uint64_t i = 0; i < d; ++i) {
    out[i] = (shape == PointShape::blob ? deviation : scatter) * random.normal(sample, first + i);
  }
  if (shape == PointShape::blob) return;
  const double u = random.uniform(sample, first + d) * 2;
  const bool second = u >= 1;
  const double along = second ? u - 1 : u;
  if (shape == PointShape::rings) {
    const double radius = second ? 1 : 0.5, angle = 2 * std::numbers::pi * along;
    out[0] += deviation * radius * std::cos(angle);
    out[1] += deviation * radius * std::sin(angle);
  } else {
    const double x = std::cos(std::numbers::pi * along), y = std::sin(std::numbers::pi * along);
    out[0] += deviation * (second ? 0.5 - x : x - 0.5);
    out[1] += deviation * (second ? 0.25 - y : y - 0.25);
  }
}

void KernelKind::Model::draw(const jobs::CounterRandom& random, std::uint64_t sample, std::uint64_t chain,
                             std::span<Value> out) const {
  const auto all = fitted.tables[points].of(chain), widths = fitted.tables[bandwidths].of(chain);
  const std::uint64_t d = out.size(), first = chain * (d + 2);
  const std::uint64_t chosen = random.below(all.size() / d, sample, first + d);
  double length = 0;
  for (std::uint64_t i = 0; i < d; ++i) {
    out[i] = random.normal(sample, first + i);
    length += out[i] * out[i];
  }
  // A point of a ball: a normal direction, and a radius whose d-th power is even.
  const double scale =
      kernel == Kernel::gaussian
          ? 1
          : std::pow(random.uniform(sample, first + d + 1), 1 / static_cast<double>(d)) / std::sqrt(length);
  for (std::uint64_t i = 0; i < d; ++i) out[i] = all[chosen * d + i] + widths[i] * scale * out[i];
}

KernelKind::Model KernelKind::drawer(ChainModel model) const { return {std::move(model), options_.kernel}; }

ChainModel KernelKind::fit(ChainFitting& fitting) const {
  const std::uint64_t units = fitting.units(), count = (units + 1) * d_;
  if (units < 2 && options_.bandwidth != Bandwidth::fixed) {
    throw Error(ExitCode::usage, "fit kernel density", "generation " + std::to_string(fitting.generation()),
                "a single sample has no spread to take a bandwidth from",
                "raise sampling.samples or policy.size, or set kernel_density.bandwidth = fixed");
  }
  ChainModel model(replicates_, {{"points", {units, d_}}, {"bandwidths", {d_}}});
  const auto fitted = fitting.each_chain(
      d_, count, "fit kernel densities",
      [&](std::uint64_t, const ChainFitting::Samples& samples, std::span<double> out) {
        const auto widths = bandwidths_of(samples.values, d_, options_.bandwidth, options_.width);
        std::copy(widths.begin(), widths.end(), std::copy(samples.values.begin(), samples.values.end(), out.begin()));
      });
  for (std::uint64_t r = 0; r < replicates_; ++r) {
    const auto of_chain = std::span(fitted).subspan(r * count, count);
    const auto all = model.tables[points].of(r), widths = model.tables[bandwidths].of(r);
    std::copy_n(of_chain.begin(), all.size(), all.begin());
    std::copy_n(of_chain.begin() + static_cast<std::ptrdiff_t>(all.size()), d_, widths.begin());
    for (std::uint64_t i = 0; i < d_; ++i) {
      // Of points far from 0, rounding alone has a spread.
      const double rounding =
          4 * std::numeric_limits<double>::epsilon() * std::abs(spread_of_coordinate(all, d_, i).mean);
      if (widths[i] > rounding || model.states[r] != alive) continue;
      model.states[r] = collapsed;
    }
    const bool finite = std::all_of(of_chain.begin(), of_chain.end(), [](double x) { return std::isfinite(x); });
    if (!finite) model.states[r] = not_finite;
    if (model.states[r] == collapsed) std::fill(widths.begin(), widths.end(), 0.0);
  }
  return model;
}

double KernelKind::negative_log_likelihood(const ChainModel& model, std::uint64_t chain) const {
  const auto all = model.tables[points].of(chain), widths = model.tables[bandwidths].of(chain);
  const jobs::CounterRandom random({seed_, jobs::Purpose::truth, 0});
  const Truth human = truth();
  const std::size_t n = all.size() / d_;
  const auto d = static_cast<double>(d_);
  double volume = 0;  // log of what a kernel's shape integrates to
  for (const double h : widths) volume += std::log(h);
  volume += options_.kernel == Kernel::gaussian ? 0.5 * d * std::log(2 * std::numbers::pi)
                                                : 0.5 * d * std::log(std::numbers::pi) - std::lgamma(d / 2 + 1);
  std::vector<double> x(d_), distances(n);
  double sum = 0;
  for (int k = 0; k < options_.test_points; ++k) {
    // Behind the samples to train on and those held out.
    human.draw(random, 2 * samples_ + static_cast<std::uint64_t>(k), chain, x);
    for (std::size_t t = 0; t < n; ++t) {
      distances[t] = 0;
      for (std::size_t i = 0; i < d_; ++i) {
        const double z = (x[i] - all[t * d_ + i]) / widths[i];
        distances[t] += z * z;
      }
    }
    double density = 0, nearest = 0;
    if (options_.kernel == Kernel::gaussian) {
      nearest = *std::min_element(distances.begin(), distances.end());
      for (const double distance : distances) density += std::exp(0.5 * (nearest - distance));
    } else {
      density = static_cast<double>(
          std::count_if(distances.begin(), distances.end(), [](double distance) { return distance <= 1; }));
    }
    sum -= std::log(density / static_cast<double>(n)) - 0.5 * nearest - volume;
  }
  return sum / options_.test_points;
}

void KernelKind::numbers(const ChainModel& model, std::uint64_t chain, std::span<double> out) const {
  if (model.states[chain] == not_finite) return;
  const auto all = model.tables[points].of(chain), widths = model.tables[bandwidths].of(chain);
  const auto n = static_cast<double>(all.size() / d_), d = static_cast<double>(d_);
  double variance = 0, error = 0, width = 0;
  for (std::uint64_t i = 0; i < d_; ++i) {
    const Spread spread = spread_of_coordinate(all, d_, i);
    variance += (spread.squares / n + kernel_variance(options_.kernel, d_) * widths[i] * widths[i]) / d;
    error += spread.mean * spread.mean;  // the true mean is 0
    width += widths[i] / d;
  }
  out[0] = model.states[chain] == alive ? negative_log_likelihood(model, chain) : no_number;
  out[1] = variance;
  out[2] = error;
  out[3] = width;
}

}  // namespace genloss::workers
