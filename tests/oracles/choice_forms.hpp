#pragma once
// Closed forms of choices by a column, over frequencies of symbols, and how far what was counted is from them.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

namespace genloss::oracles {

using Frequencies = std::vector<double>;

/// What an infinite corpus of frequencies p becomes where one of k independent samples is kept by the softmax of its
/// reward (Ferbach et al. 2024; CF17): p'(x) = k p(x) E [e^r(x) / (e^r(x) + sum over the k - 1 others of e^r(y))].
inline Frequencies curated(const Frequencies& p, const std::vector<double>& reward, int k) {
  // The expectation over others, one after the other: few symbols, small k.
  const auto share = [&](const auto& again, double own, double sum, int others) -> double {
    if (others == 0) return own / sum;
    double mean = 0;
    for (std::size_t y = 0; y < p.size(); ++y) {
      if (p[y] > 0) mean += p[y] * again(again, own, sum + std::exp(reward[y]), others - 1);
    }
    return mean;
  };
  Frequencies next(p.size());
  for (std::size_t x = 0; x < p.size(); ++x) {
    const double own = std::exp(reward[x]);
    next[x] = k * p[x] * share(share, own, own, k - 1);
  }
  return next;
}

/// Where symbols of value 1 are kept with probability `hits`, and those of value 0 with `false_hits` (Feng et al. 2024;
/// CF18): the wrong share becomes p psi / (p psi + (1 - p) phi).
inline Frequencies verified(const Frequencies& p, const std::vector<double>& is_right, double hits, double false_hits) {
  Frequencies next(p.size());
  for (std::size_t x = 0; x < p.size(); ++x) next[x] = p[x] * (is_right[x] > 0.5 ? hits : false_hits);
  const double kept = std::accumulate(next.begin(), next.end(), 0.0);
  for (double& q : next) q /= kept;
  return next;
}

/// Frequencies expected in so many independent samples; or in other numbers, with other variances.
struct Drawn {
  Frequencies expected;
  double samples = 0;
  std::vector<double> variances{};  ///< of each frequency; empty: of samples that are independent
  [[nodiscard]] double variance(std::size_t x) const {
    return variances.empty() ? expected[x] * (1 - expected[x]) / samples : variances[x];
  }
};

/// Independent samples, and others that were drawn without replacement from `pool`.
inline Drawn beside(const Drawn& a, const Drawn& human, double pool) {
  Drawn sum{{}, a.samples + human.samples, {}};
  const double share = a.samples / sum.samples;
  for (std::size_t x = 0; x < a.expected.size(); ++x) {
    sum.expected.push_back(share * a.expected[x] + (1 - share) * human.expected[x]);
    const double finite = (pool - human.samples) / (pool - 1);
    sum.variances.push_back(share * share * a.variance(x) + (1 - share) * (1 - share) * human.variance(x) * finite);
  }
  return sum;
}

/// The largest distance of a frequency from what is expected, in standard errors.
inline double distance(const Frequencies& counted, const Drawn& wanted) {
  double most = 0;
  for (std::size_t x = 0; x < counted.size(); ++x) {
    if (wanted.variance(x) > 0) {
      most = std::max(most, std::abs(counted[x] - wanted.expected[x]) / std::sqrt(wanted.variance(x)));
    } else if (counted[x] != wanted.expected[x]) {
      return HUGE_VAL;
    }
  }
  return most;
}

/// The sum of squared distances from the expectation, which is (1 - sum p^2) / samples: how far it is from that, in
/// standard errors. For many symbols of like frequency it is a chi-square of one less than there are.
inline double off_in_squares(const Frequencies& counted, const Drawn& wanted) {
  double sum = 0;
  std::size_t symbols = 0;
  for (std::size_t x = 0; x < counted.size(); ++x) {
    if (wanted.expected[x] <= 0) continue;
    const double off = counted[x] - wanted.expected[x];
    sum += wanted.samples * off * off / wanted.expected[x];
    ++symbols;
  }
  const auto freedom = static_cast<double>(symbols - 1);
  return (sum - freedom) / std::sqrt(2 * freedom);
}

}  // namespace genloss::oracles
