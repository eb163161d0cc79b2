#include "storage/tensors/checkpoint.hpp"

#include <numeric>

#include "storage/files/durable.hpp"
#include "tests/storage/helpers.hpp"

namespace genloss::storage {
namespace {
namespace fs = std::filesystem;
using namespace tests;  // NOLINT(google-build-using-namespace): helpers of this room

constexpr std::uint64_t elements = 103;

std::vector<float> whole_vector(float first) {
  std::vector<float> values(elements);
  std::iota(values.begin(), values.end(), first);
  return values;
}

/// As `ranks` ranks would write it, with parts of different sizes.
fs::path write_checkpoint(const fs::path& folder, std::uint64_t step, std::uint64_t ranks) {
  const auto parameters = whole_vector(static_cast<float>(step)), moment = whole_vector(-1000.0F);
  const fs::path target = checkpoint_path(folder, step), partial = partial_path(target, "1");
  CheckpointManifest manifest;
  manifest.step = step;
  manifest.elements = elements;
  manifest.recipe = sha256_of("recipe");
  manifest.vectors = {"parameters", "first_moment"};
  manifest.position = {{"tokens", step * 100}};
  for (std::uint64_t rank = 0; rank < ranks; ++rank) {
    const std::uint64_t begin = elements * rank / ranks, count = elements * (rank + 1) / ranks - begin;
    const std::vector<NamedVector> parts = {{"parameters", std::span(parameters).subspan(begin, count)},
                                            {"first_moment", std::span(moment).subspan(begin, count)}};
    manifest.slices.push_back(write_slice(partial, rank, begin, parts));
  }
  seal_checkpoint(partial, target, manifest, 2);
  return target;
}

std::vector<float> read(const fs::path& checkpoint, const std::string& name, std::uint64_t begin, std::uint64_t count) {
  std::vector<float> values(count);
  read_checkpoint_vector(checkpoint, read_checkpoint_manifest(checkpoint), name, begin, values);
  return values;
}

TEST(checkpoint, is_read_at_any_rank_count) {
  for (const std::uint64_t writers : {1, 2, 3, 7}) {
    const TemporaryFolder folder;
    const auto checkpoint = write_checkpoint(folder.path(), 200, writers);
    EXPECT_EQ(checkpoint.filename(), "step-000200");
    const auto parameters = whole_vector(200.0F), moment = whole_vector(-1000.0F);
    for (const std::uint64_t readers : {1, 2, 4, 5}) {
      for (std::uint64_t rank = 0; rank < readers; ++rank) {
        const std::uint64_t begin = elements * rank / readers, end = elements * (rank + 1) / readers;
        const auto part = [&](const std::vector<float>& all) {
          return std::vector(all.begin() + static_cast<std::ptrdiff_t>(begin),
                             all.begin() + static_cast<std::ptrdiff_t>(end));
        };
        EXPECT_EQ(read(checkpoint, "parameters", begin, end - begin), part(parameters));
        EXPECT_EQ(read(checkpoint, "first_moment", begin, end - begin), part(moment));
      }
    }
    const auto manifest = read_checkpoint_manifest(checkpoint);
    EXPECT_EQ(manifest.step, 200U);
    EXPECT_EQ(manifest.recipe, sha256_of("recipe"));
    EXPECT_EQ(manifest.position["tokens"], 20000);
  }
}

TEST(checkpoint, newest_is_found_and_the_last_two_are_kept) {
  const TemporaryFolder folder;
  EXPECT_FALSE(newest_checkpoint(folder / "none"));
  EXPECT_FALSE(newest_checkpoint(folder.path()));
  for (const std::uint64_t step : {200, 400, 600, 1'000'000}) write_checkpoint(folder.path(), step, 2);
  EXPECT_EQ(newest_checkpoint(folder.path()), checkpoint_path(folder.path(), 1'000'000));
  EXPECT_EQ(entries_of(folder.path()), 2U);
  EXPECT_TRUE(fs::exists(folder / "step-000600"));
}

TEST(checkpoint, unsealed_does_not_exist) {
  const TemporaryFolder folder;
  write_checkpoint(folder.path(), 200, 2);
  const auto values = whole_vector(0.0F);
  (void)write_slice(partial_path(checkpoint_path(folder.path(), 400), "1"), 0, 0,
                    std::vector<NamedVector>{{"parameters", values}});
  EXPECT_EQ(newest_checkpoint(folder.path()), checkpoint_path(folder.path(), 200));
  sweep_partials(folder.path());
  EXPECT_EQ(entries_of(folder.path()), 1U);
}

TEST(checkpoint, of_the_same_step_may_be_written_again) {
  const TemporaryFolder folder;
  write_checkpoint(folder.path(), 200, 2);
  write_checkpoint(folder.path(), 200, 3);
  EXPECT_EQ(read_checkpoint_manifest(folder / "step-000200").slices.size(), 3U);
  EXPECT_EQ(entries_of(folder.path()), 1U);
}

TEST(checkpoint, that_does_not_load_is_an_error_with_a_hint_and_never_a_fresh_start) {
  const TemporaryFolder folder;
  const auto checkpoint = write_checkpoint(folder.path(), 200, 2);
  const auto newest = [&] { (void)newest_checkpoint(folder.path()); };
  const std::vector<std::string> hint = {"step-000200", "remove the folder"};
  const auto with_damaged = [&](const fs::path& file, const std::string& content) {
    const std::string good = slurp(file);
    spill(file, content);
    expect_error(ExitCode::bad_data, hint, newest);
    spill(file, good);
  };
  with_damaged(checkpoint / "manifest.json", "{}");
  with_damaged(checkpoint / "manifest.json", slurp(checkpoint / "manifest.json").substr(0, 100));
  with_damaged(checkpoint / "slice-00001.bin", "short");
  fs::remove(checkpoint / "slice-00000.bin");
  expect_error(ExitCode::bad_data, hint, newest);
  fs::remove(checkpoint / "manifest.json");
  expect_error(ExitCode::bad_data, hint, newest);
}

TEST(checkpoint, damaged_slice_is_found_when_it_is_read_and_only_then) {
  const TemporaryFolder folder;
  const auto checkpoint = write_checkpoint(folder.path(), 200, 2);
  std::string slice = slurp(checkpoint / "slice-00001.bin");
  slice.back() ^= 1;
  spill(checkpoint / "slice-00001.bin", slice);
  EXPECT_NO_THROW((void)read(checkpoint, "parameters", 0, 40));
  expect_error(ExitCode::bad_data, {"slice-00001.bin", "CRC32C"}, [&] { (void)read(checkpoint, "parameters", 60, 1); });
}

TEST(checkpoint, with_holes_is_not_sealed) {
  const TemporaryFolder folder;
  const auto values = whole_vector(0.0F);
  CheckpointManifest manifest;
  manifest.elements = elements;
  manifest.vectors = {"parameters"};
  const std::vector<NamedVector> part = {{"parameters", std::span(values).first(50)}};
  manifest.slices = {write_slice(folder / "partial", 0, 0, part), write_slice(folder / "partial", 1, 53, part)};
  expect_error(ExitCode::internal, {"holes"},
               [&] { seal_checkpoint(folder / "partial", folder / "step-000001", manifest, 2); });
}

}  // namespace
}  // namespace genloss::storage
