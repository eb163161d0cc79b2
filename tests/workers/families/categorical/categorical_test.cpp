// Chains of frequencies through the real shards, mixes, lanes and model files, against what is known of Wright-Fisher
// populations (science.md, CF12-CF16), within 4 standard errors.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <numeric>

#include "jobs/error.hpp"
#include "jobs/study_file.hpp"
#include "tests/test_world.hpp"
#include "tests/workers/plain/closed_form_chain.hpp"
#include "workers/families/categorical/categorical_family.hpp"
#include "workers/families/categorical/categorical_options.hpp"
#include "workers/families/categorical/symbol_distribution.hpp"
#include "workers/families/family_type.hpp"

namespace genloss::workers {
namespace {

using Chain = tests::ClosedFormChain<CategoricalFamily>;

jobs::StudySpec study(int symbols, SymbolShape shape, std::uint64_t samples, int replicates) {
  jobs::StudySpec spec;
  spec.study.family = "categorical";
  spec.study.seed = 11;
  auto& options = spec.parts.of<CategoricalOptions>();
  options.symbols = symbols;
  options.shape = shape;
  options.replicates = replicates;
  options.exponent = 1.5;
  spec.sampling.samples = samples;
  spec.sampling.shard_samples = 7;
  spec.measures.confidence = std::erf(std::sqrt(0.5));  // plus and minus one standard error
  return spec;
}

double sum_of_squares(std::span<const double> p) { return std::inner_product(p.begin(), p.end(), p.begin(), 0.0); }

double errors_from(const std::vector<Measure>& measures, std::string_view name, double expected) {
  const Measure* measure = find_measure(measures, name);
  if (measure == nullptr) throw std::runtime_error("no measure " + std::string(name));
  return (measure->value - expected) / (measure->high - measure->value);
}
#define EXPECT_WITHIN_4_ERRORS(measures, name, expected) \
  EXPECT_LT(std::abs(errors_from(measures, name, expected)), 4) << (name) << " after " << n << " fits"

TEST(categorical_chain, replace_loses_variety_as_wright_and_fisher_say) {  // CF12
  const auto self = comms::make_self();
  constexpr int m = 20;
  const auto spec = study(8, SymbolShape::zipf, m, 3000);
  const double first = 1 - sum_of_squares(true_distribution(categorical_options(spec)));
  Chain chain(spec, Chain::Policy::replace, *self);
  for (int n = 1; n <= 8; ++n) {
    const auto measured = chain.step();
    EXPECT_WITHIN_4_ERRORS(measured, "heterozygosity", first * std::pow(1 - 1.0 / m, n));
  }
}

TEST(categorical_chain, one_generation_sees_and_misses_what_counting_says) {  // CF12, exactly
  const auto self = comms::make_self();
  constexpr int m = 50, n = 1;
  const auto spec = study(200, SymbolShape::zipf, m, 2000);
  const auto truth = true_distribution(categorical_options(spec));
  double seen = 0, unseen = 0;
  for (const double p : truth) {
    seen += 1 - std::pow(1 - p, m);
    unseen += p * std::pow(1 - p, m);
  }
  const auto measured = Chain(spec, Chain::Policy::replace, *self).step();
  EXPECT_WITHIN_4_ERRORS(measured, "support", seen);
  EXPECT_WITHIN_4_ERRORS(measured, "unseen_mass", unseen);
}

TEST(categorical_chain, surviving_support_lies_between_the_bounds_of_suresh) {  // CF12, Cor. 1
  const auto self = comms::make_self();
  constexpr int m = 400;
  const auto spec = study(1000, SymbolShape::zipf, m, 200);
  const auto truth = true_distribution(categorical_options(spec));
  const double g[] = {1, .63212, .46854, .37408, .31208, .26808, .23515, .20955};
  Chain chain(spec, Chain::Policy::replace, *self);
  for (int k = 1; k <= 8; ++k) {
    double low = 0, high = 0;
    for (const double p : truth) {
      const double lost = std::exp(-m * p * g[k - 1]);
      low += 1 - lost;
      high += 1 - lost * std::max(1 - 3 * m * p * p - 3 * k * p, 0.0);
    }
    const auto measured = chain.step();
    const Measure* support = find_measure(measured, "support");
    const double error = support->high - support->value;
    EXPECT_GT(support->value, low - 4 * error) << "after " << k << " fits";
    EXPECT_LT(support->value, high + 4 * error) << "after " << k << " fits";
  }
}

TEST(categorical_chain, accumulated_human_data_keeps_variety) {  // CF14
  const auto self = comms::make_self();
  constexpr int m = 20;
  const auto spec = study(8, SymbolShape::uniform, m, 3000);
  double expected = 1 - 1.0 / 8;
  Chain chain(spec, Chain::Policy::accumulate, *self);
  for (int n = 1; n <= 6; ++n) {
    expected *= 1 - 1.0 / (m * static_cast<double>(n) * n);
    EXPECT_WITHIN_4_ERRORS(chain.step(), "heterozygosity", expected);
  }
}

TEST(categorical_chain, temperature_and_cuts_sharpen_step_by_step) {  // CF16: p_n ~ p_0^((1/T)^n); top-k is idempotent
  jobs::SamplingSection sampling;
  sampling.temperature = 0.5;
  std::vector<double> p{0.5, 0.3, 0.2}, direct = p;
  decode(sampling, p);
  decode(sampling, p);
  double sum = 0;
  for (double& x : direct) sum += x = std::pow(x, 4);
  for (std::size_t i = 0; i < p.size(); ++i) EXPECT_NEAR(p[i], direct[i] / sum, 1e-15);

  sampling = {};
  sampling.top_k = 2;
  std::vector<double> cut{0.2, 0.5, 0.3};
  decode(sampling, cut);
  EXPECT_EQ(cut[0], 0);
  EXPECT_NEAR(cut[1], 0.625, 1e-15);
  const auto once = cut;
  decode(sampling, cut);
  for (std::size_t i = 0; i < cut.size(); ++i) EXPECT_NEAR(cut[i], once[i], 1e-15);

  sampling = {};
  sampling.top_p = 0.5;
  std::vector<double> nucleus{0.2, 0.5, 0.3};
  decode(sampling, nucleus);
  EXPECT_EQ(nucleus, (std::vector<double>{0, 1, 0}));
  sampling = {};
  sampling.temperature = 0;
  std::vector<double> ties{0.4, 0.2, 0.4};
  decode(sampling, ties);
  EXPECT_EQ(ties, (std::vector<double>{1, 0, 0}));
}

TEST(categorical_family, draws_no_symbol_of_probability_zero) {
  const auto sums = cumulated(std::vector<double>{0.0, 0.1, 0.2, 0.7 - 1e-12, 0.0});
  EXPECT_EQ(symbol_at(sums, 0.0), 1U);
  EXPECT_EQ(symbol_at(sums, std::nextafter(1.0, 0.0)), 3U);
}

TEST(categorical_family, counts_the_words_of_a_text) {
  const tests::TemporaryDirectory scratch;
  std::ofstream(scratch.path() / "t.txt") << "The cat and the dog and the bird.";
  CategoricalOptions options;
  options.shape = SymbolShape::counts;
  options.counts = scratch.path() / "t.txt";
  const auto truth = true_distribution(options);  // the 3, and 2, bird, cat, dog
  ASSERT_EQ(truth.size(), 5U);
  EXPECT_EQ(truth[0], 3.0 / 8);
  EXPECT_EQ(truth[1], 2.0 / 8);
  std::ofstream(scratch.path() / "t.txt") << "1 2 3";
  EXPECT_THROW((void)true_distribution(options), Error);
}

TEST(categorical_family, has_the_same_bits_on_any_number_of_ranks) {
  const auto spec = study(50, SymbolShape::zipf_mandelbrot, 40, 6);
  const auto self = comms::make_self();
  Chain alone(spec, Chain::Policy::accumulate, *self), together(spec, Chain::Policy::accumulate, tests::ranks());
  for (int n = 0; n < 3; ++n) {
    (void)alone.step();
    (void)together.step();
    EXPECT_EQ(load_categorical(together.model_folder(n)).probabilities,
              load_categorical(alone.model_folder(n)).probabilities);
  }
}

TEST(categorical_family, registers_with_options_of_its_own) {
  auto spec = study(50, SymbolShape::counts, 40, 6);
  EXPECT_THROW(jobs::check(spec), Error);  // no text to count
  spec.parts.of<CategoricalOptions>().counts = "/a.txt";
  EXPECT_NO_THROW(jobs::check(spec));
  EXPECT_EQ(family_type(spec).values, "symbols");
  spec.sampling.tokens = 5;
  EXPECT_THROW(jobs::check(spec), Error);
}

}  // namespace
}  // namespace genloss::workers
