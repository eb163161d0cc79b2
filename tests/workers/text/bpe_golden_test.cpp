// Our tokenizer against one that is not ours (tests/data/make_bpe_golden.py), and against a published vocabulary.
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include <nlohmann/json.hpp>

#include "storage/files/durable.hpp"
#include "tests/test_world.hpp"
#include "workers/text/bpe/byte_alphabet.hpp"
#include "workers/text/bpe/learn_merges.hpp"
#include "workers/text/bpe/pretokenizer.hpp"
#include "workers/text/tokenizer.hpp"

namespace {
using namespace genloss;
using namespace genloss::workers;
namespace fs = std::filesystem;

const fs::path data = fs::path(GENLOSS_SOURCE_DIR) / "tests/data",
               reference = fs::path(GENLOSS_SHARED_DATA) / "bpe-reference";

nlohmann::json golden() { return nlohmann::json::parse(storage::read_text(data / "bpe_golden.json")); }

/// Learned on all ranks together; valid on rank 0.
BpeModel learned_from(const std::string& text, int vocabulary) {
  const auto words = count_words(tests::ranks(), 1, [&](std::size_t) { return std::string_view(text); });
  return tests::ranks().is_root() ? learn_merges(words, vocabulary) : BpeModel::of_bytes();
}

std::vector<std::string> names_of_merges(const BpeModel& model) {
  std::vector<std::string> names;
  const auto name = [&](std::int32_t id) { return printable(model.tokens[static_cast<std::size_t>(id)]); };
  for (const auto& [left, right, result] : model.merges) names.push_back(name(left) + " " + name(right));
  return names;
}

TEST(bpe_golden, learns_the_merges_of_a_plain_implementation) {
  const auto wanted = golden();
  const BpeModel model = learned_from(storage::read_text(data / "tiny.txt"), wanted.at("vocabulary"));
  if (!tests::ranks().is_root()) return;
  EXPECT_EQ(model.tokens.size(), 400U);
  EXPECT_EQ(names_of_merges(model), wanted.at("merges").get<std::vector<std::string>>());
}

TEST(bpe_golden, encodes_as_the_official_library) {
  const auto wanted = golden();
  const BpeModel model = learned_from(storage::read_text(data / "tiny.txt"), wanted.at("vocabulary"));
  if (!tests::ranks().is_root()) return;
  const Tokenizer tokenizer(model);
  ASSERT_GE(wanted.at("texts").size(), 20U);
  for (const auto& one : wanted.at("texts")) {
    const auto text = one.at("text").get<std::string>();
    std::vector<std::size_t> words;
    Pretokenizer().cut(text, [&](std::string_view word) { words.push_back(word.size()); });
    EXPECT_EQ(words, one.at("words").get<std::vector<std::size_t>>()) << text;
    EXPECT_EQ(tokenizer.encode(text), one.at("ids").get<std::vector<std::int32_t>>()) << text;
    EXPECT_EQ(tokenizer.decode(tokenizer.encode(text)), text);
  }
}

TEST(bpe_reference, learns_the_published_merges) {
  if (!fs::exists(reference)) GTEST_SKIP() << "there is no " << reference;
  // 500 pieces: one special token, the bytes, 243 merges.
  const BpeModel model = learned_from(storage::read_text(reference / "corpus.en"), 499);
  if (!tests::ranks().is_root()) return;
  std::istringstream lines(storage::read_text(reference / "train-bpe-reference-merges.txt"));
  std::vector<std::string> wanted;
  for (std::string line; std::getline(lines, line);) wanted.push_back(line);
  EXPECT_EQ(names_of_merges(model), wanted);
  const auto vocabulary = nlohmann::json::parse(storage::read_text(reference / "train-bpe-reference-vocab.json"));
  EXPECT_EQ(vocabulary.size(), model.tokens.size() + 1);
  for (const std::string& token : model.tokens) EXPECT_TRUE(vocabulary.contains(printable(token))) << printable(token);
}

}  // namespace
