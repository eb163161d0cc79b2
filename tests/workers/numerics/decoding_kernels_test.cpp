#include "workers/numerics/kernels.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <string>

#include "jobs/random.hpp"
#include "workers/sampling/kv_cache.hpp"

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
std::vector<const numerics::Kernels*> runnable() {
  std::vector<const numerics::Kernels*> all;
  for (const auto set : numerics::runnable_instructions()) all.push_back(&numerics::kernels_of(set));
  return all;
}

void multiply(const numerics::Kernels& k, const numerics::PackedMatrix& weights, numerics::Rows in, int rows,
              numerics::Rows out, numerics::Epilogue epilogue) {
  k.decode_multiply(weights, in, rows, out, epilogue, 0, weights.panels(), {});
}

TEST(kernels, a_product_is_right_and_a_row_does_not_depend_on_other_rows) {
  constexpr int in = 29, out = 45, most = 19;
  const auto weights = noise(static_cast<std::size_t>(in) * out, 1), bias = noise(out, 2);
  auto left = noise(static_cast<std::size_t>(most) * in, 3);
  numerics::PackedMatrix matrix(in, out);
  matrix.set(0, out, weights, false);
  matrix.set_bias(bias);
  const int stride = numerics::PackedMatrix::stride_for(out);
  for (const numerics::Kernels* k : runnable()) {
    numerics::AlignedFloats alone(static_cast<std::size_t>(most) * stride), together(alone.size());
    for (int r = 0; r < most; ++r) {
      multiply(*k, matrix, {left.data() + r * in, in}, 1, {alone.data() + r * stride, stride},
               numerics::Epilogue::store);
    }
    for (int rows = 1; rows <= most; ++rows) {
      multiply(*k, matrix, {left.data(), in}, rows, {together.data(), stride}, numerics::Epilogue::store);
      for (int i = 0; i < rows * stride; ++i)
        ASSERT_EQ(alone.data()[i], together.data()[i]) << name_of(k->set) << " " << rows;
    }
    for (int r = 0; r < most; ++r) {
      for (int c = 0; c < out; ++c) {
        double sum = bias[static_cast<std::size_t>(c)];
        for (int i = 0; i < in; ++i) sum += static_cast<double>(left[r * in + i]) * weights[i * out + c];
        ASSERT_NEAR(alone.data()[r * stride + c], sum, 1e-5) << name_of(k->set);
      }
    }
  }
}

TEST(kernels, what_a_product_fetches_for_later_changes_no_bit) {
  constexpr int in = 150, out = 70, rows = 13;
  const auto weights = noise(static_cast<std::size_t>(in) * out, 1), later = noise(9001, 2);
  auto left = noise(static_cast<std::size_t>(rows) * in, 3);
  numerics::PackedMatrix matrix(in, out);
  matrix.set(0, out, weights, false);
  const int stride = numerics::PackedMatrix::stride_for(out);
  const std::vector<std::span<const float>> blocks{{later.data(), 7}, {}, {later.data() + 100, 8901}, {}};
  for (const numerics::Kernels* k : runnable()) {
    numerics::AlignedFloats plain(static_cast<std::size_t>(rows) * stride), fetching(plain.size());
    multiply(*k, matrix, {left.data(), in}, rows, {plain.data(), stride}, numerics::Epilogue::store);
    k->decode_multiply(matrix, {left.data(), in}, rows, {fetching.data(), stride}, numerics::Epilogue::store, 0,
                       matrix.panels(), blocks);
    for (int i = 0; i < rows * stride; ++i) ASSERT_EQ(plain.data()[i], fetching.data()[i]) << name_of(k->set);
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
  numerics::PackedMatrix plain(in, columns);
  plain.set(0, columns, gate, true);
  const numerics::PackedMatrix paired = numerics::PackedMatrix::pair(in, columns, gate, up);
  const int stride = numerics::PackedMatrix::stride_for(columns);
  for (const numerics::Kernels* k : runnable()) {
    numerics::AlignedFloats gelu(static_cast<std::size_t>(rows) * stride), swiglu(gelu.size()), added(gelu.size());
    std::fill(added.values().begin(), added.values().end(), 3.0F);
    multiply(*k, plain, {x.data(), in}, rows, {gelu.data(), stride}, numerics::Epilogue::gelu);
    multiply(*k, plain, {x.data(), in}, rows, {added.data(), stride}, numerics::Epilogue::add);
    multiply(*k, paired, {x.data(), in}, rows, {swiglu.data(), stride}, numerics::Epilogue::swiglu);
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
  for (const numerics::Kernels* k : runnable()) {
    k->exponentials(logits, 0.0F, 1.0F, weights.data());
    double worst = 0;
    for (std::size_t i = 0; i < logits.size(); ++i) {
      const double exact = std::exp(static_cast<double>(logits[i]));
      worst = std::max(worst, std::abs(weights[i] - exact) / exact);
    }
    EXPECT_LT(worst, 2 * 1.2e-7) << name_of(k->set);
    const std::vector<float> none(3, -INFINITY);
    k->exponentials(none, 0.0F, 1.0F, weights.data());
    EXPECT_EQ(weights[0], 0.0F) << name_of(k->set);
    EXPECT_EQ(weights[2], 0.0F) << name_of(k->set);
  }
}

TEST(kernels, a_summary_is_softmax_in_double_precision) {
  for (const std::size_t size : {1U, 5U, 16U, 37U, 256U}) {
    const auto logits = noise(size, size, 9);
    for (const numerics::Kernels* k : runnable()) {
      const numerics::LogitSummary s = k->summarise(logits);
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
      for (const numerics::Kernels* k : runnable()) {
        numerics::AlignedFloats scores(160), out(96);
        k->decode_attend({query.data(), cache.keys(0, 0, 0), cache.values(0, 0, 0), length, head_size}, scores.data(),
                         out.data());
        for (std::size_t i = 0; i < n; ++i) {
          double exact = 0;
          for (std::size_t t = 0; t < p.size(); ++t) exact += p[t] / total * values[t * n + i];
          ASSERT_NEAR(out.data()[i], exact, 3e-6)
              << name_of(k->set) << " head size " << head_size << " length " << length;
        }
      }
    }
  }
}

}  // namespace
}  // namespace genloss::workers
