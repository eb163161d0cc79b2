#include <hdf5.h>

#include <cmath>
#include <thread>

#include "storage/corpus/shard.hpp"
#include "storage/hdf5/file.hpp"
#include "tests/storage/corpora.hpp"
#include "tests/storage/helpers.hpp"

namespace genloss::storage {
namespace {
namespace fs = std::filesystem;
using namespace tests;  // NOLINT(google-build-using-namespace): helpers of this room

/// More than one block of 1 Mi values is written at this scale.
constexpr std::uint64_t large = 1000, large_samples = 240;

TEST(corpus_shard, says_what_its_columns_mean_and_is_the_same_content) {
  const TemporaryFolder folder;
  const auto write = [&](const char* name, std::vector<CorpusFormat::Note> notes) {
    CorpusFormat format{ElementType::u8, true, 0, {{"share", ElementType::f64}, {"count", ElementType::u64}}};
    format.notes = std::move(notes);
    ShardWriter writer(folder / name, format, {sha256_of("recipe"), sha256_of("model"), 0, 0, 0, 0}, "test");
    writer.append({}, std::vector<double>{0.5, 3});
    return writer.seal();
  };
  const ShardRecord plain = write("plain", {}), noted = write("noted", {{"", "a share"}, {"nats", "a number"}});
  EXPECT_EQ(plain.content, noted.content);
  const auto file = shard_path(folder / "noted", 0);
  EXPECT_EQ(ShardReader(file).content_digest(), noted.content);
  const hid_t open = H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  const auto text_of = [&](const char* set, const char* name) {
    const hid_t attribute = H5Aopen_by_name(open, set, name, H5P_DEFAULT, H5P_DEFAULT), type = H5Aget_type(attribute);
    std::string text(H5Tget_size(type), '\0');
    EXPECT_GE(H5Aread(attribute, type, text.data()), 0);
    H5Tclose(type);
    H5Aclose(attribute);
    return std::string(text.c_str());
  };
  EXPECT_EQ(text_of("share", "meaning"), "a share");
  EXPECT_EQ(text_of("share", "unit"), "");
  EXPECT_EQ(text_of("count", "unit"), "nats");
  EXPECT_EQ(text_of("count", "meaning"), "a number");
  H5Fclose(open);
}

TEST(corpus_shard, gives_back_what_was_appended) {
  const TemporaryFolder folder;
  for (const std::uint64_t scale : {std::uint64_t{1}, large}) {
    const auto corpus = folder / std::to_string(scale);
    const ShardRecord record = write_shard(corpus, 3, large_samples, scale);
    const ShardReader reader(shard_path(corpus, 3));
    ASSERT_EQ(reader.samples(), large_samples);
    EXPECT_EQ(reader.value_type(), ElementType::u16);
    EXPECT_EQ(reader.identity().first_sample, 3 * large_samples);
    EXPECT_EQ(reader.identity().model, sha256_of("model"));
    ASSERT_EQ(reader.offsets().size(), large_samples + 1);
    std::uint64_t prompts = 0;
    for (std::uint64_t i = 0; i < large_samples; ++i) {
      const auto expected = tokens_of(record.first_sample + i, scale);
      std::vector<std::uint16_t> found(reader.offsets()[i + 1] - reader.offsets()[i]);
      reader.read_values(reader.offsets()[i], std::as_writable_bytes(std::span(found)));
      ASSERT_EQ(found, expected) << "sample " << i;
      ASSERT_EQ(reader.column("log_probability")[i], -0.5 * static_cast<double>(record.first_sample + i));
      ASSERT_EQ(reader.column("stop_reason")[i], static_cast<double>((record.first_sample + i) % 3));
      ASSERT_EQ(reader.column("prompt_length")[i], expected.size() > 4 ? 3.0 : 0.0);
      prompts += expected.size() > 4 ? 3 : 0;
    }
    EXPECT_EQ(record.values, reader.offsets().back());
    EXPECT_EQ(record.prompt_values, prompts);
    EXPECT_EQ(record.file_bytes, fs::file_size(shard_path(corpus, 3)));
    EXPECT_EQ(record.file_crc32c, crc32c_of_file(shard_path(corpus, 3)));
    EXPECT_EQ(record.content, reader.content_digest());
    EXPECT_EQ(entries_of(shard_path(corpus, 3).parent_path()), 1U);
  }
}

TEST(corpus_shard, of_fixed_length_needs_no_offsets) {
  const TemporaryFolder folder;
  CorpusFormat format;
  format.values = ElementType::f64;
  format.ragged = false;
  format.sample_values = 3;
  ShardWriter writer(folder.path(), format, identity_of(0, 4), "1");
  for (int i = 0; i < 4; ++i) writer.append(bytes_of(std::vector<double>{1.0 * i, 2.0 * i, 3.0 * i}), {});
  expect_error(ExitCode::internal, {"fixed length"}, [&] { writer.append(bytes_of(std::vector<double>{1.0}), {}); });
  expect_error(ExitCode::internal, {"prompt"}, [&] { writer.mark_prompt(1); });
  const ShardRecord record = writer.seal();
  const ShardReader reader(shard_path(folder.path(), 0));
  EXPECT_EQ(std::vector(reader.offsets().begin(), reader.offsets().end()),
            (std::vector<std::uint64_t>{0, 3, 6, 9, 12}));
  std::vector<double> second(3);
  reader.read_values(3, std::as_writable_bytes(std::span(second)));
  EXPECT_EQ(second, (std::vector{1.0, 2.0, 3.0}));
  EXPECT_EQ(record.content, reader.content_digest());
}

TEST(corpus_shard, has_equal_bytes_for_equal_content_seconds_apart) {
  const TemporaryFolder folder;
  const auto first = write_shard(folder / "a", 0, large_samples, large);
  const auto first_small = write_shard(folder / "a", 1, 5);
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // HDF5's times count seconds
  const auto second = write_shard(folder / "b", 0, large_samples, large, "another attempt");
  const auto second_small = write_shard(folder / "b", 1, 5);
  EXPECT_EQ(first.content, second.content);
  EXPECT_EQ(slurp(shard_path(folder / "a", 0)), slurp(shard_path(folder / "b", 0)));
  EXPECT_EQ(first_small.file_crc32c, second_small.file_crc32c);
}

TEST(corpus_shard, digest_tells_apart_what_differs_anywhere) {
  const TemporaryFolder folder;
  std::vector<Digest> digests;
  const auto write = [&](CorpusFormat format, ShardIdentity identity, std::vector<std::vector<std::uint16_t>> samples,
                         double column, std::uint64_t prompt) {
    ShardWriter writer(folder / std::to_string(digests.size()), format, identity, "1");
    for (const auto& sample : samples) {
      writer.append(bytes_of(sample), std::vector(format.columns.size(), column));
      writer.mark_prompt(prompt);
    }
    digests.push_back(writer.seal().content);
  };
  CorpusFormat format;
  format.values = ElementType::u16;
  format.columns = {{"score", ElementType::f64}};
  const auto identity = identity_of(0, 2);
  write(format, identity, {{1, 2}, {3}}, 0.5, 0);
  write(format, identity, {{1}, {2, 3}}, 0.5, 0);
  write(format, identity, {{1, 2}, {4}}, 0.5, 0);
  write(format, identity, {{1, 2}, {3}}, 0.25, 0);
  write(format, identity, {{1, 2}, {3}}, 0.5, 1);
  auto later = identity;
  later.first_sample += 2;
  later.last_sample += 2;
  write(format, later, {{1, 2}, {3}}, 0.5, 0);
  format.columns[0].first = "reward";
  write(format, identity, {{1, 2}, {3}}, 0.5, 0);
  for (std::size_t i = 0; i < digests.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(digests[i], digests[j]) << i << " and " << j;
  }
}

TEST(corpus_shard, is_not_there_before_it_is_sealed_and_leaves_nothing_when_abandoned) {
  const TemporaryFolder folder;
  {
    ShardWriter writer(folder.path(), token_format(), identity_of(0, large_samples), "1");
    append_samples(writer, 0, large_samples, large);
    EXPECT_FALSE(fs::exists(shard_path(folder.path(), 0)));
    EXPECT_FALSE(inspect_shard(folder.path(), token_format(), identity_of(0, large_samples)));
    EXPECT_EQ(entries_of(folder / "shards/00"), 1U);
  }
  EXPECT_EQ(entries_of(folder / "shards/00"), 0U);
}

/// How many offsets an unsealed file holds.
std::uint64_t flushed_offsets(const fs::path& file) {
  const hdf5::Context context{"read", file, ExitCode::bad_data};
  return hdf5::Dataset::open(hdf5::open_file(context), "offsets", ElementType::u64, context).size();
}

TEST(corpus_shard, survives_kill_between_blocks) {
  const TemporaryFolder folder;
  const auto undisturbed = write_shard(folder / "undisturbed", 0, large_samples, large);
  VictimProcess victim([&] {
    static ShardWriter writer(folder / "corpus", token_format(), identity_of(0, large_samples), "dead");
    append_samples(writer, 0, large_samples - 1, large);
  });
  ASSERT_TRUE(victim.ready());
  victim.kill();
  const auto partial = shard_path(folder / "corpus", 0).string() + ".partial-dead";
  EXPECT_GT(flushed_offsets(partial), 50U) << "what was flushed opens";
  EXPECT_FALSE(inspect_shard(folder / "corpus", token_format(), identity_of(0, large_samples)));
  sweep_partial_shards(folder / "corpus");
  EXPECT_FALSE(fs::exists(partial));
  const auto again = write_shard(folder / "corpus", 0, large_samples, large);
  EXPECT_EQ(again.content, undisturbed.content);
  EXPECT_EQ(again.file_crc32c, undisturbed.file_crc32c);
}

TEST(corpus_shard, drawn_twice_the_first_copy_wins_if_they_are_equal) {
  const TemporaryFolder folder;
  const auto first = write_shard(folder.path(), 0, 20);
  const auto second = write_shard(folder.path(), 0, 20, 1, "2");
  EXPECT_EQ(first.content, second.content);
  EXPECT_EQ(second.prompt_values, first.prompt_values);
  expect_error(ExitCode::internal, {"000000.h5", "deterministic"}, [&] { write_shard(folder.path(), 0, 20, 2, "3"); });
  EXPECT_EQ(inspect_shard(folder.path(), token_format(), identity_of(0, 20))->content, first.content);
  EXPECT_EQ(entries_of(folder / "shards/00"), 1U);
}

TEST(corpus_shard, inspected_is_as_its_writer_said) {
  const TemporaryFolder folder;
  const auto written = write_shard(folder.path(), 1, 30);
  const auto found = inspect_shard(folder.path(), token_format(), identity_of(1, 30));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->samples, written.samples);
  EXPECT_EQ(found->values, written.values);
  EXPECT_EQ(found->prompt_values, written.prompt_values);
  EXPECT_EQ(found->file_bytes, written.file_bytes);
  EXPECT_EQ(found->file_crc32c, written.file_crc32c);
  EXPECT_EQ(found->content, written.content);
}

TEST(corpus_shard, of_another_owner_is_refused_by_name) {
  const TemporaryFolder folder;
  write_shard(folder.path(), 0, 10);
  const auto inspect = [&](const ShardIdentity& identity, const CorpusFormat& format, const std::string& word) {
    expect_error(ExitCode::bad_data, {"000000.h5", word},
                 [&] { (void)inspect_shard(folder.path(), format, identity); });
  };
  auto identity = identity_of(0, 10);
  identity.recipe = sha256_of("other");
  inspect(identity, token_format(), "recipe");
  identity = identity_of(0, 10);
  identity.model = sha256_of("other");
  inspect(identity, token_format(), "model");
  identity = identity_of(0, 10);
  identity.last_sample += 1;
  inspect(identity, token_format(), "range");
  auto format = token_format();
  format.columns.pop_back();
  inspect(identity_of(0, 10), format, "format");
}

TEST(corpus_shard, refuses_wrong_samples) {
  const TemporaryFolder folder;
  ShardWriter writer(folder.path(), token_format(), identity_of(0, 2), "1");
  const std::vector<std::uint16_t> tokens = {1, 2, 3};
  const auto append = [&](std::size_t bytes, std::vector<double> columns) {
    writer.append(bytes_of(tokens).first(bytes), columns);
  };
  expect_error(ExitCode::internal, {"prompt"}, [&] { writer.mark_prompt(1); });
  expect_error(ExitCode::internal, {"inside a value"}, [&] { append(5, {0.0, 0.0}); });
  expect_error(ExitCode::internal, {"columns"}, [&] { append(6, {0.0}); });
  append(6, {0.0, 255.0});
  expect_error(ExitCode::internal, {"longer"}, [&] { writer.mark_prompt(4); });
  expect_error(ExitCode::internal, {"1 samples, 2 were promised"}, [&] { (void)writer.seal(); });
}

TEST(corpus_shard, integer_columns_are_exact_or_refused) {
  const TemporaryFolder folder;
  CorpusFormat format;
  format.columns = {{"n", ElementType::u8}};
  for (const double value : {256.0, -1.0, 0.5, std::nan(""), HUGE_VAL}) {
    ShardWriter writer(folder.path(), format, identity_of(0, 1), "1");
    expect_error(ExitCode::internal, {"'n'", "exactly"}, [&] { writer.append({}, std::vector{value}); });
  }
}

}  // namespace
}  // namespace genloss::storage
