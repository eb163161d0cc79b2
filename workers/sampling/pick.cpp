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
  order_.clear();
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    if (weights_[i] > 0) order_.push_back({weights_[i], static_cast<std::int32_t>(i)});
  }
  const auto comes_first = [](const Candidate& a, const Candidate& b) {
    return a.weight != b.weight ? a.weight > b.weight : a.token < b.token;
  };
  const double enough = rule_.top_p * std::accumulate(weights_.begin(), weights_.end(), 0.0);
  double kept = 0;
  std::size_t sorted = 0, next = 0;
  for (; next < order_.size() && (next == 0 || kept < enough); ++next) {
    if (next == sorted) {  // only the few that are kept have to come in order
      constexpr std::size_t at_first = 64;
      const auto begin = order_.begin() + static_cast<std::ptrdiff_t>(sorted);
      sorted = std::min(order_.size(), std::max(at_first, 2 * sorted));
      const auto end = order_.begin() + static_cast<std::ptrdiff_t>(sorted);
      std::nth_element(begin, end, order_.end(), comes_first);
      std::sort(begin, end, comes_first);
    }
    kept += order_[next].weight;
  }
  for (; next < order_.size(); ++next) weights_[static_cast<std::size_t>(order_[next].token)] = 0;
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
