#include "workers/passes/pass_rate.hpp"

#include <chrono>
#include <vector>

#include "workers/numerics/threads.hpp"
#include "workers/passes/fused_pass.hpp"
#include "workers/transformer/weights.hpp"

namespace genloss::workers {
namespace {

constexpr double flops_of_a_run = 1e10;  // a fraction of a second on one core
constexpr double seconds_to_measure = 0.3;

struct Part {
  Architecture architecture;
  int rows = 1;
  [[nodiscard]] double tokens() const { return static_cast<double>(rows) * architecture.context; }
  [[nodiscard]] bool small_enough() const {
    return training_flops_per_token(architecture) * tokens() <= flops_of_a_run;
  }
};

Part part_of(const Architecture& whole, int rows) {
  Part part{whole, rows};
  while (!part.small_enough() && part.rows > 1) part.rows /= 2;
  while (!part.small_enough() && part.architecture.layers > 1) part.architecture.layers /= 2;
  while (!part.small_enough() && part.architecture.context > 64) part.architecture.context /= 2;
  return part;
}

}  // namespace

double measure_training_rate(const Architecture& architecture, int rows, int threads) {
  numerics::use_threads(threads);
  const Part part = part_of(architecture, rows);
  Weights weights(part.architecture);
  float sign = 1;
  for (float& weight : weights.flat()) weight = 0.02F * (sign = -sign);
  const auto pass = make_fused_pass(part.architecture, weights.flat().data());
  const auto size = static_cast<std::size_t>(part.rows);
  const std::vector<std::int32_t> windows(size * static_cast<std::size_t>(part.architecture.context + 1), 1);
  const LaneGroup lane{1, size, size, std::as_bytes(std::span(windows)), 1.0};
  double loss = 0;
  const auto run = [&] {
    pass->prepare();
    pass->run(lane, [](std::size_t, std::span<const float>) {}, {&loss, 1});
  };
  run();  // memory is touched for the first time
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  double seconds = 0;
  int runs = 0;
  for (; seconds < seconds_to_measure; ++runs) {
    run();
    seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  }
  const double share = training_flops_per_token(part.architecture) / training_flops_per_token(architecture);
  return share * runs * part.tokens() / seconds;
}

}  // namespace genloss::workers
