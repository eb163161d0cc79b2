#pragma once
// From logits to a token: temperature, then top-k, top-p, min-p, then inverse CDF.

#include <cstdint>
#include <span>
#include <vector>

#include "jobs/study_spec.hpp"

namespace genloss::workers {

struct PickRule {
  double temperature = 1.0;  ///< 0: the most probable token (lowest id of several)
  int top_k = 0;             ///< keep the k most probable tokens, and what ties with the last of them; 0: all
  double top_p = 1.0;        ///< keep the fewest most probable tokens with together at least this probability
  double min_p = 0.0;        ///< keep tokens with at least this share of the greatest probability (Nguyen et al. 2024)
  [[nodiscard]] static PickRule of(const jobs::SamplingSection& spec);
};

struct Picked {
  std::int32_t token = 0;
  /// ln of the token's probability under the model as it is: temperature 1, nothing cut off.
  double log_probability = 0;
};

/// Picks tokens; holds work space, so one per thread.
class Picker {
 public:
  Picker(PickRule rule, int vocabulary);
  /// @param uniform in [0, 1): decides alone. The token is the first whose cumulated probability, in order of id,
  /// exceeds it.
  [[nodiscard]] Picked pick(std::span<const float> logits, double uniform);

 private:
  void keep_top_k(std::span<const float> logits);
  void keep_top_p();
  void keep_min_p();
  [[nodiscard]] std::int32_t draw(double uniform) const;

  PickRule rule_;
  std::vector<float> weights_;  // exp((logit - largest) / temperature), 0 where cut off
  std::vector<float> sorted_;
  struct Candidate {
    float weight = 0;
    std::int32_t token = 0;
  };
  std::vector<Candidate> order_;
};

}  // namespace genloss::workers
