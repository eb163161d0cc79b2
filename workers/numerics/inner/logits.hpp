#pragma once
// What picking and scoring ask of a row of logits. Only for kernels_*.cpp.

#include "workers/numerics/inner/simd.hpp"
#include "workers/numerics/kernels.hpp"

namespace genloss::workers::numerics {
namespace {

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
}  // namespace genloss::workers::numerics
