#include <gtest/gtest.h>

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>

#include "comms/lanes/lane_reduction.hpp"
#include "tests/test_world.hpp"
#include "tests/workers/training/training_fixtures.hpp"
#include "workers/training/flat_optimizer.hpp"
#include "workers/training/gradient_norm.hpp"

namespace genloss::workers {
namespace {

std::vector<float> numbers(std::size_t count, std::uint64_t stream) {
  const jobs::CounterRandom random({9, jobs::Purpose::synthetic_load, 0});
  std::vector<float> out(count);
  for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<float>(random.normal(stream, i));
  return out;
}

TEST(optimizer, agrees_with_the_librarys_adamw_and_decays_matrices_only) {
  const ParameterLayout layout = parameter_layout(tests::small_architectures().front());
  jobs::TrainingSection training;
  FlatOptimizer ours(layout, training, 0, layout.flat_size());
  std::vector<float> values = numbers(layout.flat_size(), 1);
  at::Tensor theirs = at::tensor(values), m = at::zeros_like(theirs), v = at::zeros_like(theirs);
  for (int step = 1; step <= 3; ++step) {
    std::vector<float> gradient = numbers(layout.flat_size(), static_cast<std::uint64_t>(1 + step));
    ours.step(values, gradient, static_cast<std::uint64_t>(step), 1e-2, 0.5);
    const at::Tensor scaled = at::tensor(gradient) * 0.5;
    for (const ParameterInfo& p : layout.parameters()) {
      const auto part = [&](const at::Tensor& t) {
        return t.narrow(0, static_cast<std::int64_t>(p.offset), static_cast<std::int64_t>(p.count));
      };
      at::_fused_adamw_({part(theirs)}, {part(scaled)}, {part(m)}, {part(v)}, {},
                        {at::scalar_tensor(static_cast<float>(step))}, 1e-2, training.beta1, training.beta2,
                        p.decayed ? training.weight_decay : 0.0, training.epsilon, false, false);
    }
  }
  EXPECT_TRUE(at::allclose(at::tensor(values), theirs, 1e-5, 1e-6));
  EXPECT_TRUE(layout.at("transformer.wte.weight").decayed);
  EXPECT_FALSE(layout.at("transformer.h.0.ln_1.weight").decayed);
  EXPECT_FALSE(layout.at("transformer.h.0.attn.c_attn.bias").decayed);
}

TEST(optimizer, gives_the_same_bits_wherever_slices_are_cut) {
  const ParameterLayout layout = parameter_layout(tests::small_architectures().front());
  const jobs::TrainingSection training;
  const std::size_t size = layout.flat_size(), cut = 1237;
  std::vector<float> whole = numbers(size, 1), cut_up = whole;
  const std::vector<float> gradient = numbers(size, 2);
  FlatOptimizer all(layout, training, 0, size), left(layout, training, 0, cut),
      right(layout, training, cut, size - cut);
  all.step(whole, gradient, 1, 1e-2, 1.0);
  left.step(std::span(cut_up).first(cut), std::span(gradient).first(cut), 1, 1e-2, 1.0);
  right.step(std::span(cut_up).subspan(cut), std::span(gradient).subspan(cut), 1, 1e-2, 1.0);
  EXPECT_EQ(whole, cut_up);
}

TEST(gradient_norm, has_the_same_bits_at_any_number_of_ranks) {
  const std::vector<float> whole = numbers(norm_block * 12, 4);
  const auto size = static_cast<std::size_t>(tests::ranks().size());
  const std::size_t slice = whole.size() / size;  // 12 is a multiple of 1, 2, 3, 4
  const auto self = comms::make_self();
  const double alone = global_norm(whole, *self);
  const auto mine = std::span(whole).subspan(slice * static_cast<std::size_t>(tests::ranks().rank()), slice);
  EXPECT_EQ(global_norm(mine, tests::ranks()), alone);
  double exact = 0;
  for (const float x : whole) exact += static_cast<double>(x) * x;
  EXPECT_NEAR(alone, std::sqrt(exact), 1e-9);
}

}  // namespace
}  // namespace genloss::workers
