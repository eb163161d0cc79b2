#include "workers/families/categorical/symbol_distribution.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>

#include "jobs/error.hpp"
#include "storage/files/file.hpp"
#include "workers/measures/text/words.hpp"

namespace genloss::workers {
namespace {

std::vector<double> word_frequencies(const std::filesystem::path& text) {
  std::map<std::string, std::uint64_t> counts;
  for (std::string& word : word_types(storage::read_text(text))) ++counts[std::move(word)];
  if (counts.empty()) {
    throw Error(ExitCode::bad_data, "count words", text.string(), "it holds no word",
                "categorical.counts is a text whose words are counted");
  }
  std::vector<double> frequencies;
  for (const auto& [word, count] : counts) frequencies.push_back(static_cast<double>(count));
  std::stable_sort(frequencies.begin(), frequencies.end(), std::greater<>());
  return frequencies;
}

void normalise(std::span<double> weights) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) weight /= sum;
}

/// Places of the positive weights from the largest down, equal ones in their order.
std::vector<std::size_t> by_weight(std::span<const double> weights) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] > 0) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return weights[a] > weights[b]; });
  return order;
}

/// Of `order`, how many stay.
std::size_t kept(const jobs::SamplingSection& sampling, std::span<const double> weights,
                 const std::vector<std::size_t>& order) {
  std::size_t keep = order.size();
  if (sampling.temperature == 0) return 1;
  if (sampling.top_k > 0) keep = std::min(keep, static_cast<std::size_t>(sampling.top_k));
  const double floor = sampling.min_p * weights[order.front()];
  while (keep > 1 && weights[order[keep - 1]] < floor) --keep;
  if (sampling.top_p >= 1) return keep;
  double all = 0, held = 0;
  for (std::size_t i = 0; i < keep; ++i) all += weights[order[i]];
  for (std::size_t i = 0; i < keep; ++i) {
    held += weights[order[i]];
    if (held >= sampling.top_p * all) return i + 1;
  }
  return keep;
}

}  // namespace

std::vector<double> true_distribution(const CategoricalOptions& options) {
  if (options.shape == SymbolShape::counts) {
    auto frequencies = word_frequencies(options.counts);
    normalise(frequencies);
    return frequencies;
  }
  std::vector<double> weights(static_cast<std::size_t>(options.symbols), 1.0);
  const double shift = options.shape == SymbolShape::zipf_mandelbrot ? options.shift : 0.0;
  if (options.shape != SymbolShape::uniform) {
    for (std::size_t i = 0; i < weights.size(); ++i) {
      weights[i] = std::pow(static_cast<double>(i + 1) + shift, -options.exponent);
    }
  }
  normalise(weights);
  return weights;
}

void decode(const jobs::SamplingSection& sampling, std::span<double> probabilities) {
  const bool as_it_is = sampling.temperature == 1 && sampling.top_k == 0 && sampling.top_p >= 1 && sampling.min_p == 0;
  if (as_it_is) return;
  if (sampling.temperature > 0 && sampling.temperature != 1) {
    const double largest = *std::max_element(probabilities.begin(), probabilities.end());
    for (double& p : probabilities) p = std::pow(p / largest, 1 / sampling.temperature);
  }
  const auto order = by_weight(probabilities);
  const std::size_t keep = kept(sampling, probabilities, order);
  for (std::size_t i = keep; i < order.size(); ++i) probabilities[order[i]] = 0;
  normalise(probabilities);
}

std::vector<double> cumulated(std::span<const double> probabilities) {
  std::vector<double> sums(probabilities.size());
  std::partial_sum(probabilities.begin(), probabilities.end(), sums.begin());
  // Rounding must not leave a gap below 1 that no symbol, or one of probability 0, would fill.
  std::size_t last = probabilities.size();
  while (last > 1 && probabilities[last - 1] <= 0) --last;
  for (std::size_t i = last - 1; i < sums.size(); ++i) sums[i] = 1;
  return sums;
}

std::uint32_t symbol_at(std::span<const double> cumulated, double uniform) {
  return static_cast<std::uint32_t>(std::upper_bound(cumulated.begin(), cumulated.end(), uniform) - cumulated.begin());
}

}  // namespace genloss::workers
