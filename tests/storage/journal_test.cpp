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
  EXPECT_EQ(entries[2], nlohmann::json({{"state", "MIXED"}, {"generation", 2}}));
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

}  // namespace
}  // namespace genloss::storage
