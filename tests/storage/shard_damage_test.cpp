#include <sys/mount.h>
#include <sys/resource.h>

#include <csignal>

#include "storage/corpus/shard.hpp"
#include "storage/files/durable.hpp"
#include "storage/files/journal.hpp"
#include "storage/tensors/checkpoint.hpp"
#include "storage/tensors/safetensors.hpp"
#include "tests/storage/corpora.hpp"
#include "tests/storage/helpers.hpp"

namespace genloss::storage {
namespace {
namespace fs = std::filesystem;
using namespace tests;  // NOLINT(google-build-using-namespace): helpers of this room

TEST(damaged_shard, is_found_wherever_a_byte_is_turned) {
  const TemporaryFolder folder;
  const auto record = write_shard(folder.path(), 0, 20);
  const auto file = shard_path(folder.path(), 0);
  const std::string good = slurp(file);
  const auto inspect = [&] { (void)inspect_shard(folder.path(), token_format(), identity_of(0, 20)); };
  for (std::size_t at = 0; at < good.size(); at += 13) {
    std::string damaged = good;
    damaged[at] = static_cast<char>(~damaged[at]);
    spill(file, damaged);
    EXPECT_NE(crc32c_of_file(file), record.file_crc32c);
    expect_error(ExitCode::bad_data, {"000000.h5"}, inspect);
    // HDF5 itself would crash on some of these.
    damaged.replace(at, 8, 8, '\xff');
    spill(file, damaged.substr(0, good.size()));
    expect_error(ExitCode::bad_data, {"000000.h5"}, inspect);
  }
  spill(file, good);
  inspect();
}

TEST(damaged_shard, is_found_by_the_reads_that_touch_the_damaged_block_while_it_is_open) {
  // Samples of 0 to 22'000 tokens: several blocks of 8192 tokens.
  const TemporaryFolder folder;
  constexpr std::uint64_t samples = 20, scale = 1000;
  (void)write_shard(folder.path(), 0, samples, scale);
  const auto file = shard_path(folder.path(), 0);
  const std::string good = slurp(file);
  const ShardReader shard(file);
  const std::uint64_t values = shard.offsets().back();
  const auto read = [&](std::uint64_t begin, std::uint64_t count) {
    std::vector<std::byte> out(2 * count);
    shard.read_values(begin, out);
    return out;
  };
  const std::vector<std::byte> all = read(0, values);
  const auto begin = good.find(std::string(reinterpret_cast<const char*>(all.data()), 4096));
  ASSERT_NE(begin, std::string::npos);
  for (const std::uint64_t value :
       {std::uint64_t{0}, std::uint64_t{8191}, std::uint64_t{8192}, values / 2, values - 1}) {
    std::string damaged = good;
    damaged[begin + 2 * value] ^= 1;
    spill(file, damaged);
    const std::uint64_t block = value / 8192 * 8192, end = std::min(block + 8192, values);
    expect_error(ExitCode::bad_data, {"000000.h5", "values " + std::to_string(block) + " to ", "CRC32C"},
                 [&] { (void)read(value, 1); });
    expect_error(ExitCode::bad_data, {"000000.h5"}, [&] { (void)read(end - 1, 1); });
    expect_error(ExitCode::bad_data, {"000000.h5"}, [&] { (void)read(0, values); });
    if (block > 0) {
      EXPECT_NO_THROW((void)read(0, block));
    }
    if (end < values) {
      EXPECT_NO_THROW((void)read(end, values - end));
    }
  }
  spill(file, good);
  EXPECT_EQ(read(0, values), all);
}

TEST(damaged_shard, content_digest_sees_a_turned_value_column_prompt_or_offset) {
  const TemporaryFolder folder;
  const auto record = write_shard(folder.path(), 0, 20);
  const auto file = shard_path(folder.path(), 0);
  const std::string good = slurp(file);
  const auto turn = [&](std::string_view bytes) {
    const std::size_t at = good.find(bytes);
    ASSERT_NE(at, std::string::npos);
    std::string damaged = good;
    damaged[at + bytes.size() - 1] ^= 1;
    spill(file, damaged);
    expect_error(ExitCode::bad_data, {"000000.h5"},
                 [&] { (void)inspect_shard(folder.path(), token_format(), identity_of(0, 20)); });
    try {
      EXPECT_NE(ShardReader(file).content_digest(), record.content);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::bad_data);  // offsets are checked on opening
    }
  };
  const auto tokens = tokens_of(5);
  turn({reinterpret_cast<const char*>(tokens.data()), 2 * tokens.size()});
  const std::vector<double> columns = {-0.5, -1.0, -1.5};
  turn({reinterpret_cast<const char*>(columns.data()), 24});
  const std::vector<std::uint64_t> offsets = {0, 0, 7, 21};
  turn({reinterpret_cast<const char*>(offsets.data()), 32});
  const std::vector<std::uint32_t> prompts = {0, 3, 3, 3};
  turn({reinterpret_cast<const char*>(prompts.data()), 16});
}

TEST(damaged_shard, cut_off_anywhere_is_an_error) {
  const TemporaryFolder folder;
  write_shard(folder.path(), 0, 20);
  const auto file = shard_path(folder.path(), 0);
  const std::string good = slurp(file);
  for (std::size_t size = 0; size < good.size(); size += 197) {
    spill(file, good.substr(0, size));
    expect_error(ExitCode::bad_data, {"000000.h5"}, [&] { (void)ShardReader(file).content_digest(); });
  }
}

TEST(damaged_shard, what_is_not_one_is_an_error) {
  const TemporaryFolder folder;
  expect_error(ExitCode::bad_data, {"none.h5", "no such file"}, [&] { const ShardReader reader(folder / "none.h5"); });
  spill(folder / "text.h5", std::string(5000, 'x'));
  expect_error(ExitCode::bad_data, {"text.h5"}, [&] { const ShardReader reader(folder / "text.h5"); });
}

/// Lets this process write no file beyond `bytes`, which looks to the code like a full disk.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small = {bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    (void)std::signal(SIGXFSZ, handler_);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST(full_disk, stops_a_shard_with_an_error_and_leaves_nothing) {
  const TemporaryFolder folder;
  const std::size_t before = open_descriptors();
  for (const std::uint64_t bytes : {1000, 100'000, 2'500'000}) {
    const SmallDisk small(bytes);
    expect_error(ExitCode::input_output, {"000000.h5", "File too large", "free space"},
                 [&] { write_shard(folder.path(), 0, 240, 1000); });
    EXPECT_EQ(entries_of(folder / "shards/00"), 0U);
  }
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_EQ(write_shard(folder.path(), 0, 240, 1000).samples, 240U) << "and the next attempt works";
}

TEST(full_disk, keeps_the_old_text_and_the_journal_whole) {
  const TemporaryFolder folder;
  write_text_durably(folder / "text", "old");
  Journal journal(folder / "journal.jsonl");
  journal.append({{"state", "PLANNED"}});
  {
    const SmallDisk small(100);
    expect_error(ExitCode::input_output, {"text", "free space"},
                 [&] { write_text_durably(folder / "text", std::string(200, 'x')); });
    expect_error(ExitCode::input_output, {"journal.jsonl", "free space"}, [&] {
      journal.append({{"state", std::string(200, 'x')}});
    });
  }
  EXPECT_EQ(read_text(folder / "text"), "old");
  EXPECT_EQ(entries_of(folder.path()), 2U);
  journal.append({{"state", "MIXED"}});
  EXPECT_EQ(Journal::read(folder / "journal.jsonl").size(), 2U);
  EXPECT_EQ(journal.entries().size(), 2U);
}

TEST(full_disk, stops_weights_and_checkpoints) {
  const TemporaryFolder folder;
  const std::vector<float> values(1000, 1.0F);
  const SmallDisk small(2000);
  expect_error(ExitCode::input_output, {"model.safetensors", "free space"}, [&] {
    write_safetensors(folder / "model.safetensors", {{"w", {ElementType::f32, {1000}, bytes_of(values)}}});
  });
  EXPECT_FALSE(fs::exists(folder / "model.safetensors"));
  expect_error(ExitCode::input_output, {"slice-00000.bin", "free space"}, [&] {
    (void)write_slice(folder / "step", 0, 0, std::vector<NamedVector>{{"parameters", values}});
  });
}

TEST(full_disk, of_a_real_small_file_system_does_the_same) {
  const TemporaryFolder folder;
  if (::mount("none", folder.path().c_str(), "tmpfs", 0, "size=1m") != 0) {
    GTEST_SKIP() << "this user may not mount a small file system; the tests above limit the size of files instead";
  }
  for (int attempt = 0; attempt < 2; ++attempt) {
    expect_error(ExitCode::input_output, {"000000.h5", "No space left", "free space"},
                 [&] { write_shard(folder.path(), 0, 240, 1000); });
    EXPECT_EQ(entries_of(folder / "shards/00"), 0U);
  }
  expect_error(ExitCode::input_output, {"No space left"},
               [&] { write_text_durably(folder / "text", std::string(2'000'000, 'x')); });
  EXPECT_EQ(write_shard(folder.path(), 0, 20).samples, 20U);
  EXPECT_EQ(::umount(folder.path().c_str()), 0) << "no file is left open";
}

}  // namespace
}  // namespace genloss::storage
