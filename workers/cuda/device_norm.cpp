#include "workers/cuda/device_norm.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>

#include <cmath>
#include <vector>

#include "workers/training/gradient_norm.hpp"

namespace genloss::workers::cuda {
namespace {

constexpr std::int64_t block = static_cast<std::int64_t>(norm_block);
/// Blocks that are squared at once: bounds the memory for their doubles (64 MiB).
constexpr std::int64_t at_once = 2048;

/// Sums of squares of blocks, double [blocks]. By halves, with element-wise additions alone: a reduction kernel would
/// choose its order by the number of blocks.
at::Tensor block_sums(const at::Tensor& blocks) {
  at::Tensor sums = blocks.to(at::kDouble).square_();
  for (std::int64_t width = block / 2; width > 0; width /= 2) {
    sums = sums.narrow(1, 0, width).add(sums.narrow(1, width, width));
  }
  return sums.flatten();
}

}  // namespace

double device_norm(const at::Tensor& slice, comms::Communicator& ranks) {
  const at::Tensor blocks = slice.view({-1, block});
  const std::int64_t count = blocks.size(0);
  std::vector<at::Tensor> parts;
  for (std::int64_t first = 0; first < count; first += at_once) {
    parts.push_back(block_sums(blocks.narrow(0, first, std::min(at_once, count - first))));
  }
  const at::Tensor mine = at::cat(parts).cpu();
  std::vector<double> all(static_cast<std::size_t>(count * ranks.size()));
  ranks.all_gather({mine.data_ptr<double>(), static_cast<std::size_t>(count), comms::DType::f64},
                   comms::buffer_of(std::span(all)), "gradient norm");
  double total = 0;
  for (const double sum : all) total += sum;
  return std::sqrt(total);
}

}  // namespace genloss::workers::cuda
