// Pieces of the closed-form family.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "jobs/error.hpp"
#include "tests/test_world.hpp"
#include "tests/workers/plain/closed_form_chain.hpp"
#include "workers/families/gaussian/gaussian_fit.hpp"
#include "workers/families/gaussian/gaussian_measures.hpp"
#include "workers/families/gaussian/gaussian_options.hpp"
#include "workers/measures/statistics/small_matrix.hpp"
#include "workers/measures/verdict/verdict.hpp"

namespace {
using namespace genloss;
using namespace genloss::workers;
using tests::GaussianChain;

/// Units of one real each.
class Reals final : public UnitSource {
 public:
  explicit Reals(std::vector<double> values) : values_(std::move(values)) {}
  std::uint64_t units() const override { return values_.size(); }
  std::size_t unit_bytes() const override { return sizeof(double); }
  void read(std::uint64_t unit, std::span<std::byte> out) override {
    std::memcpy(out.data(), &values_[unit], sizeof(double));
  }

 private:
  std::vector<double> values_;
};
MixReader mix_of(const std::vector<double>& values) {
  std::vector<std::unique_ptr<UnitSource>> sources;
  sources.push_back(std::make_unique<Reals>(values));
  return {MixPlan{0, "real", 1, 1, {{HumanSource{}, {}, values.size(), values.size(), 0}}}, std::move(sources)};
}
jobs::StudySpec small_study() {
  jobs::StudySpec spec;
  spec.parts.of<workers::GaussianOptions>() = {2, 7, 1, -1.0, 2.0, 0.3};
  spec.sampling.samples = 23;
  spec.sampling.shard_samples = 4;
  return spec;
}

TEST(small_matrix, cholesky_multiplies_back_and_bears_singular_matrices) {
  const std::vector<double> a{4, 2, -2, 2, 5, 1, -2, 1, 6};
  const auto l = semidefinite_cholesky(a, 3);
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) {
      double sum = 0;
      for (int k = 0; k < 3; ++k) sum += l[i * 3 + k] * l[j * 3 + k];
      EXPECT_NEAR(sum, a[i * 3 + j], 1e-14);
    }
  }
  EXPECT_NEAR(log_determinant(l, 3), std::log(64.0), 1e-13);
  const auto flat = semidefinite_cholesky(std::vector<double>{1, 1, 1, 1}, 2);
  EXPECT_EQ(flat, (std::vector<double>{1, 0, 1, 0}));
  EXPECT_EQ(log_determinant(flat, 2), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(semidefinite_cholesky(std::vector<double>{1e-300}, 1)[0], std::sqrt(1e-300)) << "tiny is not nothing";
  EXPECT_EQ(semidefinite_cholesky(std::vector<double>{0}, 1)[0], 0);
}

TEST(small_matrix, jacobi_finds_eigenvalues_and_the_square_root_squares) {
  const std::vector<double> a{2, 1, 0, 1, 2, 1, 0, 1, 2};
  auto values = eigen_of_symmetric(a, 3).values;
  std::sort(values.begin(), values.end());
  EXPECT_NEAR(values[0], 2 - std::sqrt(2.0), 1e-14);
  EXPECT_NEAR(values[1], 2, 1e-14);
  EXPECT_NEAR(values[2], 2 + std::sqrt(2.0), 1e-14);
  const auto root = square_root(a, 3);
  const auto squared = product(root, root, 3);
  for (int i = 0; i < 9; ++i) EXPECT_NEAR(squared[i], a[i], 1e-13);
}

TEST(wasserstein2, is_the_known_number) {
  const std::vector<double> zero{0}, one{1}, four{4}, mu{3};
  EXPECT_NEAR(wasserstein2_squared(zero, one, mu, four), 9 + 1, 1e-14);
  EXPECT_EQ(wasserstein2_squared(zero, one, zero, one), 0);
  // Covariances that commute: the sum of squared differences of their axes' standard deviations.
  const std::vector<double> origin{0, 0}, a{4, 0, 0, 9}, b{1, 0, 0, 25};
  EXPECT_NEAR(wasserstein2_squared(origin, a, origin, b), 1 + 4, 1e-12);
  // The same in axes turned by 45 degrees.
  const std::vector<double> turned_a{6.5, -2.5, -2.5, 6.5}, turned_b{13, -12, -12, 13};
  EXPECT_NEAR(wasserstein2_squared(origin, turned_a, origin, turned_b), 1 + 4, 1e-12);
}

TEST(gaussian_fit, is_mean_and_covariance_with_the_given_ddof) {
  for (const int ddof : {0, 1}) {
    auto mix = mix_of({1, 2, 3, 6});
    const auto model = fit_gaussians(tests::ranks(), mix, {1, 1, ddof, 4, {}, {}});
    ASSERT_TRUE(model);
    EXPECT_DOUBLE_EQ(model->means[0], 3);
    EXPECT_DOUBLE_EQ(model->covariances[0], ddof == 1 ? 14.0 / 3 : 14.0 / 4);
  }
}

TEST(gaussian_fit, survives_variances_far_below_the_mean) {
  auto mix = mix_of({1e8 + 1e-7, 1e8 - 1e-7, 1e8 + 1e-7, 1e8 - 1e-7});
  const auto model = fit_gaussians(tests::ranks(), mix, {1, 1, 0, 4, {}, {}});
  EXPECT_NEAR(model->covariances[0] / 1e-14, 1, 0.2) << "the one-pass formula would say 0 or 2";
}

