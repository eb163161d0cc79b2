// `genloss repair`: the folders hold all truth, a journal can be lost.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "storage/files/durable.hpp"
#include "storage/files/journal.hpp"
#include "tests/support/program.hpp"

namespace genloss::of_repair {
namespace {

using namespace tests;  // NOLINT
namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

Lines lines_of(const std::string& text) {
  Lines lines;
  for (std::size_t begin = 0, end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    lines.push_back(text.substr(begin, end + 1 - begin));
  }
  return lines;
}

void write(const fs::path& file, const std::string& text) {
  fs::remove(file);
  std::ofstream(file, std::ios::binary) << text;
}
void write(const fs::path& file, const Lines& lines) {
  std::string text;
  for (const auto& line : lines) text += line;
  write(file, text);
}

/// A finished run, and what the same command makes of it when it is made longer.
struct Study {
  Scratch scratch;
  std::vector<std::string> words, longer;
  fs::path run;
  std::map<std::string, std::string> undisturbed;

  explicit Study(std::vector<std::string> given) : words(std::move(given)) {
    words.insert(words.begin(), "run");
    words.push_back("--study.generations=2");
    const auto at = [&](const std::string& runs, int generations) {
      auto all = words;
      all.back() = "--study.generations=" + std::to_string(generations);
      all.push_back("--runtime.runs=" + scratch.runs(runs));
      return all;
    };
    EXPECT_EQ(genloss(0, at("whole", 3)).exit_code, 0);
    undisturbed = verified_digests(only_run(scratch.runs("whole")));
    EXPECT_EQ(genloss(0, at("runs", 2)).exit_code, 0);
    run = only_run(scratch.runs());
    longer = at("runs", 3);
    (void)shell("cp -a " + scratch.runs() + " " + scratch.runs("kept"));
  }
  void restore() const {
    (void)shell("rm -rf " + scratch.runs() + " && cp -a " + scratch.runs("kept") + " " + scratch.runs());
  }
  [[nodiscard]] fs::path journal() const { return run / "journal.jsonl"; }

