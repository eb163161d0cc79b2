#include "storage/corpus/corpus_reader.hpp"

#include <cstring>
#include <fstream>

#include "storage/files/durable.hpp"
#include "tests/storage/corpora.hpp"
#include "tests/storage/helpers.hpp"

namespace genloss::storage {
namespace {
namespace fs = std::filesystem;
using namespace tests;  // NOLINT(google-build-using-namespace): helpers of this room

std::vector<std::uint16_t> as_tokens(const std::vector<std::byte>& bytes) {
  std::vector<std::uint16_t> tokens(bytes.size() / 2);
  if (!bytes.empty()) std::memcpy(tokens.data(), bytes.data(), bytes.size());
  return tokens;
}

CorpusManifest write_corpus(const fs::path& corpus, std::uint64_t shards, std::uint64_t samples) {
  std::vector<ShardRecord> records;
  for (std::uint64_t i = 0; i < shards; ++i) records.push_back(write_shard(corpus, i, samples));
  return write_corpus_manifest(corpus, manifest_of_shards(), records);
}

TEST(corpus, paths_hold_256_shards_a_folder) {
  EXPECT_EQ(shard_path("corpus", 0), "corpus/shards/00/000000.h5");
  EXPECT_EQ(shard_path("corpus", 255), "corpus/shards/00/000255.h5");
  EXPECT_EQ(shard_path("corpus", 256), "corpus/shards/01/000256.h5");
  EXPECT_EQ(shard_path("corpus", 25'600'000), "corpus/shards/100000/25600000.h5");
}

TEST(corpus, manifest_comes_back_as_written) {
  const TemporaryFolder folder;
  const CorpusManifest written = write_corpus(folder.path(), 3, 10);
  const CorpusManifest read = read_corpus_manifest(folder.path());
  EXPECT_EQ(read.digest(), written.digest());
  EXPECT_EQ(read.recipe, written.recipe);
  EXPECT_EQ(read.generation, 2);
  EXPECT_EQ(read.format.columns, written.format.columns);
  EXPECT_EQ(read.samples(), 30U);
  EXPECT_EQ(read.values(), written.values());
  EXPECT_EQ(read.prompt_values(), written.prompt_values());
  EXPECT_EQ(read.ended_samples(), written.ended_samples());
  EXPECT_EQ(read.shards, 3U);
  EXPECT_EQ(read.table, written.table);
}

TEST(corpus, gives_every_sample_from_whatever_shard_holds_it) {
  const TemporaryFolder folder;
  write_corpus(folder.path(), 5, 10);
  const CorpusReader corpus(folder.path(), std::make_shared<ShardCache>(2));
  ASSERT_EQ(corpus.samples(), 50U);
  for (std::uint64_t i = 0; i < 50; ++i) {
    const std::uint64_t id = i * 13 % 50;  // hops between shards
    EXPECT_EQ(corpus.shard_of(id).record.shard, id / 10);
    ASSERT_EQ(as_tokens(corpus.sample_values(id)), tokens_of(id));
  }
  expect_error(ExitCode::internal, {"50"}, [&] { (void)corpus.sample_values(50); });
}

TEST(corpus, damaged_manifest_is_an_error_that_names_it) {
  const TemporaryFolder folder;
  const auto read = [&] { (void)read_corpus_manifest(folder.path()); };
  expect_error(ExitCode::bad_data, {"manifest.json"}, read);
  write_corpus(folder.path(), 2, 10);
  const std::string good = slurp(folder / "manifest.json");
  for (std::size_t at = 10; at < good.size(); at += 7) {
    std::string damaged = good;
    damaged[at] ^= 1;
    if (nlohmann::json::parse(damaged, nullptr, false) == nlohmann::json::parse(good)) continue;  // white space
    spill(folder / "manifest.json", damaged);
    expect_error(ExitCode::bad_data, {"manifest.json"}, read);
  }
}

TEST(corpus, manifest_with_foreign_content_is_refused_even_with_a_good_checksum) {
  const TemporaryFolder folder;
  write_corpus(folder.path(), 3, 10);
  const std::string good = slurp(folder / "manifest.json");
  const auto rewrite = [&](const char* named, auto change) {
    auto document = nlohmann::ordered_json::parse(good);
    change(document);
    write_json_durably(folder / "manifest.json", "genloss.corpus", 4, document);
    expect_error(ExitCode::bad_data, {named},
                 [&] { (void)CorpusReader(folder.path(), std::make_shared<ShardCache>(1)).sample_values(29); });
  };
  rewrite("shards.table", [](auto& document) { document["shards"] = 2; });
  rewrite("shards.table", [](auto& document) { document["samples"] = 31; });
  rewrite("shards.table", [](auto& document) { document["table"] = sha256_of("x").text(); });
  rewrite("shards.table", [](auto& document) { document["recipe"] = sha256_of("x").text(); });
  rewrite("manifest.json", [](auto& document) { document["format"]["values"] = "u3"; });
  rewrite("manifest.json", [](auto& document) { document["format"].erase("values"); });
  rewrite("manifest.json", [](auto& document) { document["shards"] = "5"; });
}

TEST(corpus, shard_that_the_manifest_does_not_mean_is_refused) {
  const TemporaryFolder folder;
  write_corpus(folder / "a", 2, 10);
  write_shard(folder / "b", 1, 10, 2);
  fs::copy_file(shard_path(folder / "b", 1), shard_path(folder / "a", 1), fs::copy_options::overwrite_existing);
  const CorpusReader corpus(folder / "a", std::make_shared<ShardCache>());
  EXPECT_EQ(as_tokens(corpus.sample_values(5)), tokens_of(5));
  expect_error(ExitCode::bad_data, {"000001.h5", "manifest"}, [&] { (void)corpus.sample_values(15); });
  fs::remove(shard_path(folder / "a", 0));
  const CorpusReader fresh(folder / "a", std::make_shared<ShardCache>());
  expect_error(ExitCode::bad_data, {"000000.h5", "no such file"}, [&] { (void)fresh.sample_values(5); });
}

TEST(corpus, flipped_value_is_refused_when_it_is_used) {
  const TemporaryFolder folder;
  write_corpus(folder / "a", 2, 10);
  const fs::path file = shard_path(folder / "a", 1);
  std::string bytes = read_text(file);
  const auto tokens = tokens_of(15);
  const auto place = bytes.find(std::string(reinterpret_cast<const char*>(tokens.data()), 2 * tokens.size()));
  ASSERT_NE(place, std::string::npos);
  bytes[place] = static_cast<char>(bytes[place] ^ 1);
  fs::remove(file);
  std::ofstream(file, std::ios::binary) << bytes;
  const CorpusReader corpus(folder / "a", std::make_shared<ShardCache>());
  EXPECT_EQ(as_tokens(corpus.sample_values(5)), tokens_of(5));
  EXPECT_TRUE(corpus.damaged().empty());
  expect_error(ExitCode::bad_data, {"000001.h5", "CRC32C"}, [&] { (void)corpus.sample_values(15); });
  EXPECT_EQ(corpus.damaged(), std::set<std::uint64_t>{1});
}

TEST(corpus, is_read_on_when_a_damaged_shard_has_been_replaced) {
  const TemporaryFolder folder;
  write_corpus(folder.path(), 2, 10);
  const fs::path file = shard_path(folder.path(), 1);
  const std::string good = slurp(file);
  CorpusReader corpus(folder.path(), std::make_shared<ShardCache>());
  EXPECT_EQ(as_tokens(corpus.sample_values(15)), tokens_of(15));
  // While it is open: what was good when it was opened need not be so when it is read.
  std::string bad = good;
  const auto tokens = tokens_of(15);
  const auto place = good.find(std::string(reinterpret_cast<const char*>(tokens.data()), 2 * tokens.size()));
  ASSERT_NE(place, std::string::npos);
  bad[place] = static_cast<char>(bad[place] ^ 1);
  spill(file, bad);
  expect_error(ExitCode::bad_data, {"000001.h5"}, [&] { (void)corpus.sample_values(15); });
  fs::remove(file);
  spill(file, good);
  corpus.renew(corpus.damaged());
  EXPECT_TRUE(corpus.damaged().empty());
  EXPECT_EQ(as_tokens(corpus.sample_values(15)), tokens_of(15));
}

TEST(corpus, ten_thousand_shards_cost_no_handles) {
  const TemporaryFolder folder;
  std::vector<ShardRecord> records;
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    records.push_back(i < 8 ? write_shard(folder.path(), i, 4)
                            : ShardRecord{i, 4 * i, 4, 100, 0, 4, 5000, 7, sha256_of(std::to_string(i))});
  }
  write_corpus_manifest(folder.path(), manifest_of_shards(), records);
  const std::size_t before = open_descriptors();
  const auto cache = std::make_shared<ShardCache>(3);
  const CorpusReader corpus(folder.path(), cache);
  EXPECT_EQ(corpus.samples(), 40'000U);
  EXPECT_EQ(open_descriptors(), before);
  for (int round = 0; round < 3; ++round) {
    for (std::uint64_t id = 0; id < 32; ++id) ASSERT_EQ(as_tokens(corpus.sample_values(id)), tokens_of(id));
  }
  EXPECT_EQ(cache->open_files(), 3U);
  EXPECT_EQ(open_descriptors(), before + 3);
}

}  // namespace
}  // namespace genloss::storage
