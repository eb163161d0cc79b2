// Whole trainings by the engine for GPUs, over the doubles of NCCL and the CUDA runtime.

#include <cmath>

#include "tests/workers/cuda/device_fixtures.hpp"
#include "workers/passes/transformer_network.hpp"

namespace genloss {
namespace {

using comms::nccl::NcclQueue;
using tests::ranks;

class device_training : public tests::NcclTest {};  // NOLINT: tests are sentences

jobs::StudySpec study(jobs::Reduction reduction, jobs::Precision precision = jobs::Precision::fp32) {
  jobs::StudySpec spec = tests::short_study();
  spec.training.reduction = reduction;
  spec.training.precision = precision;
  spec.training.budget.amount = 0.75;  // 6 steps
  return spec;
}

/// Over NCCL's double and over MPI, in folders of their own.
std::pair<tests::Training, tests::Training> on_both(comms::nccl::NcclCommunicator& nccl, const jobs::StudySpec& spec,
                                                    const workers::Architecture& a) {
  NcclQueue by_nccl(nccl, doubles::computing_stream);
  comms::HostQueue by_mpi(ranks());
  const tests::SharedFolder one(ranks()), other(ranks());
  return {tests::train_on(by_nccl, ranks(), spec, a, one.path()),
          tests::train_on(by_mpi, ranks(), spec, a, other.path())};
}

}  // namespace

TEST_F(device_training, has_the_bits_of_mpi_and_of_one_rank_alone) {
  const auto nccl = connect();
  doubles::expect_order(true);
  doubles::script().launch_polls = 2;
  for (const auto& a : tests::small_architectures()) {
    const jobs::StudySpec spec = study(jobs::Reduction::exact);
    const auto [by_nccl, by_mpi] = on_both(*nccl, spec, a);
    EXPECT_EQ(by_nccl.outcome.steps, 6U);
    EXPECT_EQ(by_nccl.weights, by_mpi.weights);
    EXPECT_EQ(by_nccl.weights, tests::train_on_alone(spec, a).weights);
  }
}

TEST_F(device_training, with_buckets_has_the_bits_of_mpi) {
  const auto nccl = connect();
  doubles::expect_order(true);
  for (const auto& a : tests::small_architectures()) {
    const auto [by_nccl, by_mpi] = on_both(*nccl, study(jobs::Reduction::fast), a);
    EXPECT_EQ(by_nccl.weights, by_mpi.weights);
    EXPECT_EQ(by_nccl.losses, by_mpi.losses);
  }
}

TEST_F(device_training, comes_close_to_the_hosts_own_kernels) {
  if (!ranks().is_root()) return;
  for (const auto& a : tests::small_architectures()) {
    const tests::TemporaryFolder folder;
    const auto self = comms::make_self();
    const auto host = tests::train(study(jobs::Reduction::exact), a, *self, folder.path());
    const auto device = tests::train_on_alone(study(jobs::Reduction::exact), a);
    ASSERT_EQ(device.losses.size(), host.losses.size());
    for (std::size_t i = 0; i < host.losses.size(); ++i) EXPECT_NEAR(device.losses[i], host.losses[i], 1e-4);
  }
}

TEST_F(device_training, weighs_units_and_truncates_as_the_host_does) {
  if (!ranks().is_root()) return;
  const std::vector<double> weights{1.9, 0.5};
  jobs::StudySpec spec = study(jobs::Reduction::exact);
  spec.training.truncated = 0.1;
  for (const auto& a : tests::small_architectures()) {
    const tests::TemporaryFolder folder;
    const auto self = comms::make_self();
    const auto host = tests::train(spec, a, *self, folder.path(), 0, {}, 1, nullptr, weights);
    const auto device = tests::train_on_alone(spec, a, weights);
    ASSERT_EQ(device.losses.size(), host.losses.size());
    EXPECT_NEAR(device.losses.front(), host.losses.front(), 1e-4);
    for (std::size_t i = 0; i < host.losses.size(); ++i) EXPECT_NEAR(device.losses[i], host.losses[i], 1e-3);
    EXPECT_GT(std::abs(device.losses.front() - tests::train_on_alone(spec, a).losses.front()), 1e-3);
  }
}

TEST_F(device_training, watches_validation_text_and_goes_back_to_the_best_parameters) {
  const auto nccl = connect();
  NcclQueue queue(*nccl, doubles::computing_stream);
  const auto a = tests::small_architectures().front();
  jobs::StudySpec spec = study(jobs::Reduction::exact, jobs::Precision::bf16);
  spec.training.budget.amount = 5;
  spec.training.patience = 1;
  spec.training.validation_steps = 3;
  const auto watched = [&](comms::DeviceQueue& by, comms::Communicator& together, const std::filesystem::path& folder) {
    tests::DeviceOnHost device(by, {});
    tests::MadeUpText validation(a.context, a.vocabulary, 9);
    return tests::train(spec, a, together, folder, 0, {}, 1, &device, {1}, &validation);
  };
  const tests::SharedFolder folder(ranks());
  const auto together = watched(queue, ranks(), folder.path());
  EXPECT_EQ(together.outcome.steps, together.outcome.best_step + 3);
  const tests::TemporaryFolder own;
  const auto self = comms::make_self();
  comms::HostQueue alone(*self);
  EXPECT_EQ(together.weights, watched(alone, *self, own.path()).weights);
}

TEST_F(device_training, in_bf16_learns_and_keeps_its_masters_over_a_stop) {
  const auto nccl = connect();
  const auto a = tests::small_architectures().front();
  const jobs::StudySpec spec = study(jobs::Reduction::exact, jobs::Precision::bf16);
  const auto undisturbed = tests::train_on_alone(spec, a);
  EXPECT_LT(undisturbed.losses.back(), undisturbed.losses.front() - 0.1);
  bool any_beyond_bf16 = false;  // what is saved are the masters
  for (const float w : undisturbed.weights) {
    any_beyond_bf16 = any_beyond_bf16 || static_cast<float>(c10::BFloat16(w)) != w;
  }
  EXPECT_TRUE(any_beyond_bf16);
  const tests::SharedFolder folder(ranks());
  NcclQueue queue(*nccl, doubles::computing_stream);
  EXPECT_EQ(tests::train_on(queue, ranks(), spec, a, folder.path(), 3).outcome.end, workers::TrainEnd::stopped);
  EXPECT_EQ(tests::train_on(queue, ranks(), spec, a, folder.path()).weights, undisturbed.weights);
}

TEST_F(device_training, resumes_with_the_bits_of_an_undisturbed_run) {
  const auto nccl = connect();
  NcclQueue queue(*nccl, doubles::computing_stream);
  const auto a = tests::small_architectures().back();
  const jobs::StudySpec spec = study(jobs::Reduction::exact);
  const tests::SharedFolder folder(ranks());
  EXPECT_EQ(tests::train_on(queue, ranks(), spec, a, folder.path(), 2).outcome.end, workers::TrainEnd::stopped);
  EXPECT_EQ(tests::train_on(queue, ranks(), spec, a, folder.path()).weights, tests::train_on_alone(spec, a).weights);
}

TEST_F(device_training, is_continued_by_the_host_from_the_same_checkpoint) {
  const auto nccl = connect();
  NcclQueue queue(*nccl, doubles::computing_stream);
  const auto a = tests::small_architectures().front();
  const jobs::StudySpec spec = study(jobs::Reduction::exact);
  const tests::SharedFolder folder(ranks());
  (void)tests::train_on(queue, ranks(), spec, a, folder.path(), 3);
  const auto continued = tests::train(spec, a, ranks(), folder.path());
  EXPECT_EQ(continued.outcome.end, workers::TrainEnd::finished);
  if (ranks().is_root()) {
    ASSERT_EQ(continued.losses.size(), 3U);
    EXPECT_NEAR(continued.losses.back(), tests::train_on_alone(spec, a).losses.back(), 1e-3);
  }
}

// A captured pass is launched again later: it has to leave nothing behind that a second one would find.
TEST_F(device_training, captures_one_pass_that_may_be_repeated) {
  const auto self = comms::make_self();
  comms::HostQueue queue(*self);
  int captures = 0, calls = 0;
  workers::cuda::TorchDevice device;
  device.capture = [&](std::function<void()> work) -> std::function<void()> {
    ++captures;
    return [&calls, work] {
      ++calls;
      work();
      work();
    };
  };
  const jobs::StudySpec spec = study(jobs::Reduction::exact);
  for (const auto& a : tests::small_architectures()) {
    captures = calls = 0;
    const tests::TemporaryFolder folder;
    const auto repeated = tests::train_on(queue, *self, spec, a, folder.path(), 0, device);
    EXPECT_EQ(captures, 1);
    EXPECT_EQ(calls, 6 * spec.training.lanes);
    const auto once = tests::train_on_alone(spec, a);
    EXPECT_EQ(repeated.weights, once.weights);
    EXPECT_EQ(repeated.losses, once.losses);
  }
}

TEST_F(device_training, captures_no_pass_that_buckets_are_reduced_out_of) {
  const auto nccl = connect();
  NcclQueue queue(*nccl, doubles::computing_stream);
  int calls = 0;
  workers::cuda::TorchDevice device;
  device.capture = [&](std::function<void()> work) -> std::function<void()> {
    return [&calls, work] {
      ++calls;
      work();
    };
  };
  const jobs::StudySpec spec = study(jobs::Reduction::fast);
  const tests::SharedFolder folder(ranks());
  (void)tests::train_on(queue, ranks(), spec, tests::small_architectures().front(), folder.path(), 0, device);
  const int mine = comms::LanePlan(ranks().rank(), ranks().size(), spec.training.lanes, 0).mine.count();
  EXPECT_EQ(calls, 6 * (ranks().size() == 1 ? mine : mine - 1));
}

TEST_F(device_training, tells_a_full_device_with_a_way_out) {
  const auto a = tests::small_architectures().front();
  const auto self = comms::make_self();
  comms::HostQueue queue(*self);
  workers::cuda::TorchDevice device;
  device.capture = [](const std::function<void()>&) -> std::function<void()> {
    return [] { TORCH_CHECK_WITH(OutOfMemoryError, false, "CUDA out of memory"); };
  };
  workers::cuda::DeviceEngine engine(study(jobs::Reduction::exact).training, workers::TransformerNetwork(a),
                                     workers::Weights::initial(a, 1, 0).flat(), device, queue, *self);
  const std::vector<std::int32_t> windows(2 * (static_cast<std::size_t>(a.context) + 1));
  const Error error = tests::error_of([&] { engine.run_lane(0, {1, 2, 1, std::as_bytes(std::span(windows)), 1.0}); });
  EXPECT_EQ(error.code(), ExitCode::missing_resource);
  EXPECT_NE(error.hint().find("training.micro_batch"), std::string::npos);
}

TEST_F(device_training, ends_on_all_ranks_when_nccl_fails_on_one) {
  if (ranks().size() < 2) GTEST_SKIP() << "needs two ranks";
  doubles::script().wait_limit = 0.5;
  if (last()) doubles::script().error_at = 4;
  const auto nccl = connect();
  NcclQueue queue(*nccl, doubles::computing_stream);
  const tests::SharedFolder folder(ranks());
  const Error error = tests::error_of([&] {
    (void)tests::train_on(queue, ranks(), study(jobs::Reduction::exact), tests::small_architectures().front(),
                          folder.path());
  });
  EXPECT_EQ(error.code(), ExitCode::internal);
  EXPECT_EQ(doubles::counts().aborts, 1);
}

}  // namespace genloss