  /// Damaged so that verify finds it; repaired so that it does not, and a resume goes on to the same digests.
  /// @param resume whether to go on as well, which takes the longest
  void expect_repaired(const std::string& what, const std::string& told, bool resume = false) const {
    SCOPED_TRACE(what);
    const Outcome found = genloss(0, {"verify", run.string()});
    EXPECT_EQ(found.exit_code, 65) << found.output;
    const std::string before = shell("ls -laR " + scratch.runs()).output;
    const Outcome dry = genloss(0, {"repair", run.string(), "--dry-run"});
    EXPECT_EQ(dry.exit_code, 0) << dry.output;
    EXPECT_NE(dry.output.find("would be repaired: "), std::string::npos) << dry.output;
    EXPECT_EQ(shell("ls -laR " + scratch.runs()).output, before) << "a dry run changes nothing";
    const Outcome repaired = genloss(0, {"repair", run.string()});
    EXPECT_EQ(repaired.exit_code, 0) << repaired.output;
    EXPECT_NE(repaired.output.find(told), std::string::npos) << told << "\nin\n" << repaired.output;
    (void)verified_digests(run);
    const Outcome again = genloss(0, {"repair", run.string()});
    EXPECT_NE(again.output.find("nothing to repair"), std::string::npos) << again.output;
    if (resume) {
      const Outcome resumed = genloss(2, longer);
      EXPECT_EQ(resumed.exit_code, 0) << resumed.output;
      EXPECT_EQ(verified_digests(run), undisturbed);
    }
    restore();
  }
};

}  // namespace

TEST(repair, rebuilds_a_journal_from_the_folders) {
  const Study text({study("tiny.ini"), "--text.vocabulary=300"});
  const Lines good = lines_of(storage::read_text(text.journal()));
  fs::remove(text.journal());
  text.expect_repaired("no journal", "journal.jsonl: 0 lines are good", true);
  write(text.journal(), Lines{});
  text.expect_repaired("an empty journal", "0 lines are good, 0 were damaged");
  write(text.journal(), Lines(good.begin(), good.begin() + 5));
  text.expect_repaired("a truncated journal", "5 lines are good", true);
  Lines lost = good;
  lost.erase(lost.begin() + 4, lost.begin() + 7);
  write(text.journal(), lost);
  text.expect_repaired("lost lines", "3 are rebuilt");
  Lines garbled = good;
  garbled[6][30] ^= 1;
  garbled[9] = "garbage\n";
  write(text.journal(), garbled);
  text.expect_repaired("garbled lines", "2 were damaged");
  Lines doubled = good;
  doubled.insert(doubled.begin() + 3, good[3]);
  write(text.journal(), doubled);
  const Outcome outcome = genloss(0, {"verify", text.run.string()});
  EXPECT_EQ(outcome.exit_code, 65) << outcome.output;
}

TEST(repair, rebuilds_the_journal_and_the_links_of_several_chains) {
  const Study arms({study("gaussian-arms.ini"), "--study.seeds=2"});
  fs::remove(arms.journal());
  arms.expect_repaired("no journal", "0 lines are good", true);
  fs::remove(arms.run / "half/seed-2/generation-001/model");
  fs::remove(arms.run / "half/seed-1/generation-000/mix.json");
  arms.expect_repaired("links that are gone", "half/seed-2/generation-001/model was not there");
  fs::remove(arms.run / "half/seed-2/study.ini");
  arms.expect_repaired("the study of a chain", "half/seed-2/study.ini");
}

TEST(repair, sets_links_again_and_what_else_follows) {
  const Study text({study("tiny.ini"), "--text.vocabulary=300"});
  const fs::path first = text.run / "generation-000", second = text.run / "generation-001";
  const auto lead = [](const fs::path& link, const fs::path& target) {
    fs::remove(link);
    fs::create_symlink(target, link);
  };
  lead(first / "corpus", fs::read_symlink(second / "corpus"));
  text.expect_repaired("a link to another corpus", "generation-000/corpus led to corpus");
  lead(second / "measures.json", "nowhere");
  fs::remove(second / "measures.made-by.json");
  fs::remove(text.run / "tokenizer");
  fs::remove(text.run / "human-tokens");
  text.expect_repaired("links that are gone", "generation-001/measures.json led nowhere", true);
  fs::remove(text.run / "numerics.json");
  text.expect_repaired("the numerics key", "numerics.json", true);
  write(text.run / "human.json", std::string("{}"));
  text.expect_repaired("human.json", "human.json");
  std::string ini = storage::read_text(text.run / "study.ini");
  ini.replace(ini.find("log_steps = 10"), 14, "log_steps = 11");
  write(text.run / "study.ini", ini);
  text.expect_repaired("study.ini beyond its digest", "study.ini");
}

TEST(repair, sets_the_link_to_human_text_again) {
  const Study text({study("tiny.ini"), "--text.vocabulary=300"});
  const fs::path link = text.run / "human-text", leads_to = fs::read_symlink(link);
  for (const bool dangling : {false, true}) {
    fs::remove(link);
    if (dangling) fs::create_symlink("nowhere", link);
    const Outcome repaired = genloss(0, {"repair", text.run.string()});
    EXPECT_EQ(repaired.exit_code, 0) << repaired.output;
    EXPECT_NE(repaired.output.find("human-text did not lead"), std::string::npos) << repaired.output;
    EXPECT_EQ(fs::is_symlink(link) ? fs::read_symlink(link) : fs::path(), leads_to);
    EXPECT_NE(genloss(0, {"repair", text.run.string()}).output.find("nothing to repair"), std::string::npos);
  }
  ASSERT_EQ(shell("rm -rf " + fs::canonical(link).string()).exit_code, 0);
  const Outcome gone = genloss(0, {"repair", text.run.string()});
  EXPECT_EQ(gone.exit_code, 65) << gone.output;
  EXPECT_NE(gone.output.find("has no copy of the study's human text"), std::string::npos) << gone.output;
}

TEST(repair, tells_what_it_cannot) {
  const Study text({study("tiny.ini")});
  fs::remove_all(fs::canonical(text.run / "generation-001/corpus"));
  Outcome outcome = genloss(0, {"repair", text.run.string()});
  EXPECT_EQ(outcome.exit_code, 65) << outcome.output;
  EXPECT_NE(outcome.output.find("cannot be repaired: "), std::string::npos) << outcome.output;
  EXPECT_NE(outcome.output.find("generation-001/corpus"), std::string::npos) << outcome.output;
  EXPECT_EQ(genloss(2, text.longer).exit_code, 0) << "as the line said";
  EXPECT_EQ(verified_digests(text.run), text.undisturbed);
  std::string ini = storage::read_text(text.run / "study.ini");
  ini.replace(ini.find("learning_rate = 0.003"), 21, "learning_rate = 0.004");
  write(text.run / "study.ini", ini);
  outcome = genloss(0, {"repair", text.run.string()});
  EXPECT_EQ(outcome.exit_code, 65) << outcome.output;
  EXPECT_NE(outcome.output.find("study.ini"), std::string::npos) << outcome.output;
  EXPECT_EQ(genloss(0, {"repair", "/nowhere"}).exit_code, 65);
  EXPECT_EQ(genloss(0, {"repair"}).exit_code, 64);
}

TEST(repair, sweeps_what_dead_attempts_left_half_written) {
  const Scratch scratch;
  const std::vector<std::string> words{"run", study("tiny.ini"), "--study.generations=1",
                                       "--runtime.checkpoint_steps=5", "--runtime.runs=" + scratch.runs()};
  EXPECT_NE(genloss(0, words, {{"GENLOSS_FAULT", "kill@0:TRAINING:step-20"}}).exit_code, 0);
  const fs::path run = only_run(scratch.runs());
  const fs::path left = fs::canonical(run / "generation-000/checkpoints") / "step-000021.partial-1-1";
  fs::create_directories(left);
  write(left / "slice", std::string("half"));
  write(run / "study.ini.partial-1-1", std::string("half"));
  fs::remove(run / "journal.jsonl");
  const Outcome outcome = genloss(0, {"repair", run.string()});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_FALSE(fs::exists(left));
  EXPECT_FALSE(fs::exists(run / "study.ini.partial-1-1"));
  (void)verified_digests(run);
  ASSERT_EQ(genloss(2, words).exit_code, 0);
  (void)verified_digests(run);
}

TEST(repair, refuses_a_run_that_a_living_job_uses) {
  const Scratch scratch;
  const Outcome outcome = shell(program() + " run " + study("tiny.ini") + " --runtime.runs=" + scratch.runs() +
                                " --study.generations=500 --runtime.progress=none > /dev/null & p=$!; sleep 2; " +
                                program() + " repair " + scratch.runs() + "/tiny-*; a=$?; " + program() + " repair " +
                                scratch.runs() + "/tiny-* --dry-run; b=$?; kill -TERM $p; wait $p; exit $((a + b))");
  EXPECT_EQ(outcome.exit_code, 69 + 69) << outcome.output;
  EXPECT_NE(outcome.output.find("in use"), std::string::npos) << outcome.output;
}

}  // namespace genloss::of_repair