TEST(gaussian_fit, refuses_too_few_samples_and_stops_when_asked) {
  auto mix = mix_of({1});
  EXPECT_THROW((void)fit_gaussians(tests::ranks(), mix, {1, 1, 1, 4, {}, {}}), Error);
  auto more = mix_of({1, 2, 3});
  int asked = 0;
  EXPECT_FALSE(fit_gaussians(tests::ranks(), more, {1, 1, 1, 4, [&] { return ++asked == 2; }, {}}));
}

TEST(gaussian_fit, has_the_same_bits_on_any_number_of_ranks) {
  // Meaningful under mpirun; alone it says that two fits are equal.
  const GaussianFamily family(small_study());
  const auto fit = [&](comms::Communicator& ranks) {
    std::vector<std::unique_ptr<UnitSource>> sources;
    sources.push_back(family.units().open_human(jobs::TrainableSplit::train));
    MixReader mix({0, "sample", 1, 3, {{HumanSource{}, {}, 23, 23, 0}}}, std::move(sources));
    return fit_gaussians(ranks, mix, {7, 2, 1, 8, {}, {}}).value();
  };
  const auto self = comms::make_self();
  const auto alone = fit(*self), together = fit(tests::ranks());
  EXPECT_EQ(alone.means, together.means);
  EXPECT_EQ(alone.covariances, together.covariances);
}

TEST(gaussian_family, a_corpus_does_not_depend_on_its_shards) {
  auto coarse = small_study();
  coarse.sampling.shard_samples = 23;
  const auto self = comms::make_self();
  GaussianChain fine_chain(small_study(), GaussianChain::Policy::replace, *self);
  GaussianChain coarse_chain(coarse, GaussianChain::Policy::replace, *self);
  for (int g = 0; g < 2; ++g) {
    (void)fine_chain.step();
    (void)coarse_chain.step();
    ASSERT_EQ(fine_chain.corpus(g).manifest().shards, 6U);
    for (std::uint64_t s = 0; s < 23; ++s) {
      EXPECT_EQ(fine_chain.corpus(g).sample_values(s), coarse_chain.corpus(g).sample_values(s));
    }
    EXPECT_EQ(workers::load_gaussian(fine_chain.model_folder(g)).covariances,
              workers::load_gaussian(coarse_chain.model_folder(g)).covariances);
  }
  EXPECT_NE(fine_chain.corpus(0).sample_values(0), fine_chain.corpus(1).sample_values(0));
}

TEST(gaussian_family, a_dead_chain_stays_dead_and_is_measured) {
  auto spec = small_study();
  spec.parts.of<workers::GaussianOptions>().dimension = 1;
  spec.parts.of<workers::GaussianOptions>().standard_deviation = 0;
  const auto self = comms::make_self();
  GaussianChain chain(spec, GaussianChain::Policy::replace, *self);
  (void)chain.step();
  const auto measures = chain.step();
  EXPECT_EQ(find_measure(measures, "variance")->value, 0);
  EXPECT_EQ(find_measure(measures, "survivors")->value, 0);
  EXPECT_TRUE(std::isnan(find_measure(measures, "log_variance")->value));
  EXPECT_EQ(measures_from_json(nlohmann::json::parse(to_json(measures).dump())).size(), measures.size());
  EXPECT_EQ(workers::load_gaussian(chain.model_folder(1)).means[0], -1);
}

TEST(gaussian_family, held_out_human_draws_are_others_than_training_ones) {
  const GaussianFamily family(small_study());
  EXPECT_NE(family.units().human_digest(jobs::TrainableSplit::train),
            family.units().human_digest(jobs::TrainableSplit::held_out));
  const auto train = family.units().open_human(jobs::TrainableSplit::train);
  const auto held_out = family.units().open_human(jobs::TrainableSplit::held_out);
  ASSERT_EQ(train->unit_bytes(), 7 * 2 * sizeof(double));
  std::vector<std::byte> a(train->unit_bytes()), b(a.size()), c(a.size());
  train->read(0, a);
  held_out->read(0, b);
  train->read(0, c);
  EXPECT_NE(a, b);
  EXPECT_EQ(a, c);
}

TEST(gaussian_family, says_in_words_what_happened) {
  const MeasuredRun run{
      {},
      {{{"variance", 1.0, 0.98, 1.02, "", "", 0, {}}, {"mean_squared_error", 0.01, 0.009, 0.011, "", "", 0, {}}},
       {{"variance", 0.5, 0.48, 0.52, "", "", 0, {}}, {"mean_squared_error", 0.0105, 0.0095, 0.0115, "", "", 0, {}}}}};
  std::string text;
  for (const auto& line : verdict(gaussian_records(), run)) text += line + "\n";
  EXPECT_NE(
      text.find("variance fell from 1.0000 to 0.5000 squared units (-0.5000 [-0.5283, -0.4717]): chains narrow\n"),
      std::string::npos)
      << text;
  EXPECT_NE(text.find("no clear change: mean error^2\n"), std::string::npos) << text;
  EXPECT_NE(text.find("for 2 measures"), std::string::npos) << text;
  EXPECT_TRUE(profile_lines(gaussian_records(), run).empty()) << "stages of collapse are of text";
}
}  // namespace
