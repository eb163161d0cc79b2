// Products, attention, norms and losses of awkward shapes against double precision. Runs once per instruction set.
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "jobs/random.hpp"
#include "tests/workers/numerics/forced.hpp"
#include "workers/numerics/attention.hpp"
#include "workers/numerics/cross_entropy.hpp"
#include "workers/numerics/gemm.hpp"
#include "workers/numerics/norm.hpp"
#include "workers/numerics/threads.hpp"

namespace genloss::workers::numerics {
namespace {

std::vector<float> noise(std::size_t count, std::uint64_t seed, double scale = 1.0) {
  const jobs::CounterRandom random({seed, jobs::Purpose::synthetic_load, 1});
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<float>(scale * (2 * random.uniform(0, i) - 1));
  return values;
}

double product_at(const std::vector<float>& a, const std::vector<float>& b, std::size_t k, std::size_t n, std::size_t r,
                  std::size_t c) {
  double sum = 0;
  for (std::size_t i = 0; i < k; ++i) sum += static_cast<double>(a[r * k + i]) * b[i * n + c];
  return sum;
}

constexpr std::size_t sizes[] = {1, 2, 7, 16, 33, 64, 65, 127, 129, 257};

}  // namespace

TEST(numerics_shapes, a_product_of_any_shape_is_right_and_an_element_does_not_depend_on_its_tile) {
  GENLOSS_FORCED_KERNELS(kernel);
  (void)kernel;
  const jobs::CounterRandom random({7, jobs::Purpose::synthetic_load, 2});
  for (std::uint64_t trial = 0; trial < 60; ++trial) {
    const auto size = [&](std::uint64_t which) {
      return sizes[static_cast<std::size_t>(random.uniform(trial, which) * std::size(sizes))];
    };
    const std::size_t m = size(0), k = size(1), n = size(2);
    const auto a = noise(m * k, trial + 1), b = noise(k * n, trial + 100), start = noise(m * n, trial + 200);
    auto c = start;
    numerics::multiply(matrix(a.data(), m, k), matrix(b.data(), k, n), matrix(c.data(), m, n), m, trial % 2 == 1);
    for (std::size_t r = 0; r < m; ++r) {
      for (std::size_t j = 0; j < n; ++j) {
        const double exact = product_at(a, b, k, n, r, j) + (trial % 2 == 1 ? start[r * n + j] : 0);
        ASSERT_NEAR(c[r * n + j], exact, 1e-6 * (1 + static_cast<double>(k))) << m << " " << k << " " << n;
      }
    }
    // the last row alone
    auto alone = std::vector<float>(start.end() - static_cast<std::ptrdiff_t>(n), start.end());
    numerics::multiply(matrix(a.data() + (m - 1) * k, 1, k), matrix(b.data(), k, n), matrix(alone.data(), 1, n), 1,
                       trial % 2 == 1);
    for (std::size_t j = 0; j < n; ++j) ASSERT_EQ(alone[j], c[(m - 1) * n + j]) << m << " " << k << " " << n;
  }
}

TEST(numerics_shapes, a_product_over_segments_is_right_at_any_number_of_threads) {
  GENLOSS_FORCED_KERNELS(kernel);
  (void)kernel;
  for (const std::size_t columns : {1U, 31U, 65U, 130U}) {
    const std::size_t rows = 4 * 33, other = 70;
    const auto a = noise(rows * columns, 3), b = noise(rows * other, 4);
    std::vector<float> packed(rows * std::min(columns, other)), one(columns * other), two(columns * other);
    const auto run = [&](int threads, std::vector<float>& out) {
      use_threads(threads);
      multiply_transposed(matrix(a.data(), rows, columns), matrix(b.data(), rows, other),
                          matrix(out.data(), columns, other), 33, false, packed);
      use_threads(1);
    };
    run(1, one);
    run(2, two);
    EXPECT_EQ(one, two);
    for (std::size_t r = 0; r < columns; ++r) {
      for (std::size_t c = 0; c < other; ++c) {
        double exact = 0;
        for (std::size_t i = 0; i < rows; ++i) exact += static_cast<double>(a[i * columns + r]) * b[i * other + c];
        ASSERT_NEAR(one[r * other + c], exact, 2e-5);
      }
    }
  }
}

TEST(numerics_shapes, losses_and_their_gradients_are_softmax_in_double_precision) {
  GENLOSS_FORCED_KERNELS(kernel);
  (void)kernel;
  for (const std::size_t vocabulary : {1U, 5U, 16U, 17U, 256U, 1025U}) {
    const std::size_t rows = 18;
    auto scores = noise(rows * vocabulary, vocabulary, 30);
    const auto before = scores;
    std::vector<std::int32_t> targets(rows);
    for (std::size_t r = 0; r < rows; ++r) targets[r] = static_cast<std::int32_t>(r * 7 % vocabulary);
    targets[5] = ~targets[5];  // no target
    std::vector<float> scales(rows);
    for (std::size_t r = 0; r < rows; ++r) scales[r] = 0.25F * static_cast<float>(r % 4);
    std::vector<float> losses(rows);
    cross_entropy(matrix(scores.data(), rows, vocabulary), targets, scales, 1, losses);
    for (std::size_t r = 0; r < rows; ++r) {
      const float* const row = before.data() + r * vocabulary;
      double sum = 0;
      for (std::size_t i = 0; i < vocabulary; ++i) sum += std::exp(static_cast<double>(row[i]));
      const bool counts = targets[r] >= 0;
      const auto target = static_cast<std::size_t>(counts ? targets[r] : 0);
      EXPECT_NEAR(losses[r], counts ? std::log(sum) - row[target] : 0, 1e-5);
      for (std::size_t i = 0; i < vocabulary; ++i) {
        const double p = std::exp(static_cast<double>(row[i])) / sum - (i == target ? 1 : 0);
        ASSERT_NEAR(scores[r * vocabulary + i], counts ? scales[r] * p : 0, 1e-6);
      }
    }
  }
}

TEST(numerics_shapes, a_target_that_is_sure_enough_has_no_loss_and_no_gradient) {
  GENLOSS_FORCED_KERNELS(kernel);
  (void)kernel;
  for (const std::size_t vocabulary : {1U, 5U, 16U, 17U, 256U}) {
    const std::size_t rows = 40;
    auto before = noise(rows * vocabulary, vocabulary + 1, 3);
    std::vector<std::int32_t> targets(rows);
    for (std::size_t r = 0; r < rows; ++r) {
      targets[r] = static_cast<std::int32_t>(r * 7 % vocabulary);
      if (r % 2 == 0) before[r * vocabulary + r * 7 % vocabulary] += 8;  // likely
    }
    std::vector<float> scales(rows, 0.5F), all(rows), some(rows);
    auto whole = before, cut = before;
    cross_entropy(matrix(whole.data(), rows, vocabulary), targets, scales, 1, all);
    const float surest = 0.4F;
    cross_entropy(matrix(cut.data(), rows, vocabulary), targets, scales, surest, some);
    std::size_t without = 0;
    for (std::size_t r = 0; r < rows; ++r) {
      const double p = std::exp(-static_cast<double>(all[r]));
      ASSERT_GT(std::abs(p - static_cast<double>(surest)), 1e-5) << "too close to tell by another way";
      const bool counts = p < static_cast<double>(surest);
      without += counts ? 0 : 1;
      ASSERT_EQ(some[r], counts ? all[r] : 0);
      for (std::size_t i = r * vocabulary; i < (r + 1) * vocabulary; ++i) ASSERT_EQ(cut[i], counts ? whole[i] : 0);
    }
    EXPECT_GT(without, 0U);
    if (vocabulary > 1) {
      EXPECT_LT(without, rows);
    }
  }
}

TEST(numerics_shapes, norms_of_any_width_are_right) {
  GENLOSS_FORCED_KERNELS(kernel);
  (void)kernel;
  for (const std::size_t width : {1U, 3U, 16U, 33U, 384U}) {
    for (const bool centred : {true, false}) {
      const auto x = noise(5 * width, width, 3), weight = noise(width, 8), bias = noise(width, 9);
      std::vector<float> y(x.size());
      std::vector<RowStatistics> rows(5);
      normalise(matrix(x.data(), 5, width), {weight.data(), centred ? bias.data() : nullptr, 1e-5},
                matrix(y.data(), 5, width), rows);
      for (std::size_t r = 0; r < 5; ++r) {
        double mean = 0, square = 0;
        for (std::size_t i = 0; i < width && centred; ++i) mean += x[r * width + i] / static_cast<double>(width);
        for (std::size_t i = 0; i < width; ++i)
          square += std::pow(x[r * width + i] - mean, 2) / static_cast<double>(width);
        for (std::size_t i = 0; i < width; ++i) {
          const double exact =
              (x[r * width + i] - mean) / std::sqrt(square + 1e-5) * weight[i] + (centred ? bias[i] : 0);
          ASSERT_NEAR(y[r * width + i], exact, 1e-5) << width << " " << centred;
        }
      }
    }
  }
}

TEST(numerics_shapes, attention_of_any_length_is_right) {
  GENLOSS_FORCED_KERNELS(kernel);
  (void)kernel;
  for (const std::size_t length : {1U, 3U, 63U, 64U, 65U, 131U}) {
    const AttentionShape shape{length, 2, 1, 20};
    const auto qkv = noise(2 * length * shape.columns(), length, 2);
    std::vector<float> out(2 * length * shape.queries()), log_sums(2 * length * shape.heads);
    attention(shape, matrix(qkv.data(), 2 * length, shape.columns()), matrix(out.data(), 2 * length, shape.queries()),
              log_sums);
    for (std::size_t row = 0; row < 2 * length; ++row) {
      const std::size_t start = row / length * length;
      for (std::size_t head = 0; head < 2; ++head) {
        std::vector<double> p;
        for (std::size_t t = start; t <= row; ++t) {
          double score = 0;
          for (std::size_t i = 0; i < 20; ++i) {
            score += static_cast<double>(qkv[row * 80 + head * 20 + i]) * qkv[t * 80 + 40 + i];
          }
          p.push_back(std::exp(score / std::sqrt(20.0)));
        }
        const double sum = std::accumulate(p.begin(), p.end(), 0.0);
        for (std::size_t i = 0; i < 20; ++i) {
          double exact = 0;
          for (std::size_t t = 0; t < p.size(); ++t) exact += p[t] / sum * qkv[(start + t) * 80 + 60 + i];
          ASSERT_NEAR(out[row * 40 + head * 20 + i], exact, 1e-5) << length;
        }
      }
    }
  }
}

}  // namespace genloss::workers::numerics
