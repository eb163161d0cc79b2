// Columns of a study as a user has them: at any number of ranks, over kills, verified, repaired, dropped, refused.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "storage/corpus/corpus_reader.hpp"
#include "storage/corpus/shard.hpp"
#include "storage/files/durable.hpp"
#include "tests/support/program.hpp"

namespace genloss {
namespace {

using namespace tests;  // NOLINT
namespace fs = std::filesystem;

const std::vector<std::string> every_scorer{"--columns.words=length",
                                            "--columns.loops=repetition n=2",
                                            "--columns.twin=duplicates",
                                            "--columns.surprise=log_probability",
                                            "--columns.first=log_probability model=0 tokens=yes",
                                            "--columns.human=ngram_importance",
                                            "--columns.judge=log_probability model=1"};

std::vector<std::string> words_of(const std::string& file, const std::string& runs,
                                  const std::vector<std::string>& more = {}) {
  std::vector<std::string> words{"run", study(file), "--study.generations=2", "--runtime.runs=" + runs};
  words.insert(words.end(), every_scorer.begin(), every_scorer.end());
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

const std::vector<std::string> small_gaussian{"--gaussian.replicates=3", "--sampling.samples=100",
                                              "--sampling.shard_samples=16"};

std::size_t columns_among(const std::map<std::string, std::string>& digests) {
  return static_cast<std::size_t>(std::count_if(digests.begin(), digests.end(), [](const auto& entry) {
    return entry.first.find(" columns ") != std::string::npos;
  }));
}

/// One value of every sample of a generation.
std::vector<double> values_of(const fs::path& run, int generation, const std::string& column,
                              const std::string& value) {
  const fs::path folder = run / ("generation-00" + std::to_string(generation)) / "columns" / column;
  const storage::CorpusReader reader(folder, std::make_shared<storage::ShardCache>());
  std::vector<double> all;
  for (std::uint64_t s = 0; s < reader.manifest().shards; ++s) {
    reader.use(reader.table().at(s).record, [&](const storage::ShardReader& shard) {
      const auto part = shard.column(value);
      all.insert(all.end(), part.begin(), part.end());
    });
  }
  return all;
}

void flip(const fs::path& file, std::size_t at) {
  std::string bytes = storage::read_text(file);
  bytes.at(at) = static_cast<char>(bytes.at(at) ^ 1);
  fs::permissions(file, fs::perms::owner_write, fs::perm_options::add);
  std::fstream(file, std::ios::in | std::ios::out | std::ios::binary)
      .write(bytes.data(), static_cast<long>(bytes.size()));
}

}  // namespace

TEST(columns, of_a_closed_form_study_are_the_same_at_any_number_of_ranks) {
  std::map<std::string, std::string> alone;
  for (const int ranks : {0, 2, 3}) {
    const Scratch scratch;
    const Outcome outcome = genloss(ranks, words_of("gaussian-replace.ini", scratch.runs(), small_gaussian));
    ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
    const auto digests = verified_digests(only_run(scratch.runs()));
    EXPECT_EQ(columns_among(digests), 2u * every_scorer.size());
    if (alone.empty()) alone = digests;
    EXPECT_EQ(digests, alone) << ranks << " ranks";
  }
}

TEST(columns, of_text_are_the_same_at_any_number_of_ranks_and_say_what_the_sampler_said) {
  std::map<std::string, std::string> alone;
  for (const int ranks : {1, 3}) {
    const Scratch scratch;
    const Outcome outcome =
        genloss(ranks, words_of("tiny.ini", scratch.runs(), {"--sampling.prompt=human", "--sampling.prompt_tokens=8"}));
    ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
    const fs::path run = only_run(scratch.runs());
    const auto digests = verified_digests(run);
    EXPECT_EQ(columns_among(digests), 2u * every_scorer.size());
    if (alone.empty()) alone = digests;
    EXPECT_EQ(digests, alone) << ranks << " ranks";
    // What the model of the corpus says of its own samples, it said when it drew them.
    const auto total = values_of(run, 1, "surprise", "total");
    const storage::CorpusReader corpus(run / "generation-001/corpus", std::make_shared<storage::ShardCache>());
    std::vector<double> stored;
    for (std::uint64_t s = 0; s < corpus.manifest().shards; ++s) {
      corpus.use(corpus.table().at(s).record, [&](const storage::ShardReader& shard) {
        const auto part = shard.column("log_probability");
        stored.insert(stored.end(), part.begin(), part.end());
      });
    }
    ASSERT_EQ(total.size(), stored.size());
    for (std::size_t i = 0; i < total.size(); ++i) EXPECT_NEAR(total[i], stored[i], 1e-5 * std::abs(stored[i])) << i;
    EXPECT_EQ(values_of(run, 1, "judge", "total"), total) << "model 1 is its own";
    EXPECT_NE(values_of(run, 1, "first", "total"), total);
  }
}

TEST(columns, cost_nothing_when_a_run_is_killed_in_between) {
  const Scratch undisturbed;
  ASSERT_EQ(genloss(1, words_of("gaussian-replace.ini", undisturbed.runs(), small_gaussian)).exit_code, 0);
  const auto expected = verified_digests(only_run(undisturbed.runs()));
  for (const std::string place : {"0:SCORING:words:shard-2", "1:SCORING:twin:block-3", "1:SCORING:surprise:sealed"}) {
    const Scratch scratch;
    const auto words = words_of("gaussian-replace.ini", scratch.runs(), small_gaussian);
    ASSERT_NE(genloss(2, words, {{"GENLOSS_FAULT", "kill@" + place}}).exit_code, 0) << place << " was never reached";
    const Outcome resumed = genloss(place.size() % 2 == 0 ? 1 : 3, words);
    ASSERT_EQ(resumed.exit_code, 0) << resumed.output;
    EXPECT_EQ(verified_digests(only_run(scratch.runs())), expected) << place;
    EXPECT_TRUE(left_over(scratch.runs()).empty());
  }
}

TEST(columns, that_are_damaged_are_found_by_verify_and_made_again) {
  const Scratch scratch;
  const auto words = words_of("gaussian-replace.ini", scratch.runs(), small_gaussian);
  ASSERT_EQ(genloss(0, words).exit_code, 0);
  const fs::path run = only_run(scratch.runs());
  const auto before = verified_digests(run);
  const fs::path shard = storage::shard_path(run / "generation-001/columns/surprise", 3);
  flip(shard, fs::file_size(shard) / 2);
  const Outcome found = genloss(0, {"verify", run.string()});
  EXPECT_EQ(found.exit_code, 65) << found.output;
  EXPECT_NE(found.output.find("generation 1 columns surprise"), std::string::npos) << found.output;
  EXPECT_NE(found.output.find("DAMAGED"), std::string::npos) << found.output;
  // One column alone, by its path.
  EXPECT_EQ(genloss(0, {"verify", (run / "generation-001/columns/surprise").string()}).exit_code, 65);
  EXPECT_EQ(genloss(0, {"verify", (run / "generation-001/columns/words").string()}).exit_code, 0);
  // Links and lines that are lost are set again.
  fs::remove(run / "generation-000/columns/words");
  const Outcome repaired = genloss(0, {"repair", run.string()});
  EXPECT_NE(repaired.output.find("columns/words"), std::string::npos) << repaired.output;
  EXPECT_TRUE(fs::exists(run / "generation-000/columns/words/manifest.json"));
  // What is dropped from the store is made again by a run.
  fs::remove_all(fs::canonical(run / "generation-001/columns/surprise"));
  const Outcome again = genloss(2, words);
  ASSERT_EQ(again.exit_code, 0) << again.output;
  EXPECT_EQ(verified_digests(run), before);
}

TEST(columns, go_with_what_they_were_made_from) {
  const Scratch scratch;
  auto words = words_of("gaussian-replace.ini", scratch.runs(), small_gaussian);
  words.emplace_back("--runtime.keep=measures");
  const Outcome outcome = genloss(2, words);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
  const fs::path run = only_run(scratch.runs());
  EXPECT_TRUE(fs::exists(run / "generation-001/columns/words/dropped.json"));
  EXPECT_FALSE(fs::exists(run / "generation-001/columns/words/shards"));
  EXPECT_EQ(genloss(0, {"verify", run.string()}).exit_code, 0);
  words.back() = "--runtime.keep=all";
  ASSERT_EQ(genloss(2, words).exit_code, 0);
  EXPECT_TRUE(fs::exists(run / "generation-001/columns/words/shards"));
  (void)verified_digests(run);
}

TEST(columns, that_nobody_names_cost_nothing_and_those_that_differ_in_name_are_one) {
  const Scratch scratch;
  const std::vector<std::string> plain{"run", study("gaussian-replace.ini"), "--study.generations=2",
                                       "--gaussian.replicates=3", "--runtime.runs=" + scratch.runs()};
  ASSERT_EQ(genloss(0, plain).exit_code, 0);
  const auto without = verified_digests(only_run(scratch.runs()));
  auto named = plain;
  named.insert(named.end(), {"--study.name=named", "--columns.a=length", "--columns.b=length"});
  const Outcome second = genloss(0, named);
  ASSERT_EQ(second.exit_code, 0) << second.output;
  EXPECT_NE(second.output.find("training: in the store already"), std::string::npos) << second.output;
  EXPECT_NE(second.output.find("column b: in the store already"), std::string::npos) << second.output;
  for (const fs::path& run : all_runs(scratch.runs())) {
    const auto digests = verified_digests(run);
    for (const auto& [artefact, digest] : without) EXPECT_EQ(digests.at(artefact), digest) << artefact;
  }
}

TEST(columns, that_cannot_be_are_refused_with_64) {
  const Scratch scratch;
  const auto refused = [&](const std::vector<std::string>& more, const std::string& told) {
    std::vector<std::string> words{"run", study("gaussian-replace.ini"), "--runtime.runs=" + scratch.runs()};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = genloss(0, words);
    EXPECT_EQ(outcome.exit_code, 64) << outcome.output;
    EXPECT_NE(outcome.output.find(told), std::string::npos) << outcome.output;
  };
  refused({"--columns.x=lenght"}, "did you mean 'length'?");
  refused({"--columns.x=repetition m=2"}, "no setting 'm'");
  refused({"--columns.x=repetition n=0"}, "out of range");
  refused({"--columns.x.y=length"}, "folder");
  const Outcome lost = genloss(0, {"run", study("gaussian-replace.ini"), "--runtime.runs=" + scratch.runs(),
                                   "--columns.x=log_probability model=/nowhere"});
  EXPECT_EQ(lost.exit_code, 65) << lost.output;
  EXPECT_NE(lost.output.find("no such file"), std::string::npos) << lost.output;
}

TEST(columns, are_foretold_by_plan_and_counted_by_gc) {
  const Scratch scratch;
  auto words = words_of("gaussian-replace.ini", scratch.runs(), small_gaussian);
  words.front() = "plan";
  words.emplace_back("--json");
  const Outcome plan = genloss(0, words);
  ASSERT_EQ(plan.exit_code, 0) << plan.output;
  EXPECT_NE(plan.output.find("\"column_bytes\""), std::string::npos);
  EXPECT_EQ(plan.output.find("\"column_bytes\": 0"), std::string::npos) << plan.output;
  words.front() = "run";
  words.pop_back();
  ASSERT_EQ(genloss(0, words).exit_code, 0);
  const fs::path run = only_run(scratch.runs());
  fs::remove_all(run);
  EXPECT_EQ(genloss(0, {"gc", scratch.runs()}).exit_code, 0);
  EXPECT_FALSE(fs::exists(fs::path(scratch.runs()) / ".store/columns") &&
               !fs::is_empty(fs::path(scratch.runs()) / ".store/columns"))
      << "nothing links to them any more";
}

}  // namespace genloss
