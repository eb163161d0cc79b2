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

TEST(file_size, the_median_source_is_small) {
  auto files = source_files();
  ASSERT_FALSE(files.empty());
  const auto middle = files.begin() + static_cast<std::ptrdiff_t>(files.size() / 2);
  std::nth_element(files.begin(), middle, files.end(),
                   [](const auto& a, const auto& b) { return a.text.size() < b.text.size(); });
  EXPECT_LE(middle->text.size(), 4'096U);
}

}  // namespace
}  // namespace genloss::house
