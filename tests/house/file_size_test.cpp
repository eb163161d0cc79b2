#include <gtest/gtest.h>

#include "tests/house/source_files.hpp"

namespace genloss::house {
namespace {

constexpr std::size_t largest_source = 20'000;

TEST(file_size, no_source_is_above_20_kb) {
  for (const auto& file : source_files()) {
    EXPECT_LE(file.text.size(), largest_source) << file.path << ": one idea each; split it";
  }
}

}  // namespace
}  // namespace genloss::house
