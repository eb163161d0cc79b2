#include "storage/corpus/shard_table.hpp"

#include <cstring>
#include <fstream>

#include "storage/corpus/corpus_reader.hpp"
#include "tests/storage/corpora.hpp"
#include "tests/storage/helpers.hpp"

namespace genloss::storage {
namespace {
using namespace tests;  // NOLINT(google-build-using-namespace): helpers of this room

/// Records of shards that are not there.
std::vector<ShardRecord> records(std::uint64_t shards) {
  std::vector<ShardRecord> all;
  std::uint64_t sample = 0;
  for (std::uint64_t i = 0; i < shards; ++i) {
    const std::uint64_t samples = 1 + i % 7;
    ShardRecord record{i, sample, samples, 10 * samples, samples, i % 3, 5000 + i, static_cast<std::uint32_t>(i), {}};
    std::memcpy(record.content.bytes.data(), &i, sizeof i);
    all.push_back(record);
    sample += samples;
  }
  return all;
}

bool same(const ShardRecord& a, const ShardRecord& b) {
  return a.shard == b.shard && a.first_sample == b.first_sample && counts_of(a) == counts_of(b) &&
         a.file_bytes == b.file_bytes && a.file_crc32c == b.file_crc32c && a.content == b.content;
}

TEST(shard_table, gives_back_every_record_and_what_lies_before_it) {
  for (const std::uint64_t shards : {0, 1, 255, 256, 257, 1000}) {
    const TemporaryFolder folder;
    const auto written = records(shards);
    const CorpusManifest manifest = write_corpus_manifest(folder.path(), manifest_of_shards(), written);
    const ShardTable table(folder.path(), manifest);
    ASSERT_EQ(table.shards(), shards);
    ShardCounts before;
    for (std::uint64_t i = 0; i < shards; ++i) {
      const ShardPlace place = table.at(i);
      ASSERT_TRUE(same(place.record, written[i])) << i;
      ASSERT_EQ(place.before, before) << i;
      before += counts_of(written[i]);
    }
    EXPECT_EQ(manifest.totals, before);
    EXPECT_EQ(digest_of_table(table, manifest.format), manifest.content);
    expect_error(ExitCode::internal, {"shards.table"}, [&] { (void)table.at(shards); });
  }
}

TEST(shard_table, finds_the_shard_that_holds_an_amount_of_anything) {
  const TemporaryFolder folder;
  const auto written = records(600);
  const ShardTable table(folder.path(), write_corpus_manifest(folder.path(), manifest_of_shards(), written));
  // Every third shard has no ended sample: the one that has is found, not one beside it.
  const auto ended = [](const ShardCounts& counts) { return counts.ended_samples; };
  std::uint64_t sample = 0, end = 0;
  for (const ShardRecord& record : written) {
    for (std::uint64_t i = 0; i < record.samples; ++i, ++sample) {
      ASSERT_EQ(table.find(sample, [](const ShardCounts& counts) { return counts.samples; }).record.shard,
                record.shard);
    }
    for (std::uint64_t i = 0; i < record.ended_samples; ++i, ++end) {
      ASSERT_EQ(table.find(end, ended).record.shard, record.shard);
    }
  }
}

TEST(shard_table, turned_byte_or_cut_is_found_when_it_is_used_and_named) {
  const TemporaryFolder folder;
  const CorpusManifest manifest = write_corpus_manifest(folder.path(), manifest_of_shards(), records(300));
  const auto file = shard_table_path(folder.path());
  const std::string good = slurp(file);
  const auto read_all = [&] {
    const ShardTable table(folder.path(), manifest);
    for (std::uint64_t i = 0; i < table.shards(); ++i) (void)table.at(i);
  };
  for (std::size_t at = 0; at < good.size(); at += 37) {
    std::string damaged = good;
    damaged[at] = static_cast<char>(damaged[at] ^ 4);
    spill(file, damaged);
    expect_error(ExitCode::bad_data, {"shards.table"}, read_all);
    spill(file, good.substr(0, at));
    expect_error(ExitCode::bad_data, {"shards.table"}, read_all);
  }
  // A whole table, but of another corpus.
  write_corpus_manifest(folder.path(), manifest_of_shards(), records(301));
  expect_error(ExitCode::bad_data, {"shards.table", "manifest"}, read_all);
  std::filesystem::remove(file);
  expect_error(ExitCode::bad_data, {"shards.table", "no such file"}, read_all);
}

TEST(shard_table, damage_in_one_block_leaves_the_others_usable) {
  const TemporaryFolder folder;
  const CorpusManifest manifest = write_corpus_manifest(folder.path(), manifest_of_shards(), records(600));
  std::string bytes = slurp(shard_table_path(folder.path()));
  bytes[64 + 300 * 112] ^= 1;
  spill(shard_table_path(folder.path()), bytes);
  const ShardTable table(folder.path(), manifest);
  EXPECT_NO_THROW((void)table.at(255));
  EXPECT_NO_THROW((void)table.at(512));
  expect_error(ExitCode::bad_data, {"shards.table", "records 256 to 511"}, [&] { (void)table.at(256); });
}

TEST(shard_table, corpus_of_a_million_shards_is_held_in_a_megabyte_whatever_is_read_of_it) {
  const TemporaryFolder folder;
  constexpr std::uint64_t shards = 1'000'000;
  (void)write_corpus_manifest(folder.path(), manifest_of_shards(), records(shards));
  const auto resident = [] {
    std::ifstream file("/proc/self/statm");
    std::uint64_t size = 0, pages = 0;
    file >> size >> pages;
    return pages * 4096;
  };
  const std::uint64_t before = resident();
  const CorpusReader corpus(folder.path(), std::make_shared<ShardCache>(3));
  for (std::uint64_t i = 0; i < 5000; ++i) (void)corpus.table().at(i * 7919 % shards);
  EXPECT_LT(resident(), before + (16U << 20));  // a table of records would be 100 MB
  EXPECT_LT(corpus.table().memory(), 1U << 20);
}

}  // namespace
}  // namespace genloss::storage
