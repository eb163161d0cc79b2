#include "workers/training/gemm_peak.hpp"

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/mm.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <vector>

namespace genloss::workers {
namespace {

double measure() {
  using Clock = std::chrono::steady_clock;
  constexpr int size = 1024;
  const at::NoGradGuard no_graph;
  const at::Tensor a = at::full({size, size}, 0.5F), b = at::full({size, size}, 0.25F), c = at::empty({size, size});
  at::Tensor out = c;
  std::vector<double> seconds;
  const auto end = Clock::now() + std::chrono::milliseconds(200);
  while (seconds.size() < 3 || Clock::now() < end) {
    const auto begin = Clock::now();
    at::mm_out(out, a, b);
    seconds.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
  }
  return 2.0 * size * size * size / *std::min_element(seconds.begin(), seconds.end());
}

}  // namespace

double gemm_peak() {
  static std::map<int, double> by_threads;
  double& peak = by_threads[at::get_num_threads()];
  if (peak == 0) peak = measure();
  return peak;
}

}  // namespace genloss::workers
