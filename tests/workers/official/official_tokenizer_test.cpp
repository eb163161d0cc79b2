// Our tokens against those of Hugging Face's `tokenizers` and `transformers`, fetched into .deps/official-tokenizers.
#include <gtest/gtest.h>

#include <fstream>

#include "storage/files/durable.hpp"
#include "storage/human/text_check.hpp"
#include "tests/support/program.hpp"
#include "workers/text/bpe/learn_merges.hpp"
#include "workers/text/encoder.hpp"

namespace {
using namespace genloss;
using namespace genloss::workers;
using namespace genloss::tests;
namespace fs = std::filesystem;

const fs::path source = GENLOSS_SOURCE_DIR, data = GENLOSS_SHARED_DATA, here = source / "tests/workers/official",
               libraries = source / ".deps/official-tokenizers";

/// Texts of the shared data, or without it the project's own.
std::vector<fs::path> texts() {
  std::vector<fs::path> found{source / "tests/data/tiny.txt"};
  if (!fs::exists(data)) return found;
  for (const auto& entry : fs::recursive_directory_iterator(data)) {
    const auto ending = entry.path().extension();
    if (ending == ".txt" || ending == ".tokens" || ending == ".en" || ending == ".json") found.push_back(entry.path());
  }
  return found;
}

class OfficialTokenizer : public testing::Test {
 protected:
  void SetUp() override {
    const Outcome fetched = shell((here / "fetch").string() + " " + libraries.string());
    if (fetched.exit_code == 77) GTEST_SKIP() << fetched.output;
    ASSERT_EQ(fetched.exit_code, 0) << fetched.output;
  }
  Outcome official(const std::string& words) {
    return shell("PYTHONPATH=" + libraries.string() + " python3 " + (here / "official.py").string() + " " + words);
  }
  /// Encodes texts and a million random characters by the tokenizer of `folder`, here and there.
  void expect_equal(const fs::path& folder, std::vector<fs::path> all) {
    const fs::path noise = scratch_.path() / "random.txt";
    const Outcome wrote = official("random 1000000 " + noise.string());
    ASSERT_EQ(wrote.exit_code, 0) << wrote.output;
    all.push_back(noise);
    const Tokenizer tokenizer = Tokenizer::load(folder);
    std::string words = "compare " + folder.string();
    int number = 0;
    for (const auto& file : all) {
      std::string text = storage::read_text(file);
      if (const auto bad = storage::find_non_text(text); bad && text[*bad] != '\0')
        text.resize(*bad);  // cut within a character
      const auto name = [&](const char* ending) { return scratch_.path() / (std::to_string(number) + ending); };
      std::ofstream(name(".txt"), std::ios::binary) << text;
      std::vector<std::int32_t> ids;
      Encoder(tokenizer).append(text, ids);
      EXPECT_EQ(tokenizer.decode(ids), text) << file;
      std::ofstream(name(".ids"), std::ios::binary)
          .write(reinterpret_cast<const char*>(ids.data()), static_cast<std::streamsize>(ids.size() * sizeof ids[0]));
      words += " " + name(".txt").string() + " " + name(".ids").string();
      ++number;
    }
    const Outcome compared = official(words);
    EXPECT_EQ(compared.exit_code, 0) << compared.output;
    EXPECT_NE(compared.output.find("equal\n"), std::string::npos) << compared.output;
  }

  Scratch scratch_;
};

TEST_F(OfficialTokenizer, reads_what_we_write_and_makes_the_same_tokens) {
  WordCounts counts;
  const std::string text = storage::read_text(source / "tests/data/tiny.txt");
  counts = count_words(*comms::make_self(), 1, [&](std::size_t) { return std::string_view(text); });
  Tokenizer(learn_merges(counts, 600)).save(scratch_.path(), 64);
  expect_equal(scratch_.path(), texts());
}

TEST_F(OfficialTokenizer, makes_the_same_tokens_of_bytes_alone) {
  Tokenizer().save(scratch_.path(), 64);
  expect_equal(scratch_.path(), {});
}

TEST_F(OfficialTokenizer, gpt2_as_it_writes_it_is_read_and_makes_the_same_tokens) {
  const fs::path published = data / "bpe-reference";
  if (!fs::exists(published)) GTEST_SKIP() << "there is no " << published;
  const Outcome wrote = official("gpt2 " + (published / "gpt2_vocab.json").string() + " " +
                                 (published / "gpt2_merges.txt").string() + " " + scratch_.path().string());
  ASSERT_EQ(wrote.exit_code, 0) << wrote.output;
  expect_equal(scratch_.path(), texts());
}

}  // namespace
