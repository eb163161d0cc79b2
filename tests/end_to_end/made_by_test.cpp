#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "tests/support/program.hpp"

namespace genloss {

using namespace tests;  // NOLINT
namespace fs = std::filesystem;
namespace {

nlohmann::json made_by(const fs::path& file) {
  std::ifstream in(file);
  EXPECT_TRUE(in) << file;
  return nlohmann::json::parse(in, nullptr, false);
}

}  // namespace

TEST(made_by, tells_of_every_artefact_which_program_and_machine_made_it) {
  const Scratch scratch;
  const std::vector<std::string> words{"run", study("tiny.ini"), "--study.generations=1", "--text.vocabulary=300",
                                       "--runtime.runs=" + scratch.runs()};
  EXPECT_NE(genloss(2, words, {{"GENLOSS_FAULT", "kill@0:SAMPLING:shard-1"}}).exit_code, 0);
  const Outcome again = genloss(0, words);
  ASSERT_EQ(again.exit_code, 0) << again.output;
  const fs::path run = only_run(scratch.runs()), generation = run / "generation-000";
  const auto model = made_by(generation / "model/made-by.json"), corpus = made_by(generation / "corpus/made-by.json");
  EXPECT_EQ(model.at("ranks"), 2);
  EXPECT_EQ(model.at("attempts"), 1);
  EXPECT_EQ(corpus.at("ranks"), 1) << "sealed by the second start";
  EXPECT_EQ(corpus.at("attempts"), 2) << "and begun by the first";
  for (const auto& made :
       {made_by(run / "tokenizer/made-by.json"), made_by(run / "human-tokens/made-by.json"), model, corpus,
        made_by(generation / "mix.made-by.json"), made_by(generation / "measures.made-by.json")}) {
    EXPECT_EQ(made.at("program"), "genloss 0.1.0");
    EXPECT_FALSE(made.at("commit").get<std::string>().empty());
    EXPECT_FALSE(made.at("hosts").at(0).at("name").get<std::string>().empty());
    EXPECT_FALSE(made.at("hosts").at(0).at("processor").get<std::string>().empty());
    EXPECT_FALSE(made.at("numerics").at("libtorch").get<std::string>().empty());
    EXPECT_GT(made.at("peak_memory"), 1 << 20);
    EXPECT_GE(made.at("seconds"), 0);
    EXPECT_LT(made.at("seconds"), 600);
    EXPECT_LE(made.at("begun"), made.at("sealed"));
    EXPECT_EQ(made.at("threads"), 1);
  }
  EXPECT_GT(model.at("seconds"), 0);
  const Outcome table = genloss(0, {"status", run.string(), "--made-by"});
  EXPECT_EQ(table.exit_code, 0);
  for (const char* told : {"tokenizer", "human tokens", "generation 0 mix", "generation 0 model", "generation 0 corpus",
                           "generation 0 measures", "2 x 1", "(attempt 2)"}) {
    EXPECT_NE(table.output.find(told), std::string::npos) << told << "\n" << table.output;
  }
}

TEST(made_by, is_outside_every_digest_and_goes_along_when_something_is_adopted) {
  const Scratch scratch;
  const std::vector<std::string> words{"run", study("tiny.ini"), "--study.generations=1",
                                       "--runtime.runs=" + scratch.runs()};
  ASSERT_EQ(genloss(2, words).exit_code, 0);
  const fs::path first = only_run(scratch.runs());
  auto other = words;
  other.insert(other.end(), {"--study.name=other", "--policy.name=accumulate"});
  const Outcome adopted = genloss(0, other);
  ASSERT_EQ(adopted.exit_code, 0) << adopted.output;
  fs::path second;
  for (const auto& entry : fs::directory_iterator(scratch.runs())) {
    const bool run = !entry.path().filename().string().starts_with(".");  // the store is no run
    if (run && entry.path() != first) second = entry.path();
  }
  for (const char* file : {"model/made-by.json", "corpus/made-by.json", "measures.made-by.json"}) {
    EXPECT_EQ(made_by(second / "generation-000" / file).at("ranks"), 2) << file << ": the run that made it";
  }
  const auto before = verified_digests(second);
  for (const char* file : {"model/made-by.json", "corpus/made-by.json", "measures.made-by.json", "mix.made-by.json"}) {
    EXPECT_TRUE(fs::remove(second / "generation-000" / file)) << file;
  }
  const Outcome told = genloss(0, {"verify", second.string()});
  EXPECT_EQ(told.exit_code, 65) << "they are part of what was sealed";
  EXPECT_EQ(told.output.find(" DAMAGED "), std::string::npos) << told.output;
  for (const auto& [artefact, digest] : before) {
    EXPECT_NE(told.output.find(artefact + " " + digest), std::string::npos) << artefact << "\n" << told.output;
  }
  const Outcome again = genloss(0, other);
  EXPECT_EQ(again.exit_code, 0) << again.output;
}

}  // namespace genloss
