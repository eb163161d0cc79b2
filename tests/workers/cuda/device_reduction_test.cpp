#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <cmath>
#include <cstring>

#include "comms/lanes/lane_reduction.hpp"
#include "jobs/random.hpp"
#include "tests/workers/cuda/device_fixtures.hpp"
#include "workers/cuda/device_norm.hpp"
#include "workers/training/gradient_norm.hpp"

namespace genloss {
namespace {

using comms::nccl::NcclQueue;
using tests::ranks;
using workers::parameter_layout;
using workers::ParameterLayout;

class device_reduction : public tests::NcclTest {};  // NOLINT: tests are sentences

/// Gradients of wild magnitude for one lane, parameter after parameter.
std::vector<at::Tensor> wild_gradients(const ParameterLayout& layout, int lane) {
  const jobs::CounterRandom random({3, jobs::Purpose::synthetic_load, 0});
  std::vector<at::Tensor> gradients;
  for (const auto& p : layout.parameters()) {
    at::Tensor gradient = at::empty(p.shape, at::kFloat);
    for (std::size_t i = 0; i < p.count; ++i) {
      const std::uint64_t place = 2 * (p.offset + i);
      const auto row = static_cast<std::uint64_t>(lane);
      gradient.data_ptr<float>()[i] =
          static_cast<float>(random.normal(row, place) * std::pow(10.0, 12 * random.uniform(row, place + 1) - 6));
    }
    gradients.push_back(std::move(gradient));
  }
  return gradients;
}

std::vector<float> values_of(const at::Tensor& t) {
  const at::Tensor dense = t.contiguous();
  return {dense.data_ptr<float>(), dense.data_ptr<float>() + dense.numel()};
}

/// Notes when operations are asked for; they are done at once.
class SpyQueue final : public comms::DeviceQueue {
 public:
  explicit SpyQueue(int ranks) : ranks_(ranks) {}
  std::vector<std::size_t> reduced;  // elements, in order
  [[nodiscard]] int rank() const noexcept override { return 0; }
  [[nodiscard]] int size() const noexcept override { return ranks_; }
  void all_reduce(comms::Buffer data, comms::ReduceOp, std::string_view) override { reduced.push_back(data.count); }
  void all_gather(comms::ConstBuffer, comms::Buffer, std::string_view) override {}
  void all_to_all(comms::ConstBuffer, comms::Buffer, std::string_view) override {}
  void join() override {}
  void finish(std::string_view) override {}
  [[nodiscard]] std::shared_ptr<std::byte> staging(std::size_t) override { return {}; }
  void copy_to_host(std::byte*, const void*, std::size_t) override {}
  void copy_to_device(void*, const std::byte*, std::size_t) override {}

