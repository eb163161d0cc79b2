// What a run on this machine's cores loads.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "tests/support/program.hpp"

namespace genloss {

TEST(libraries, a_run_on_cores_opens_no_cuda_kernels) {
  using namespace tests;  // NOLINT
  const Scratch scratch;
  const Outcome outcome =
      shell("LD_DEBUG=files LD_DEBUG_OUTPUT=" + (scratch.path() / "opened").string() + " " + GENLOSS_BINARY_DIR +
            "/genloss run " + study("tiny.ini") + " --study.generations=1 --runtime.runs=" + scratch.runs());
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
  std::set<std::string> opened;  // the linker's lines that name a file
  for (const auto& entry : std::filesystem::directory_iterator(scratch.path())) {
    if (!entry.is_regular_file()) continue;
    std::ifstream lines(entry.path());
    for (std::string line; std::getline(lines, line);) {
      const auto name = line.find("calling init: ");
      if (name != std::string::npos) opened.insert(line.substr(name));
    }
  }
  const auto has = [&](const char* library) {
    return std::any_of(opened.begin(), opened.end(),
                       [&](const std::string& line) { return line.find(library) != std::string::npos; });
  };
  ASSERT_TRUE(has("libtorch_cpu.so")) << "the linker's words are not understood";
  for (const char* library :
       {"libtorch_cuda", "libc10_cuda", "libgenloss_cuda", "libnccl", "libcublas", "libcudnn", "libcuda.so"}) {
    EXPECT_FALSE(has(library)) << library;
  }
}

}  // namespace genloss
