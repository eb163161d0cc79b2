// The oracles themselves, against golden numbers of the literature and of independent Monte Carlo runs.
#include "tests/oracles/closed_forms.hpp"

#include <gtest/gtest.h>

namespace {
using namespace genloss::oracles;

TEST(closed_forms, special_functions_have_their_known_values) {
  EXPECT_NEAR(digamma(1), -0.57721566490153286, 1e-12);
  EXPECT_NEAR(digamma(0.5), -1.9635100260214235, 1e-12);
  EXPECT_NEAR(trigamma(1), std::numbers::pi * std::numbers::pi / 6, 1e-12);
  EXPECT_NEAR(trigamma(0.5), std::numbers::pi * std::numbers::pi / 2, 1e-12);
  EXPECT_NEAR(c4(2), std::sqrt(2 / std::numbers::pi), 1e-12);
  EXPECT_NEAR(c4(10), 0.9726593, 1e-7);
}

TEST(closed_forms, replace_unbiased_has_its_golden_numbers) {
  const ReplaceUnbiased m100{100}, m10{10}, m1000{1000};
  EXPECT_NEAR(m100.wasserstein2_squared(10), 0.149872, 5e-7);
  EXPECT_NEAR(m100.standard_deviation(10), 0.975064, 5e-7);
  EXPECT_NEAR(m100.wasserstein2_squared(100), 1.446320, 5e-7);
  EXPECT_NEAR(m100.standard_deviation(100), 0.776840, 5e-7);
  EXPECT_NEAR(m10.wasserstein2_squared(10), 1.484216, 5e-7);
  EXPECT_NEAR(m1000.wasserstein2_squared(100), 0.149429, 5e-7);
  EXPECT_NEAR(m10.log_variance(1), -0.115206, 5e-7);
  EXPECT_NEAR(m100.log_variance(1), -0.0101350, 5e-8);
  EXPECT_NEAR(m1000.log_variance(1), -0.00100134, 5e-9);
  EXPECT_NEAR(m100.variance_of_log_variance(1), 2.0 / 99, 3e-4);
}

TEST(closed_forms, replace_maximum_likelihood_has_its_golden_numbers) {
  const ReplaceMaximumLikelihood m100{100};
  EXPECT_NEAR(m100.variance(100), 0.366032, 5e-7);
  EXPECT_NEAR(m100.wasserstein2_squared(100), 1.060014, 5e-7);
  EXPECT_NEAR(m100.wasserstein2_squared(100'000), 2, 1e-6) << "bounded";
}

TEST(closed_forms, one_dimension_of_the_multivariate_case_is_the_univariate_one) {
  EXPECT_NEAR((ReplaceMultivariate{20, 1, 1, 0}.expected_log_determinant(7)), ReplaceUnbiased{20}.log_variance(7),
              1e-12);
}

TEST(closed_forms, accumulate_has_its_limits) {
  EXPECT_NEAR(AccumulateMaximumLikelihood{10}.variance_in_the_limit(), 0.843436, 5e-7);
  EXPECT_NEAR(AccumulateMaximumLikelihood{100}.variance_in_the_limit(), 0.983632, 5e-7);
  EXPECT_NEAR(AccumulateMaximumLikelihood{1000}.variance_in_the_limit(), 0.998356, 5e-7);
  EXPECT_NEAR(AccumulateMaximumLikelihood{10}.variance(100'000), 0.843436, 2e-6);
}
}  // namespace
