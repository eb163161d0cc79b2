#include "workers/sampling/kernels/kernels.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <string>

#include "tests/workers/sampling/fixtures.hpp"

namespace genloss::workers {
namespace {

/// Numbers in [-scale, scale].
std::vector<float> noise(std::size_t count, std::uint64_t seed, double scale = 1.0) {
  const jobs::CounterRandom random({seed, jobs::Purpose::synthetic_load, 1});
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<float>(scale * (2 * random.uniform(0, i) - 1));
  return values;
}

/// Every instruction set this machine can run.
std::vector<const Kernels*> runnable() {
  std::vector<const Kernels*> all{baseline_kernels()};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && avx2_kernels() != nullptr) {
    all.push_back(avx2_kernels());
  }
  if (kernels().name == "AVX-512") all.push_back(avx512_kernels());
  return all;
}

TEST(kernels, the_best_one_is_chosen) { EXPECT_EQ(&kernels(), runnable().back()); }

TEST(kernels, a_product_is_right_and_a_row_does_not_depend_on_other_rows) {
  constexpr int in = 29, out = 45, most = 19;
  const auto weights = noise(static_cast<std::size_t>(in) * out, 1), bias = noise(out, 2);
  auto left = noise(static_cast<std::size_t>(most) * in, 3);
  PackedMatrix matrix(in, out);
  matrix.set(0, out, weights, false);
  matrix.set_bias(bias);
  const int stride = PackedMatrix::stride_for(out);
  for (const Kernels* k : runnable()) {
    AlignedFloats alone(static_cast<std::size_t>(most) * stride), together(alone.size());
    for (int r = 0; r < most; ++r) {
      k->multiply(matrix, {left.data() + r * in, in}, 1, {alone.data() + r * stride, stride}, Epilogue::store);
    }
    for (int rows = 1; rows <= most; ++rows) {
      k->multiply(matrix, {left.data(), in}, rows, {together.data(), stride}, Epilogue::store);
      for (int i = 0; i < rows * stride; ++i) ASSERT_EQ(alone.data()[i], together.data()[i]) << k->name << " " << rows;
    }
    for (int r = 0; r < most; ++r) {
      for (int c = 0; c < out; ++c) {
        double sum = bias[static_cast<std::size_t>(c)];
        for (int i = 0; i < in; ++i) sum += static_cast<double>(left[r * in + i]) * weights[i * out + c];
        ASSERT_NEAR(alone.data()[r * stride + c], sum, 1e-5) << k->name;
      }
    }
  }
}

TEST(kernels, epilogues_are_the_activations_they_are_named_after) {
  constexpr int in = 3, columns = 37, rows = 4;
  const auto gate = noise(in * columns, 4, 4), up = noise(in * columns, 5);
  auto x = noise(in * rows, 6, 2);
  const auto dot = [&](const std::vector<float>& w, int row, int column) {
    double sum = 0;
    for (int i = 0; i < in; ++i) sum += static_cast<double>(x[row * in + i]) * w[column * in + i];
    return sum;
  };
  PackedMatrix plain(in, columns);
  plain.set(0, columns, gate, true);
  const PackedMatrix paired = PackedMatrix::pair(in, columns, gate, up);
  const int stride = PackedMatrix::stride_for(columns);
  for (const Kernels* k : runnable()) {
    AlignedFloats gelu(static_cast<std::size_t>(rows) * stride), swiglu(gelu.size()), added(gelu.size());
    std::fill(added.span().begin(), added.span().end(), 3.0F);
    k->multiply(plain, {x.data(), in}, rows, {gelu.data(), stride}, Epilogue::gelu);
    k->multiply(plain, {x.data(), in}, rows, {added.data(), stride}, Epilogue::add);
    k->multiply(paired, {x.data(), in}, rows, {swiglu.data(), stride}, Epilogue::swiglu);
    for (int r = 0; r < rows; ++r) {
      for (int c = 0; c < columns; ++c) {
        const double g = dot(gate, r, c);
        const double root = std::sqrt(2 / std::numbers::pi);
        EXPECT_NEAR(gelu.data()[r * stride + c], 0.5 * g * (1 + std::tanh(root * (g + 0.044715 * g * g * g))), 3e-6);
        EXPECT_NEAR(swiglu.data()[r * stride + c], g / (1 + std::exp(-g)) * dot(up, r, c), 1e-5);
        EXPECT_NEAR(added.data()[r * stride + c], 3 + g, 1e-5);
      }
    }
  }
}

TEST(kernels, exponentials_are_good_to_two_units_in_the_last_place_and_vanish_at_minus_infinity) {
  std::vector<float> logits;
  for (int i = 0; i <= 100'003; ++i) logits.push_back(-87.2F + 87.2F * static_cast<float>(i) / 100'003);
  std::vector<float> weights(logits.size());
  for (const Kernels* k : runnable()) {
    k->exponentials(logits, 0.0F, 1.0F, weights.data());
    double worst = 0;
    for (std::size_t i = 0; i < logits.size(); ++i) {
      const double exact = std::exp(static_cast<double>(logits[i]));
      worst = std::max(worst, std::abs(weights[i] - exact) / exact);
    }
    EXPECT_LT(worst, 2 * 1.2e-7) << k->name;
    const std::vector<float> none(3, -INFINITY);
    k->exponentials(none, 0.0F, 1.0F, weights.data());
    EXPECT_EQ(weights[0], 0.0F) << k->name;
    EXPECT_EQ(weights[2], 0.0F) << k->name;
  }
}

TEST(kernels, a_summary_is_softmax_in_double_precision) {
  for (const std::size_t size : {1U, 5U, 16U, 37U, 256U}) {
    const auto logits = noise(size, size, 9);
    for (const Kernels* k : runnable()) {
      const LogitSummary s = k->summarise(logits);
      double sum = 0, entropy = 0;
      for (const float l : logits) sum += std::exp(static_cast<double>(l) - s.largest);
      for (const float l : logits) {
        const double p = std::exp(static_cast<double>(l) - s.largest) / sum;
        entropy -= p * std::log(p);
      }
      EXPECT_EQ(s.largest, *std::max_element(logits.begin(), logits.end()));
      EXPECT_EQ(logits[static_cast<std::size_t>(s.arg_largest)], s.largest);
      EXPECT_NEAR(s.sum, sum, 1e-6 * sum);
      EXPECT_NEAR(std::log(s.sum) - s.weighted / s.sum, entropy, 1e-6 * (1 + entropy));
    }
  }
}

TEST(kernels, attention_at_every_length_is_softmax_of_scores_times_values) {
  for (const int head_size : {8, 20, 32, 64, 80}) {
    Architecture a;
    a.layers = a.heads = a.kv_heads = 1;
    a.head_size = head_size;
    a.context = 150;
    KvCache cache(a, 1);
    const auto n = static_cast<std::size_t>(head_size);
    const auto keys = noise(150 * n, 8, 2), values = noise(150 * n, 9), query = noise(n, 10, 2);
    for (int length = 1; length <= 150; ++length) {
      const std::size_t last = static_cast<std::size_t>(length - 1) * n;
      cache.store(0, 0, 0, length - 1, keys.data() + last, values.data() + last);
      std::vector<double> p(static_cast<std::size_t>(length));
      for (std::size_t t = 0; t < p.size(); ++t) {
        double score = 0;
        for (std::size_t i = 0; i < n; ++i) score += static_cast<double>(query[i]) * keys[t * n + i];
        p[t] = std::exp(score / std::sqrt(head_size));
      }
      const double total = std::accumulate(p.begin(), p.end(), 0.0);
      for (const Kernels* k : runnable()) {
        AlignedFloats scores(160), out(96);
        k->attend({query.data(), cache.keys(0, 0, 0), cache.values(0, 0, 0), length, head_size}, scores.data(),
                  out.data());
        for (std::size_t i = 0; i < n; ++i) {
          double exact = 0;
          for (std::size_t t = 0; t < p.size(); ++t) exact += p[t] / total * values[t * n + i];
          ASSERT_NEAR(out.data()[i], exact, 3e-6) << k->name << " head size " << head_size << " length " << length;
        }
      }
    }
  }
}

}  // namespace
}  // namespace genloss::workers
