#include "storage/human/human_data.hpp"

#include <fstream>

#include "storage/human/text_check.hpp"
#include "tests/storage/helpers.hpp"

namespace genloss::storage {
namespace {
namespace fs = std::filesystem;
using namespace tests;  // NOLINT(google-build-using-namespace): helpers of this room

ImportRules by_names(std::vector<std::string> test, std::vector<std::string> validation = {}) {
  ImportRules rules;
  rules.test = std::move(test);
  rules.validation = std::move(validation);
  return rules;
}

ImportRules by_fractions(std::uint64_t bytes, double test = 0.2, double validation = 0.2, double held_out = 0.2) {
  ImportRules rules;
  rules.by_paragraphs = true;
  rules.document_bytes = bytes;
  rules.test_fraction = test;
  rules.validation_fraction = validation;
  rules.held_out_fraction = held_out;
  return rules;
}

/// `count` paragraphs of 20 to 40 bytes, all different.
std::string paragraphs(int count, const std::string& word = "word") {
  std::string text;
  for (int i = 0; i < count; ++i) text += word + " number " + std::to_string(i) + "\nand one more line\n\n";
  return text;
}

std::string all_text(const HumanData& data) {
  std::string text;
  for (const Document& document : data.documents()) text += data.text(document);
  return text;
}

TEST(text_check, follows_the_table_of_the_standard) {
  for (const std::string good :
       {"", "plain", "\x01\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf",
        "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "eight by\xc3\xa9tes"}) {
    EXPECT_FALSE(find_non_text(good)) << good;
  }
  for (const std::string bad :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xe1\x80",
        "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xe1\x80\x41", "\xf1\x80\x80\x41"}) {
    for (const std::string before : {"", "seven..", "eight...", "nine....."}) {
      EXPECT_EQ(find_non_text(before + bad + " and more"), before.size()) << testing::PrintToString(bad);
    }
  }
  EXPECT_EQ(find_non_text(std::string("0123456789\0", 11)), 10U);
  EXPECT_EQ(find_non_text(std::string("0123\0", 5) + "56789"), 4U);
}

TEST(human_data, files_are_split_by_name_and_mapped_as_they_are) {
  const TemporaryFolder folder;
  spill(folder / "emma.txt", "Emma\r\nWoodhouse");
  spill(folder / "persuasion.txt", "\xef\xbb\xbfSir Walter\n");
  spill(folder / "abbey.txt", "Catherine\n");
  spill(folder / "notes.md", std::string("\0", 1));
  auto rules = by_names({"persuasion"}, {"abbey"});
  rules.test_fraction = rules.validation_fraction = 0.05;  // the options' defaults must not take train away
  const HumanData data = HumanData::import(folder.path(), rules);
  ASSERT_EQ(data.documents().size(), 3U);
  EXPECT_EQ(data.documents()[0].file, "abbey.txt");
  ASSERT_EQ(data.documents(HumanSplit::train).size(), 1U);
  EXPECT_EQ(data.text(*data.documents(HumanSplit::train)[0]), "Emma\r\nWoodhouse");
  EXPECT_EQ(data.text(*data.documents(HumanSplit::test)[0]), "Sir Walter\n");
  EXPECT_EQ(data.documents(HumanSplit::test)[0]->offset, 3U);
  EXPECT_EQ(data.bytes(HumanSplit::validation), 10U);
  EXPECT_TRUE(data.documents(HumanSplit::held_out).empty());
  const auto provenance = data.provenance();
  EXPECT_EQ(provenance["documents"][2]["content"], sha256_of("Sir Walter\n").text());
  EXPECT_EQ(provenance["digest"], data.digest().text());
}

TEST(human_data, paragraphs_tile_the_text_and_end_at_blank_lines) {
  const TemporaryFolder folder;
  std::string text = paragraphs(200);
  text += "first of dos\r\n \t\r\n\r\nlast";
  spill(folder / "text.txt", text);
  const HumanData data = HumanData::import(folder / "text.txt", by_fractions(100));
  EXPECT_EQ(all_text(data), text);
  EXPECT_GT(data.documents().size(), 50U);
  for (const Document& document : data.documents()) {
    EXPECT_GE(document.length, document.offset + document.length == text.size() ? 50U : 100U);
    const bool last = document.offset + document.length == text.size();
    EXPECT_TRUE(last || data.text(document).ends_with("\n\n"));
    EXPECT_EQ(document.content, sha256_of(data.text(document)));
  }
}

TEST(human_data, fractions_are_met_and_depend_on_content_and_seed_alone) {
  const TemporaryFolder folder;
  spill(folder / "b/text.txt", paragraphs(4000));
  auto rules = by_fractions(1, 0.1, 0.2, 0.3);
  const HumanData data = HumanData::import(folder / "b", rules);
  ASSERT_EQ(data.documents().size(), 4000U);
  EXPECT_NEAR(static_cast<double>(data.documents(HumanSplit::test).size()), 400, 80);  // 4 standard deviations
  EXPECT_NEAR(static_cast<double>(data.documents(HumanSplit::validation).size()), 800, 101);
  EXPECT_NEAR(static_cast<double>(data.documents(HumanSplit::held_out).size()), 1200, 116);
  EXPECT_EQ(HumanData::import(folder / "b", rules).digest(), data.digest());
  fs::rename(folder / "b", folder / "c");
  EXPECT_EQ(HumanData::import(folder / "c", rules).digest(), data.digest());
  spill(folder / "c/aaa.txt", paragraphs(10, "another"));
  const HumanData more = HumanData::import(folder / "c", rules);
  for (std::size_t i = 0; i < 4000; ++i) ASSERT_EQ(more.documents()[i + 10].split, data.documents()[i].split);
  rules.seed = 2;
  fs::remove(folder / "c/aaa.txt");
  EXPECT_NE(HumanData::import(folder / "c", rules).digest(), data.digest());
  EXPECT_NE(data.digest(HumanSplit::test), data.digest(HumanSplit::validation));
}

TEST(human_data, what_is_not_text_is_refused_with_file_and_offset) {
  const TemporaryFolder folder;
  const auto import = [&] { (void)HumanData::import(folder / "in", by_names({"b"})); };
  expect_error(ExitCode::bad_data, {"in", "no such file or folder", "data.source"}, import);
  fs::create_directory(folder / "in");
  expect_error(ExitCode::bad_data, {"in", "no *.txt"}, import);
  spill(folder / "in/b.txt", "b");
  spill(folder / "in/a.txt", "");
  expect_error(ExitCode::bad_data, {"a.txt", "empty"}, import);
  spill(folder / "in/a.txt", "\xef\xbb\xbf \n\n");
  expect_error(ExitCode::bad_data, {"a.txt", "empty"}, import);
  spill(folder / "in/a.txt", "caf\xe9 au lait");
  expect_error(ExitCode::bad_data, {"a.txt", "not UTF-8", "offset 3", "iconv"}, import);
  spill(folder / "in/a.txt", std::string("binary\0", 7));
  expect_error(ExitCode::bad_data, {"a.txt", "NUL", "offset 6", "binary file?"}, import);
  spill(folder / "in/a.txt", "a");
  EXPECT_NO_THROW(import());
}

TEST(human_data, names_must_be_of_files_and_of_one_split) {
  const TemporaryFolder folder;
  for (const std::string name : {"a", "b", "c"}) spill(folder / (name + ".txt"), name);
  const auto import = [&](const ImportRules& rules) { return HumanData::import(folder.path(), rules); };
  expect_error(ExitCode::bad_data, {"data.test", "'d'", "a, b, c"}, [&] { (void)import(by_names({"d"})); });
  expect_error(ExitCode::bad_data, {"'b'", "data.test", "data.validation"},
               [&] { (void)import(by_names({"b"}, {"b"})); });
  expect_error(ExitCode::bad_data, {"train"}, [&] { (void)import(by_names({"a", "b", "c"})); });
  expect_error(ExitCode::bad_data, {"test split", "data.test"}, [&] { (void)import(by_names({}, {"a"})); });
  expect_error(ExitCode::bad_data, {"test split", "data.test_fraction"}, [&] { (void)import(ImportRules()); });
}

TEST(human_data, too_few_documents_for_the_splits_are_an_error_that_says_what_to_do) {
  const TemporaryFolder folder;
  spill(folder / "text.txt", paragraphs(20));
  auto rules = by_fractions(2048, 0.05, 0.05, 0.0);
  rules.by_paragraphs = false;
  expect_error(ExitCode::bad_data, {"single document", "data.document = paragraphs"},
               [&] { (void)HumanData::import(folder / "text.txt", rules); });
  rules.by_paragraphs = true;
  expect_error(ExitCode::bad_data, {"data.document_bytes"},
               [&] { (void)HumanData::import(folder / "text.txt", rules); });
  rules.document_bytes = 300;
  rules.test_fraction = 1e-9;
  expect_error(ExitCode::bad_data, {"test split", "data.document_bytes"},
               [&] { (void)HumanData::import(folder / "text.txt", rules); });
  rules.test_fraction = 0.95;
  expect_error(ExitCode::bad_data, {"fractions"}, [&] { (void)HumanData::import(folder / "text.txt", rules); });
}

TEST(human_data, the_same_document_never_is_in_train_and_test) {
  const TemporaryFolder folder;
  spill(folder / "a.txt", "the same");
  spill(folder / "b.txt", "the same");
  spill(folder / "c.txt", "another");
  expect_error(ExitCode::bad_data, {"a.txt", "b.txt", "train", "test"},
               [&] { (void)HumanData::import(folder.path(), by_names({"a"})); });
  EXPECT_NO_THROW((void)HumanData::import(folder.path(), by_names({"a", "b"})));
  EXPECT_NO_THROW((void)HumanData::import(folder.path(), by_names({"c"})));
}

TEST(human_data, is_told_to_other_ranks_without_its_bytes) {
  const TemporaryFolder folder;
  spill(folder / "b.txt", "\xef\xbb\xbfsecond\n\nthird\n");
  spill(folder / "a.txt", std::string(40'000, 'a') + "\n\nmore\n");
  const HumanData first = HumanData::import(folder.path(), by_names({"b"}), "elsewhere");
  const HumanData other = HumanData::open(folder.path(), by_names({"b"}), "elsewhere", first.table());
  EXPECT_EQ(other.digest(), first.digest());
  EXPECT_EQ(other.provenance(), first.provenance());
  EXPECT_EQ(first.provenance().at("source"), "elsewhere");
  for (std::size_t d = 0; d < first.documents().size(); ++d) {
    EXPECT_EQ(other.text(other.documents()[d]), first.text(first.documents()[d]));
  }
  spill(folder / "a.txt", "shorter");
  expect_error(ExitCode::bad_data, {"a.txt", "another size"},
               [&] { (void)HumanData::open(folder.path(), by_names({"b"}), "elsewhere", first.table()); });
}

TEST(human_data, byte_that_turns_under_it_is_found_when_it_is_read) {
  const TemporaryFolder folder;
  const std::string good = std::string(20'000, 'a') + std::string(20'000, 'b') + "\n";
  spill(folder / "a.txt", good);
  spill(folder / "b.txt", "test\n");
  const HumanData data = HumanData::import(folder.path(), by_names({"b"}));
  const Document& document = data.documents().front();
  EXPECT_EQ(data.text(document), good);
  std::fstream(folder / "a.txt", std::ios::in | std::ios::out | std::ios::binary).seekp(25'000).put('c');
  expect_error(ExitCode::input_output, {"a.txt", "byte 16384"}, [&] { (void)data.text(document); });
  expect_error(ExitCode::input_output, {"a.txt", "byte 16384"}, [&] { (void)data.text(document, 16'384, 1); });
  EXPECT_EQ(data.text(document, 0, 16'384), good.substr(0, 16'384));
}

TEST(human_data, copies_of_its_files_have_its_digest) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "in");
  spill(folder / "in/a.txt", std::string(3'000'000, 'a'));
  spill(folder / "in/b.txt", "test\n");
  const HumanData data = HumanData::import(folder / "in", by_names({"b"}));
  data.copy_files(folder / "out");
  EXPECT_EQ(slurp(folder / "out/a.txt"), slurp(folder / "in/a.txt"));
  EXPECT_EQ(HumanData::import(folder / "out", by_names({"b"})).files_digest(), data.files_digest());
  fs::rename(folder / "out/a.txt", folder / "out/c.txt");
  EXPECT_NE(HumanData::import(folder / "out", by_names({"b"})).files_digest(), data.files_digest());
}

}  // namespace
}  // namespace genloss::storage