 private:
  int ranks_;
};

}  // namespace

TEST_F(device_reduction, over_the_tree_has_the_bits_of_the_hosts) {
  const auto nccl = connect();
  NcclQueue queue(*nccl, doubles::computing_stream);
  const ParameterLayout layout = parameter_layout(tests::small_architectures().front());
  const std::size_t count = workers::padded_size(layout.flat_size(), ranks().size());
  for (const int lanes : {4, 8}) {
    comms::LaneReduction<float> host(ranks(), lanes, count);
    const auto device = workers::cuda::make_tree_reduction(layout, at::kCPU, queue, lanes, count);
    for (int round = 0; round < 2; ++round) {
      for (int lane = host.my_lanes().begin; lane < host.my_lanes().end; ++lane) {
        const auto gradients = wild_gradients(layout, lane + 8 * round);
        host.begin_lane(lane);
        device->begin_lane(lane);
        for (std::size_t p = 0; p < gradients.size(); ++p) {
          host.put(layout.parameters()[p].offset, {gradients[p].data_ptr<float>(), layout.parameters()[p].count});
          device->take(p, gradients[p], true, true);
        }
        host.end_lane();
        device->end_lane();
      }
      const auto expected = host.finish("host");
      const auto slice = values_of(device->finish());
      ASSERT_EQ(slice.size(), expected.size());
      EXPECT_EQ(0, std::memcmp(slice.data(), expected.data(), expected.size_bytes())) << lanes << " lanes";
    }
  }
}

TEST_F(device_reduction, moves_as_many_bytes_as_a_ring_on_powers_of_two) {
  if (ranks().size() == 3) GTEST_SKIP() << "three ranks hold more than one subtree each";
  const auto nccl = connect();
  NcclQueue queue(*nccl, doubles::computing_stream);
  const ParameterLayout layout = parameter_layout(tests::small_architectures().front());
  const std::size_t count = workers::padded_size(layout.flat_size(), ranks().size());
  const auto tree = workers::cuda::make_tree_reduction(layout, at::kCPU, queue, 4, count);
  for (int lane = tree->my_lanes().begin; lane < tree->my_lanes().end; ++lane) {
    tree->begin_lane(lane);
    const auto gradients = wild_gradients(layout, lane);
    for (std::size_t p = 0; p < gradients.size(); ++p) tree->take(p, gradients[p], true, true);
    tree->end_lane();
  }
  const auto before = doubles::counts().bytes_sent;
  (void)tree->finish();
  const auto n = static_cast<std::size_t>(ranks().size());
  EXPECT_EQ(doubles::counts().bytes_sent - before, static_cast<std::int64_t>(4 * count * (n - 1) / n));
}

TEST_F(device_reduction, in_buckets_begins_while_the_backward_pass_goes_on) {
  const ParameterLayout layout = parameter_layout(tests::small_architectures().front());
  SpyQueue queue(2);
  const auto buckets = workers::cuda::make_bucket_reduction(layout, at::kCPU, queue, 4,
                                                            workers::padded_size(layout.flat_size(), 2), {1024, 8192});
  const std::size_t parameters = layout.parameters().size();
  std::size_t begun_at = parameters;
  for (int lane = 0; lane < 2; ++lane) {
    const auto gradients = wild_gradients(layout, lane);
    buckets->begin_lane(lane);
    for (std::size_t given = 1; given <= parameters; ++given) {
      buckets->take(parameters - given, gradients[parameters - given], true, true);
      if (!queue.reduced.empty() && begun_at == parameters) begun_at = given;
    }
    buckets->end_lane();
    if (lane == 0) {
      EXPECT_TRUE(queue.reduced.empty()) << "the second lane is still to come";
    }
  }
  EXPECT_LT(begun_at, parameters / 2);
  EXPECT_GT(queue.reduced.size(), 3U);
  std::size_t all = 0;
  for (const std::size_t n : queue.reduced) all += n;
  EXPECT_EQ(all, layout.flat_size());
  EXPECT_LE(queue.reduced.front() * sizeof(float), 1024U + 4096U) << "the first bucket is to be small";
}

TEST_F(device_reduction, keeps_the_order_of_buckets_whatever_order_gradients_come_in) {
  const ParameterLayout layout = parameter_layout(tests::small_architectures().front());
  const auto run = [&](bool forwards) {
    SpyQueue queue(4);
    const auto buckets = workers::cuda::make_bucket_reduction(
        layout, at::kCPU, queue, 4, workers::padded_size(layout.flat_size(), 4), {1024, 8192});
    const auto gradients = wild_gradients(layout, 0);
    buckets->begin_lane(0);
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      const std::size_t p = forwards ? i : gradients.size() - 1 - i;
      buckets->take(p, gradients[p], true, true);
    }
    return queue.reduced;
  };
  EXPECT_EQ(run(true), run(false));
}

TEST_F(device_reduction, norm_does_not_depend_on_the_slicing) {
  const std::size_t blocks = 12;
  const jobs::CounterRandom random({4, jobs::Purpose::synthetic_load, 0});
  at::Tensor all = at::empty({static_cast<std::int64_t>(blocks * workers::norm_block)}, at::kFloat);
  for (std::int64_t i = 0; i < all.numel(); ++i) {
    all.data_ptr<float>()[i] = static_cast<float>(random.normal(0, static_cast<std::uint64_t>(i)));
  }
  const auto self = comms::make_self();
  const std::int64_t slice = all.numel() / ranks().size();
  const double norm = workers::cuda::device_norm(all.narrow(0, ranks().rank() * slice, slice), ranks());
  EXPECT_EQ(norm, workers::cuda::device_norm(all, *self));
  EXPECT_NEAR(norm, all.to(at::kDouble).norm().item<double>(), 1e-9 * norm);
}

}  // namespace genloss
