// Closed forms of mixes with human data, at the numbers of the literature.
#include <gtest/gtest.h>

#include "tests/oracles/closed_forms.hpp"

namespace genloss::oracles {
namespace {
constexpr double printed = 5e-6;  // of golden numbers with six digits
}

TEST(policy_forms, subsampling_what_accumulates_is_cf6) {
  const AccumulateSubsample form{40};
  EXPECT_NEAR(form.variance(1), 0.975, printed);
  EXPECT_NEAR(form.variance(2), 0.95664, printed);
  EXPECT_NEAR(form.variance(5), 0.94141, printed);
  EXPECT_NEAR(form.variance(60), 0.92991, printed);
}

TEST(policy_forms, a_fraction_of_fresh_human_samples_is_cf8) {
  EXPECT_NEAR((FreshFraction{100, 0.01}.limit()), 0.33557, printed);
  EXPECT_NEAR((FreshFraction{100, 0.05}.limit()), 0.093458, printed);
  EXPECT_NEAR((FreshFraction{100, 0.1}.limit()), 0.050251, printed);
  EXPECT_NEAR((FreshFraction{100, 0.5}.limit()), 0.013245, printed);
  const Moments late = FreshFraction{100, 0.1}.after(2000);
  EXPECT_NEAR(late.mean_squared_error, 0.050251, printed);
  EXPECT_NEAR(late.variance, 1 - 0.050251, printed);
}

TEST(policy_forms, human_samples_kept_for_ever_are_cf9) {
  constexpr double n_r = 1e6;
  EXPECT_NEAR((KeptHuman{n_r, 1, n_r}.after(500).mean_squared_error * n_r), 1.3333, 1e-4);
  EXPECT_NEAR((KeptHuman{n_r, 4, n_r}.after(500).mean_squared_error * n_r), 1.4444, 1e-4);
  EXPECT_NEAR((KeptHuman{n_r, 4, n_r}.limit() * n_r), 1.4444, 1e-4);
}

TEST(policy_forms, weights_of_human_samples_are_cf10) {
  EXPECT_NEAR(WeightedHuman::best_weight(1), 0.618034, printed);
  EXPECT_NEAR(WeightedHuman::best_weight(2), 0.5, printed);
  EXPECT_NEAR(WeightedHuman::best_weight(4), 0.390388, printed);
  EXPECT_NEAR(WeightedHuman::best_weight(10), 0.270156, printed);
  constexpr double n = 1e6;
  for (const double k : {1.0, 4.0}) {
    const double w = WeightedHuman::best_weight(k);
    EXPECT_NEAR((WeightedHuman{n, k, w}.limit() * n), w, printed) << "V(w*) = w* s2 / n";
    EXPECT_NEAR((WeightedHuman{n, k, w, n}.after(500).mean_squared_error * n), w, printed);
    EXPECT_GT((WeightedHuman{n, k, w * 1.1}.limit()), (WeightedHuman{n, k, w}.limit()));
  }
  EXPECT_NEAR((WeightedHuman{n, 1, 0.5}.limit() * n), 0.66667, printed);
  EXPECT_NEAR((WeightedHuman{n, 4, 0.2}.limit() * n), 0.55556, printed);
}

}  // namespace genloss::oracles
