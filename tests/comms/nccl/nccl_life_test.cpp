// From the choice of a GPU to the last call: what must happen in which order, and what may go wrong.

#include <thread>

#include "comms/error_text.hpp"
#include "comms/nccl/nccl_queue.hpp"
#include "tests/comms/nccl/nccl_fixture.hpp"

namespace genloss {
namespace {

using comms::ReduceOp;
using doubles::counts;
using doubles::script;
using tests::error_of;
using tests::OnDevice;
using tests::ranks;

class nccl_life : public tests::NcclTest {};     // NOLINT: tests are sentences
class nccl_trouble : public tests::NcclTest {};  // NOLINT

std::int64_t sum_of_ones(comms::Communicator& nccl) {
  const OnDevice<std::int64_t> value(std::vector<std::int64_t>{1});
  nccl.all_reduce(value.buffer(), ReduceOp::sum, "ones");
  return value.values()[0];
}

}  // namespace

TEST_F(nccl_life, ends_with_finalize_and_destroy_in_this_order) {
  connect().reset();
  EXPECT_EQ(counts().inits, 1);
  EXPECT_EQ(counts().finalizes, 1);
  EXPECT_EQ(counts().destroys, 1);
  EXPECT_EQ(counts().aborts, 0);
}

TEST_F(nccl_life, outlasts_a_long_initialisation_and_slow_launches) {
  script().init_polls = 500;
  script().launch_polls = 20;
  const auto nccl = connect();
  EXPECT_GE(counts().polls, 500);
  EXPECT_EQ(sum_of_ones(*nccl), ranks().size());
  EXPECT_EQ(sum_of_ones(*nccl), ranks().size());
  const auto part = nccl->split(0, ranks().rank());
  EXPECT_EQ(sum_of_ones(*part), ranks().size());
}

TEST_F(nccl_life, gives_every_rank_of_a_node_its_own_gpu) {
  const auto nccl = connect();
  EXPECT_EQ(nccl->device().index, ranks().rank());
  EXPECT_EQ(comms::nccl::uuid_text(nccl->device().uuid).substr(0, 13), "GPU-00112233-");
}

TEST_F(nccl_life, orders_operations_behind_computation_and_before_what_follows) {
  const auto nccl = connect();
  doubles::expect_order(true);
  comms::nccl::NcclQueue queue(*nccl, doubles::computing_stream);
  const OnDevice<float> value(std::vector<float>{2.0F});
  queue.all_reduce(value.buffer(), ReduceOp::sum, "sum");
  queue.join();
  EXPECT_EQ(value.values()[0], 2.0F * static_cast<float>(ranks().size()))
      << "computation went on before the sum was there";
  const auto staged = queue.staging(sizeof(float));
  queue.copy_to_host(staged.get(), value.data(), sizeof(float));
  queue.finish("copy");
  float copied = 0;
  std::memcpy(&copied, staged.get(), sizeof copied);
  EXPECT_EQ(copied, value.values()[0]);
}

TEST_F(nccl_trouble, two_ranks_on_one_gpu_are_named) {
  if (ranks().size() < 2) GTEST_SKIP() << "needs two ranks";
  script().devices = ranks().size() - 1;
  const Error error = error_of([] { (void)connect(); });
  EXPECT_EQ(error.code(), ExitCode::missing_resource);
  EXPECT_NE(error.object().find("rank 0 "), std::string::npos) << error.what();
  EXPECT_NE(error.object().find("rank " + std::to_string(ranks().size() - 1) + " "), std::string::npos) << error.what();
  EXPECT_NE(error.operation().find("GPU-"), std::string::npos) << error.what();
  EXPECT_EQ(counts().inits, 0);
}

TEST_F(nccl_trouble, another_nccl_on_one_rank_is_named_on_all) {
  if (last()) script().nccl_version = 22809;
  const Error error = error_of([] { (void)connect(); });
  EXPECT_EQ(error.code(), ExitCode::missing_resource);
  const std::string text = error.what();
  EXPECT_NE(text.find("rank " + std::to_string(ranks().size() - 1) + " "), std::string::npos) << text;
  EXPECT_NE(text.find("2.28.9"), std::string::npos) << text;
  EXPECT_NE(text.find("2.30.7"), std::string::npos) << text;
  EXPECT_NE(error.hint().find("LD_LIBRARY_PATH"), std::string::npos);
}

TEST_F(nccl_trouble, a_missing_driver_on_one_rank_ends_all) {
  if (last()) script().driver = cudaErrorInsufficientDriver;
  const Error error = error_of([] { (void)connect(); });
  EXPECT_EQ(error.code(), ExitCode::missing_resource);
  EXPECT_NE(error.hint().find("driver"), std::string::npos) << error.hint();
}

TEST_F(nccl_trouble, no_identifier_on_rank_0_ends_all) {
  if (ranks().is_root()) script().identifier = ncclSystemError;
  const Error error = error_of([] { (void)connect(); });
  EXPECT_EQ(error.code(), ExitCode::internal);
  EXPECT_NE(error.hint().find("NCCL_SOCKET_IFNAME"), std::string::npos) << error.hint();
}

TEST_F(nccl_trouble, an_initialisation_that_never_ends_meets_the_deadline) {
  if (last()) script().init_never_ends = true;
  const auto begin = std::chrono::steady_clock::now();
  const Error error = error_of([] { (void)connect(1000); });
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
  EXPECT_EQ(error.code(), ExitCode::internal);
  EXPECT_NE(error.operation().find("initialisation"), std::string::npos) << error.what();
  EXPECT_EQ(counts().aborts, counts().inits);  // a rank that comes late makes none any more
  EXPECT_EQ(counts().destroys, 0);
}

TEST_F(nccl_trouble, an_initialisation_that_one_rank_refuses_ends_all_before_the_deadline) {
  if (last()) script().init = ncclUnhandledCudaError;
  const Error error = error_of([] { (void)connect(); });
  EXPECT_EQ(error.code(), ExitCode::internal);
  EXPECT_EQ(counts().aborts, counts().inits);
  EXPECT_EQ(counts().destroys, 0);
}

TEST_F(nccl_trouble, an_error_in_the_first_sum_ends_all) {
  if (last()) doubles::script().error_at = 0;
  const Error error = error_of([] { (void)connect(); });
  EXPECT_EQ(error.code(), ExitCode::internal);
  EXPECT_EQ(counts().aborts, 1);
}

TEST_F(nccl_trouble, an_asynchronous_error_of_one_rank_aborts_all) {
  if (last()) script().error_at = 2;
  const auto nccl = connect();
  EXPECT_EQ(sum_of_ones(*nccl), ranks().size());
  ranks().barrier("all have the first sum");
  const Error error = error_of([&] { (void)sum_of_ones(*nccl); });
  EXPECT_EQ(error.code(), ExitCode::internal);
  EXPECT_NE(error.cause().find("remote process exited"), std::string::npos) << error.what();
  EXPECT_EQ(counts().aborts, 1);
}

TEST_F(nccl_trouble, is_told_once_by_the_rank_it_happened_on) {
  if (ranks().size() < 2) GTEST_SKIP() << "needs two ranks";
  if (last()) script().error_at = 1;
  const auto nccl = connect();
  try {
    (void)sum_of_ones(*nccl);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const comms::RemoteError& error) {
    EXPECT_FALSE(last());
    EXPECT_EQ(error.rank(), ranks().size() - 1);
  } catch (const Error&) {
    EXPECT_TRUE(last());
  }
}

TEST_F(nccl_trouble, after_an_abort_every_use_is_refused_and_nothing_reaches_nccl) {
  script().error_at = 1;
  const auto nccl = connect();
  (void)error_of([&] { (void)sum_of_ones(*nccl); });
  const auto operations = counts().operations;
  const Error error = error_of([&] { (void)sum_of_ones(*nccl); });
  EXPECT_NE(error.cause().find("aborted before"), std::string::npos) << error.what();
  (void)error_of([&] { (void)nccl->split(0, 0); });
  EXPECT_EQ(counts().operations, operations);
  EXPECT_EQ(counts().use_after_abort, 0);
}

TEST_F(nccl_trouble, a_hang_of_one_rank_is_found_and_the_rank_named) {
  if (ranks().size() < 2) GTEST_SKIP() << "needs two ranks";
  const auto nccl = connect(1000);
  if (last()) std::this_thread::sleep_for(std::chrono::milliseconds(2500));
  const Error error = error_of([&] { (void)sum_of_ones(*nccl); });
  EXPECT_EQ(error.code(), ExitCode::internal);
  if (!last()) {
    EXPECT_NE(error.cause().find("rank " + std::to_string(ranks().size() - 1) + " has not arrived"), std::string::npos)
        << error.what();
  }
  EXPECT_EQ(counts().aborts, 1);
}

TEST_F(nccl_trouble, a_stuck_gpu_meets_the_deadline_on_all_ranks) {
  if (last()) script().hang_at = 1;
  const auto nccl = connect(1000);
  const Error error = error_of([&] { (void)sum_of_ones(*nccl); });
  EXPECT_EQ(error.code(), ExitCode::internal);
  EXPECT_NE(error.operation().find("ones"), std::string::npos) << error.what();
  EXPECT_EQ(counts().aborts, 1);
}

TEST_F(nccl_trouble, a_wrong_first_sum_is_noticed) {
  script().damage_at = 0;
  const Error error = error_of([] { (void)connect(); });
  EXPECT_NE(error.cause().find("sum over ranks is wrong"), std::string::npos) << error.what();
}

TEST_F(nccl_trouble, an_exception_on_its_way_aborts_instead_of_waiting_for_the_others) {
  (void)error_of([] {
    const auto nccl = connect();
    throw Error(ExitCode::internal, "do", "something else", "it failed");
  });
  EXPECT_EQ(counts().aborts, 1);
  EXPECT_EQ(counts().finalizes, 0);
}

}  // namespace genloss
