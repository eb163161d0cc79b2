#include "orchestrator/run/sealed_results.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/workers/plain/temporary_directory.hpp"

namespace genloss::orchestrator {
namespace {

namespace fs = std::filesystem;

std::vector<std::byte> bytes(std::size_t size, int value) { return {size, static_cast<std::byte>(value)}; }

std::size_t files_in(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST(sealed_results, are_read_back_whoever_wrote_them) {
  const tests::TemporaryDirectory scratch;
  const fs::path folder = scratch.path() / "blocks";
  EXPECT_TRUE(read_sealed_results(folder, 9, "p").empty());
  ResultBlocks a(folder, 9, "p", "1-rank-0"), b(folder, 9, "p", "1-rank-1");
  a.add(3, bytes(5, 7), 0.1);
  a.add(1, {}, 0.1);
  b.add(8, bytes(2, 9), 0.1);
  a.seal();
  b.seal();
  const ItemResults expected{{1, {}}, {3, bytes(5, 7)}, {8, bytes(2, 9)}};
  EXPECT_EQ(read_sealed_results(folder, 9, "p"), expected);
}

TEST(sealed_results, are_sealed_when_a_block_is_worth_it) {
  const tests::TemporaryDirectory scratch;
  ResultBlocks blocks(scratch.path(), 100, "p", "a");
  for (std::uint64_t item = 0; item < 9; ++item) blocks.add(item, bytes(1, 1), ResultBlocks::block_seconds / 4);
  EXPECT_EQ(blocks.sealed(), 2u) << "four quarters each, one item is open";
  EXPECT_EQ(read_sealed_results(scratch.path(), 100, "p").size(), 8u);
  blocks.add(9, bytes(1, 1), ResultBlocks::block_seconds);
  EXPECT_EQ(read_sealed_results(scratch.path(), 100, "p").size(), 10u) << "a long item seals what is before it";
  blocks.seal();
  EXPECT_EQ(blocks.sealed(), 3u) << "nothing is open";
}

TEST(sealed_results, that_are_damaged_or_of_other_work_are_removed) {
  for (const char* how : {"flip", "cut", "items", "program"}) {
    const tests::TemporaryDirectory scratch;
    ResultBlocks blocks(scratch.path(), 9, how == std::string("program") ? "q" : "p", "a");
    blocks.add(3, bytes(50, 7), 0);
    blocks.seal();
    const fs::path file = fs::directory_iterator(scratch.path())->path();
    if (how == std::string("flip")) std::fstream(file).seekp(-3, std::ios::end) << 'x';
    if (how == std::string("cut")) fs::resize_file(file, fs::file_size(file) - 10);
    EXPECT_TRUE(read_sealed_results(scratch.path(), how == std::string("items") ? 8 : 9, "p").empty()) << how;
    EXPECT_EQ(files_in(scratch.path()), 0u) << how;
  }
}

}  // namespace genloss::orchestrator
