#include "comms/error_text.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace genloss::comms {
namespace {

Error error_of(const auto& work) {
  try {
    work();
  } catch (...) {
    return as_error(std::current_exception());
  }
  throw std::logic_error("nothing was thrown");
}

TEST(error_text, a_file_system_that_refuses_is_input_output_and_no_defect) {
  const Error error = error_of([] { (void)std::filesystem::file_size("/no/such/file"); });
  EXPECT_EQ(error.code(), ExitCode::input_output);
  EXPECT_EQ(error.object(), "/no/such/file");
  EXPECT_EQ(error_of([] { throw std::runtime_error("?"); }).code(), ExitCode::internal);
}

TEST(error_text, carries_an_error_whole) {
  const Error error(ExitCode::bad_data, "read", "a shard", "it is damaged", "draw it again");
  const Error there = error_from_text(error_to_text(std::make_exception_ptr(error)));
  EXPECT_EQ(there.code(), error.code());
  EXPECT_STREQ(there.what(), error.what());
}

}  // namespace
}  // namespace genloss::comms
