// The real plug-in with the real libraries, on a machine without a GPU (or with one).

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>

#include "jobs/error.hpp"
#include "workers/accelerator/load_accelerator.hpp"

namespace genloss {
namespace {

/// Files of libraries that this process has mapped.
std::set<std::string> mapped_libraries() {
  std::ifstream maps("/proc/self/maps");
  std::set<std::string> found;
  for (std::string line; std::getline(maps, line);) {
    const auto path = line.find('/');
    if (path != std::string::npos && line.find(".so", path) != std::string::npos) found.insert(line.substr(path));
  }
  return found;
}

std::string mapped(const std::string& name) {
  for (const std::string& library : mapped_libraries()) {
    if (library.find("/" + name) != std::string::npos) return library;
  }
  return {};
}

bool has_driver() { return ::dlopen("libcuda.so.1", RTLD_NOW) != nullptr; }

}  // namespace

TEST(plugin, is_not_there_before_it_is_asked_for_and_opens_without_a_driver) {
  ASSERT_EQ(mapped("libgenloss_cuda.so"), "");
  const workers::AcceleratorReport report = workers::report_accelerators();
  EXPECT_EQ(report.nccl, "2.30.7");
  EXPECT_EQ(report.runtime, "13.0");
  EXPECT_NE(mapped("libgenloss_cuda.so"), "");
  EXPECT_EQ(mapped("libtorch_cuda.so"), "") << "the plug-in must not need it";
  if (has_driver()) GTEST_SKIP() << "there is a driver: " << report.driver << " " << report.problem;
  EXPECT_EQ(report.driver, "");
  EXPECT_TRUE(report.devices.empty());
  EXPECT_NE(report.problem.find("look for devices"), std::string::npos) << report.problem;
  EXPECT_NE(report.hint.find("driver"), std::string::npos) << report.hint;
}

TEST(plugin, takes_nccl_and_the_runtime_from_the_wheels) {
  (void)workers::report_accelerators();
  const std::string wheels = std::string(GENLOSS_WHEELS) + "/nvidia/";
  EXPECT_EQ(mapped("libnccl.so").find(wheels), 0U) << mapped("libnccl.so");
  EXPECT_EQ(mapped("libcudart.so").find(wheels), 0U) << mapped("libcudart.so");
}

TEST(plugin, errors_of_its_own_can_be_caught_in_the_program) {
  if (has_driver()) GTEST_SKIP() << "there is a driver";
  (void)workers::report_accelerators();
  const auto self = comms::make_self();
  try {
    (void)workers::open_accelerator(*self, {});
    ADD_FAILURE() << "there is no GPU";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::missing_resource);
    EXPECT_NE(error.hint().find("driver"), std::string::npos) << error.hint();
  }
}

TEST(plugin, a_missing_driver_is_named_before_anything_else) {
  if (has_driver()) GTEST_SKIP() << "there is a driver";
  try {
    workers::load_accelerator_libraries();
    ADD_FAILURE() << "there is no driver";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::missing_resource);
    EXPECT_NE(std::string(error.what()).find("libcuda.so.1"), std::string::npos) << error.what();
    EXPECT_NE(error.hint().find("runtime.device = cpu"), std::string::npos) << error.hint();
  }
}

}  // namespace genloss
