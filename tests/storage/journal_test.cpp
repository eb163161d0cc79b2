#include "storage/files/journal.hpp"

#include "storage/files/durable.hpp"
#include "tests/storage/helpers.hpp"

namespace genloss::storage {
namespace {
using tests::expect_error;
using tests::slurp;
using tests::spill;
using tests::TemporaryFolder;

std::string three_lines(const std::filesystem::path& path) {
  Journal journal(path);
  for (int i = 0; i < 3; ++i) journal.append({{"state", "MIXED"}, {"generation", i}});
  return slurp(path);
}

TEST(journal, remembers_what_was_appended) {
  const TemporaryFolder folder;
  three_lines(folder / "journal.jsonl");
  Journal journal(folder / "journal.jsonl");
  journal.append({{"generation", 3}});
  journal.append(nlohmann::ordered_json::object());
  const auto entries = Journal::read(folder / "journal.jsonl");
  ASSERT_EQ(entries.size(), 5U);
  EXPECT_EQ(entries, journal.entries());
  EXPECT_EQ(entries[2], nlohmann::json({{"state", "MIXED"}, {"generation", 2}, {"line", 3}}));
  EXPECT_TRUE(slurp(folder / "journal.jsonl").starts_with("{\"crc\":\""));
}

TEST(journal, a_last_line_torn_at_any_byte_is_cut_off) {
  const TemporaryFolder folder;
  const auto path = folder / "journal.jsonl";
  const std::string text = three_lines(path);
  const std::size_t third = text.find('\n', text.find('\n') + 1) + 1;
  for (std::size_t cut = third + 1; cut < text.size(); ++cut) {
    spill(path, text.substr(0, cut));
    EXPECT_EQ(Journal::read(path).size(), 2U);
    EXPECT_EQ(slurp(path).size(), cut) << "reading must not write";
    Journal journal(path);
    EXPECT_EQ(journal.entries().size(), 2U);
    journal.append({{"state", "MIXED"}, {"generation", 2}});
    EXPECT_EQ(slurp(path), text);
  }
}

TEST(journal, a_damaged_line_before_the_last_is_an_error_with_its_number) {
  const TemporaryFolder folder;
  const auto path = folder / "journal.jsonl";
  const std::string text = three_lines(path);
  const std::size_t second = text.find('\n') + 1, third = text.find('\n', second) + 1;
  for (std::size_t at = second; at + 1 < third; ++at) {
    std::string damaged = text;
    damaged[at] ^= 1;
    spill(path, damaged);
    expect_error(ExitCode::bad_data, {"journal.jsonl", "line 2"}, [&] { Journal journal(path); });
  }
}

TEST(journal, a_line_that_is_lost_or_comes_twice_is_an_error) {
  const TemporaryFolder folder;
  const auto path = folder / "journal.jsonl";
  const std::string text = three_lines(path);
  const std::size_t second = text.find('\n') + 1, third = text.find('\n', second) + 1;
  spill(path, text.substr(0, second) + text.substr(third));
  expect_error(ExitCode::bad_data, {"journal.jsonl", "behind line 1 comes line 3", "genloss repair"},
               [&] { Journal journal(path); });
  spill(path, text.substr(second));
  expect_error(ExitCode::bad_data, {"behind line 0 comes line 2"}, [&] { (void)Journal::read(path); });
  spill(path, text.substr(0, third) + text.substr(second));
  expect_error(ExitCode::bad_data, {"behind line 2 comes line 2"}, [&] { (void)Journal::read(path); });
}

TEST(journal, what_is_good_of_a_damaged_one_is_salvaged) {
  const TemporaryFolder folder;
  const auto path = folder / "journal.jsonl";
  const std::string text = three_lines(path);
  const auto entries = Journal::read(path);
  const std::size_t second = text.find('\n') + 1, third = text.find('\n', second) + 1;
  EXPECT_TRUE(Journal::salvage(path).whole);
  EXPECT_EQ(Journal::salvage(path).entries, entries);
  EXPECT_FALSE(Journal::salvage(folder / "none").whole);
  spill(path, text.substr(0, second) + "garbage\n" + text.substr(third));
  auto salvage = Journal::salvage(path);
  EXPECT_FALSE(salvage.whole);
  EXPECT_EQ(salvage.damaged, 1U);
  EXPECT_EQ(salvage.entries, (std::vector{entries[0], entries[2]}));
  spill(path, text.substr(0, second) + text.substr(third));
  EXPECT_FALSE(Journal::salvage(path).whole);
  spill(path, text.substr(0, text.size() - 3));
  EXPECT_TRUE(Journal::salvage(path).whole) << "a torn last line is what a kill leaves";
  EXPECT_EQ(Journal::salvage(path).entries.size(), 2U);
  Journal::rewrite(path, {entries[0], entries[2]});
  ASSERT_EQ(Journal::read(path).size(), 2U);
  EXPECT_EQ(Journal::read(path)[1].at("line"), 2);
  EXPECT_EQ(Journal::read(path)[1].at("generation"), 2);
}

}  // namespace
}  // namespace genloss::storage
