#pragma once
// What is done to single rows: normalisation, softmax. Only for kernels_*.cpp.

#include "workers/sampling/kernels/kernels.hpp"
#include "workers/sampling/kernels/simd.hpp"

namespace genloss::workers {
namespace {

GENLOSS_INLINE float sum_of(const float* row, int width) {
  simd::Floats sums = {};
  int i = 0;
  for (; i + simd::width <= width; i += simd::width) sums += simd::load(row + i);
  float total = simd::sum(sums);
  for (; i < width; ++i) total += row[i];
  return total;
}

GENLOSS_INLINE float sum_of_squares(const float* row, int width, float mean) {
  simd::Floats sums = {};
  int i = 0;
  for (; i + simd::width <= width; i += simd::width) {
    const simd::Floats difference = simd::load(row + i) - mean;
    sums += difference * difference;
  }
  float total = simd::sum(sums);
  for (; i < width; ++i) total += (row[i] - mean) * (row[i] - mean);
  return total;
}

void normalise(Rows in, int rows, int width, double epsilon, const float* weight, const float* bias, Rows out) {
  for (int r = 0; r < rows; ++r) {
    const float* x = in.at(r);
    float* y = out.at(r);
    const float n = static_cast<float>(width);
    const float mean = bias != nullptr ? sum_of(x, width) / n : 0.0F;
    const float square = sum_of_squares(x, width, mean) / n;
    const float factor = 1.0F / std::sqrt(square + static_cast<float>(epsilon));
    int i = 0;
    for (; i + simd::width <= width; i += simd::width) {
      const simd::Floats scaled = (simd::load(x + i) - mean) * factor * simd::load(weight + i);
      simd::store(y + i, bias != nullptr ? scaled + simd::load(bias + i) : scaled);
    }
    for (; i < width; ++i) {
      const float scaled = (x[i] - mean) * factor * weight[i];
      y[i] = bias != nullptr ? scaled + bias[i] : scaled;
    }
  }
}

/// The vector of logits at `i`, with -infinity where there are none.
GENLOSS_INLINE simd::Floats logits_at(std::span<const float> logits, std::size_t i) {
  if (i + simd::width <= logits.size()) return simd::load(logits.data() + i);
  simd::Floats v = simd::all(-__builtin_inff());
  for (std::size_t k = 0; i + k < logits.size(); ++k) v[static_cast<int>(k)] = logits[i + k];
  return v;
}

LogitSummary summarise(std::span<const float> logits) {
  simd::Floats most = simd::all(-__builtin_inff());
  for (std::size_t i = 0; i < logits.size(); i += simd::width) most = simd::larger(most, logits_at(logits, i));
  LogitSummary summary;
  summary.largest = simd::largest(most);
  while (logits[static_cast<std::size_t>(summary.arg_largest)] != summary.largest) ++summary.arg_largest;

  simd::Doubles sums = {}, weighted = {};
  for (std::size_t i = 0; i < logits.size(); i += simd::width) {
    const simd::Floats below = logits_at(logits, i) - summary.largest;
    const simd::Floats e = simd::exp(below);
    simd::add_to(sums, e);
    simd::add_to(weighted, e > 0.0F ? e * below : e);
  }
  summary.sum = simd::sum(sums);
  summary.weighted = simd::sum(weighted);
  return summary;
}

void exponentials(std::span<const float> logits, float largest, float inverse_temperature, float* weights) {
  std::size_t i = 0;
  for (; i + simd::width <= logits.size(); i += simd::width) {
    simd::store(weights + i, simd::exp((simd::load(logits.data() + i) - largest) * inverse_temperature));
  }
  const simd::Floats rest =
      i < logits.size() ? simd::exp((logits_at(logits, i) - largest) * inverse_temperature) : simd::Floats{};
  for (int k = 0; i < logits.size(); ++i, ++k) weights[i] = rest[k];
}

}  // namespace
}  // namespace genloss::workers
