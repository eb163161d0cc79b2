#include "storage/files/durable.hpp"

#include <sys/resource.h>

#include <cmath>
#include <csignal>

#include "tests/storage/helpers.hpp"

namespace genloss::storage {
namespace {
namespace fs = std::filesystem;
using tests::expect_error;
using tests::slurp;
using tests::spill;
using tests::TemporaryFolder;

TEST(durable_text, replaces_the_old_file_and_leaves_nothing_else) {
  const TemporaryFolder folder;
  write_text_durably(folder / "a/b/text", "one");
  write_text_durably(folder / "a/b/text", "two");
  EXPECT_EQ(read_text(folder / "a/b/text"), "two");
  EXPECT_EQ(tests::entries_of(folder / "a/b"), 1U);
}

TEST(durable_text, a_failed_write_keeps_the_old_file) {
  const TemporaryFolder folder;
  write_text_durably(folder / "text", "old");
  fs::create_directory(folder / "target");
  spill(folder / "target/child", "");
  expect_error(ExitCode::input_output, {"target"}, [&] { write_text_durably(folder / "target", "new"); });
  EXPECT_EQ(read_text(folder / "text"), "old");
  EXPECT_EQ(tests::entries_of(folder.path()), 2U);
}

TEST(durable_json, comes_back_without_its_envelope_crc) {
  const TemporaryFolder folder;
  write_json_durably(folder / "x.json", "genloss.test", 3,
                     {{"pi", 3.141592653589793}, {"bad", std::nan("")}, {"z", 1}});
  const auto document = read_json(folder / "x.json", "genloss.test", 3);
  EXPECT_EQ(document["pi"], 3.141592653589793);
  EXPECT_TRUE(document["bad"].is_null());
  EXPECT_FALSE(document.contains("crc32c"));
  EXPECT_TRUE(slurp(folder / "x.json").starts_with("{\n  \"schema\": \"genloss.test\",\n  \"version\": 3,\n  \"pi\""));
  EXPECT_TRUE(slurp(folder / "x.json").ends_with("}\n"));
}

TEST(durable_json, refuses_other_kinds_versions_and_damage_by_name) {
  const TemporaryFolder folder;
  const auto path = folder / "x.json";
  const auto read = [&] { (void)read_json(path, "genloss.test", 3); };
  expect_error(ExitCode::bad_data, {"x.json", "no such file"}, read);
  write_json_durably(path, "genloss.test", 3, {{"count", 1234}});
  const std::string good = slurp(path);
  spill(path, good.substr(0, good.size() / 2));
  expect_error(ExitCode::bad_data, {"x.json", "not JSON"}, read);
  std::string edited = good;
  edited.replace(edited.find("1234"), 4, "1235");
  spill(path, edited);
  expect_error(ExitCode::bad_data, {"x.json", "checksum"}, read);
  write_json_durably(path, "genloss.other", 3, {});
  expect_error(ExitCode::bad_data, {"x.json", "genloss.test"}, read);
  write_json_durably(path, "genloss.test", 4, {});
  expect_error(ExitCode::bad_data, {"x.json", "version 3"}, read);
}

TEST(durable_json, may_be_indented_otherwise) {
  const TemporaryFolder folder;
  write_json_durably(folder / "x.json", "genloss.test", 1, {{"b", {1, 2.5, "x"}}, {"a", "\xff"}});
  const auto document = nlohmann::json::parse(slurp(folder / "x.json"));
  spill(folder / "x.json", document.dump());
  EXPECT_EQ(read_json(folder / "x.json", "genloss.test", 1)["b"][1], 2.5);
}

TEST(durable_folder, is_committed_whole_and_never_over_another) {
  const TemporaryFolder folder;
  const auto partial = partial_path(folder / "model", "7-1");
  EXPECT_EQ(partial.filename(), "model.partial-7-1");
  spill(partial / "deep/file", "content");
  commit_directory(partial, folder / "model");
  EXPECT_EQ(slurp(folder / "model/deep/file"), "content");
  EXPECT_FALSE(fs::exists(partial));
  fs::create_directory(partial);
  expect_error(ExitCode::internal, {"model", "exists"}, [&] { commit_directory(partial, folder / "model"); });
}

TEST(durable_folder, sweeping_takes_only_what_dead_attempts_left) {
  const TemporaryFolder folder;
  spill(folder / "model.partial-1-2/file", "");
  spill(folder / ".trash-model-1/file", "");
  spill(folder / "text.partial-9", "");
  spill(folder / "model/file", "");
  sweep_partials(folder.path());
  EXPECT_EQ(tests::entries_of(folder.path()), 1U);
  EXPECT_TRUE(fs::exists(folder / "model/file"));
  sweep_partials(folder / "not-there");
}

TEST(durable_folder, removing_leaves_nothing) {
  const TemporaryFolder folder;
  spill(folder / "model/a/b", "");
  remove_directory(folder / "model");
  remove_directory(folder / "not-there");
  EXPECT_EQ(tests::entries_of(folder.path()), 0U);
}

}  // namespace
}  // namespace genloss::storage
