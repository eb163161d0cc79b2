#include "workers/sampling/pick.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "workers/numerics/kernels.hpp"

namespace genloss::workers {

PickRule PickRule::of(const jobs::SamplingSection& spec) {
  return {spec.temperature, spec.top_k, spec.top_p, spec.min_p};
}

Picker::Picker(PickRule rule, int vocabulary) : rule_(rule), weights_(static_cast<std::size_t>(vocabulary)) {}

Picked Picker::pick(std::span<const float> logits, double uniform) {
  const numerics::LogitSummary summary = numerics::kernels().summarise(logits);
  Picked picked;
  if (rule_.temperature == 0.0) {
    picked.token = summary.arg_largest;
  } else {
    numerics::kernels().exponentials(logits, summary.largest, static_cast<float>(1.0 / rule_.temperature),
                                     weights_.data());
    keep_top_k(logits);
    keep_top_p();
    keep_min_p();
    picked.token = draw(uniform);
  }
  const double below = static_cast<double>(logits[static_cast<std::size_t>(picked.token)]) - summary.largest;
  picked.log_probability = below - std::log(summary.sum);
  return picked;
}

void Picker::keep_top_k(std::span<const float> logits) {
  const auto k = static_cast<std::size_t>(rule_.top_k);
  if (k == 0 || k >= logits.size()) return;
  sorted_.assign(logits.begin(), logits.end());
  const auto last = sorted_.begin() + static_cast<std::ptrdiff_t>(k) - 1;
  std::nth_element(sorted_.begin(), last, sorted_.end(), std::greater<>());
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (logits[i] < *last) weights_[i] = 0;
  }
}

void Picker::keep_top_p() {
  if (rule_.top_p >= 1.0) return;
  order_.resize(weights_.size());
  std::iota(order_.begin(), order_.end(), 0);
  const auto weight = [this](std::int32_t i) -> float& { return weights_[static_cast<std::size_t>(i)]; };
  std::sort(order_.begin(), order_.end(),
            [&](std::int32_t a, std::int32_t b) { return weight(a) != weight(b) ? weight(a) > weight(b) : a < b; });
  const double enough = rule_.top_p * std::accumulate(weights_.begin(), weights_.end(), 0.0);
  double kept = 0;
  for (std::size_t i = 0; i < order_.size(); ++i) {
    if (i > 0 && kept >= enough) {
      weight(order_[i]) = 0;
    } else {
      kept += weight(order_[i]);
    }
  }
}

void Picker::keep_min_p() {
  if (rule_.min_p <= 0.0) return;
  // The greatest weight is exp(0) = 1, and no rule cuts it off.
  for (auto& weight : weights_) {
    if (weight < rule_.min_p) weight = 0;
  }
}

std::int32_t Picker::draw(double uniform) const {
  // Sums of 16 first: a chain of additions over the whole vocabulary would take longer than the exponentials.
  constexpr std::size_t block = 16;
  const auto block_sum = [this](std::size_t first) {
    double sum = 0;
    for (std::size_t i = first; i < std::min(first + block, weights_.size()); ++i) sum += weights_[i];
    return sum;
  };
  double total = 0;
  for (std::size_t first = 0; first < weights_.size(); first += block) total += block_sum(first);
  const double target = uniform * total;
  double below = 0;
  for (std::size_t first = 0; first < weights_.size(); first += block) {
    const double sum = block_sum(first);
    if (below + sum <= target && first + block < weights_.size()) {
      below += sum;
      continue;
    }
    for (std::size_t i = first; i < std::min(first + block, weights_.size()); ++i) {
      below += weights_[i];
      if (weights_[i] > 0 && below > target) return static_cast<std::int32_t>(i);
    }
  }
  // Rounding can leave the target at the very end: then it is the last token that is possible at all.
  const auto possible = std::find_if(weights_.rbegin(), weights_.rend(), [](float weight) { return weight > 0; });
  return static_cast<std::int32_t>(weights_.rend() - possible) - 1;
}

}  // namespace genloss::workers
