// docs/measures.md ends with what the records say.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "workers/families/gaussian/gaussian_measures.hpp"
#include "workers/measures/text_measures.hpp"

namespace {
using namespace genloss::workers;

TEST(records_page, is_made_from_the_records) {
  const std::filesystem::path page = GENLOSS_SOURCE_DIR "/docs/measures.md";
  std::ifstream in(page, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  const std::string head = "## Records\n\n";
  const auto at = text.find(head);
  ASSERT_NE(at, std::string::npos);
  const std::string made = "Of text:\n\n" + records_markdown(text_records()) + "Of Gaussian chains:\n\n" +
                           records_markdown(gaussian_records());
  if (std::getenv("GENLOSS_WRITE_DOCS") != nullptr) {
    text.resize(at + head.size());
    text += made;
    std::ofstream(page, std::ios::binary) << text;
  }
  EXPECT_EQ(text.substr(at + head.size()), made)
      << "a record changed: GENLOSS_WRITE_DOCS=1 tests_workers_plain writes the page anew";
}

}  // namespace
