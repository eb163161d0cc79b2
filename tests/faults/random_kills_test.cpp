// SIGKILLs at random instants, of a whole job or of one of its ranks, until the run is through; each start has as many
// ranks as chance wants. The bytes are those of a run that nobody disturbed, and nothing is left over.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "tests/faults/campaign.hpp"

namespace genloss {
namespace {

using namespace tests;  // NOLINT
namespace fs = std::filesystem;

std::string command(int ranks, const std::vector<std::string>& words, const std::string& runs) {
  std::string text = std::string("exec ") + GENLOSS_SOURCE_DIR + "/tests/with_ranks " + std::to_string(ranks) + " " +
                     program() + " run";
  for (const auto& word : words) text += " '" + word + "'";
  return text + " --runtime.runs=" + runs;
}

/// Starts the study and kills it after `seconds`. @param rank which of its processes; 0: all, and the launcher
/// @param rest when all others and the launcher are killed, in seconds after the rank; negative: the launcher ends them
/// @param launcher a folder for what the launcher keeps while it lives, and leaves when it is killed
/// @return whether it was killed; if not, it was through before, or failed, as the output tells
Outcome killed_after(double seconds, int rank, double rest, const std::string& launcher, const std::string& start) {
  // A session holds the launcher and its ranks. Who is dead counts as gone, though nobody has asked for its exit code.
  // Once in some hundred times, mpirun 4.1.4 waits for ever for ranks that are all dead: it has ten seconds.
  const std::string all = "pkill -9 -s $p";
  std::string kill = all;
  if (rank > 0) {
    kill = "kill -9 $(pgrep -s $p -x genloss | sed -n " + std::to_string(rank) + "p) 2>/dev/null";
    const std::string wait =
        rest >= 0 ? "sleep " + std::to_string(rest) : "{ timeout 10 tail -s 0.1 --pid=$p -f /dev/null; true; }";
    kill = "{ " + kill + " && " + wait + " && { " + all + "; true; }; }";
  }
  return shell("mkdir -p " + launcher + "; export TMPDIR=" + launcher + "; setsid bash -c \"" + start +
               "\" & p=$!; sleep " + std::to_string(seconds) + "; kill -0 $p 2>/dev/null && " + kill +
               " && echo KILLED; wait $p; code=$?; " + all +
               "; while pgrep -s $p -r D,R,S,T > /dev/null; do sleep 0.02; done; rm -rf " + launcher + "; exit $code");
}

bool was_killed(const Outcome& outcome) {
  return outcome.exit_code != 0 && outcome.output.find("KILLED") != std::string::npos;
}

/// How long the start that `start` makes takes, in seconds.
double seconds_of(const std::string& start) {
  const auto begin = std::chrono::steady_clock::now();
  const Outcome outcome = shell(start);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// When to kill a start, in seconds after it. Most starts get a third of the run, so that a run dies many times, each
/// time somewhere else; one of four any instant of the whole, of launching too, so that it also gets on.
double instant(CampaignTally& tally, double launch, double whole) {
  if (tally.one_of(1, 4) == 1) return tally.uniform(0.02, whole);
  return tally.uniform(launch / 2, launch + (whole - launch) / 3);
}

void survive_random_kills(const std::string& name, const std::vector<std::string>& words) {
  const Scratch scratch;
  const std::string alone = command(2, words, scratch.runs("undisturbed"));
  const double whole = seconds_of(alone), launch = std::min(whole, seconds_of(alone));  // then there is nothing to do
  const auto undisturbed = verified_digests(only_run(scratch.runs("undisturbed")));
  CampaignTally tally("of random kills over the " + name + " study", campaign_size(5));
  for (int number = 0; tally.wants_more(); ++number) {
    const std::string runs = scratch.runs("run-" + std::to_string(number));
    std::string ranks_text;
    for (bool through = false; !through;) {
      const int ranks = tally.one_of(1, 4), rank = tally.one_of(0, 1) == 0 ? 0 : tally.one_of(1, ranks);
      const double seconds = instant(tally, launch, whole);
      ranks_text += (ranks_text.empty() ? "" : " ") + std::to_string(ranks);
      // The launcher takes seconds for it: not always.
      const double rest = tally.one_of(1, 4) == 1 ? -1 : tally.uniform(0, 0.5);
      const std::string start = command(ranks, words, runs);
      const Outcome outcome =
          tally.wants_more() ? killed_after(seconds, rank, rest, scratch.runs("launcher"), start) : shell(start);
      if (was_killed(outcome)) {
        tally.killed();
        continue;
      }
      ASSERT_EQ(outcome.exit_code, 0) << tally.where() << " of " << ranks << " ranks after " << seconds << " s\n"
                                      << outcome.output;
      through = true;
    }
    const bool equal = verified_digests(only_run(runs)) == undisturbed;
    const auto left = left_over(runs);
    tally.ended(equal, left.size(), "ranks " + ranks_text);
    ASSERT_TRUE(equal) << tally.where();
    ASSERT_TRUE(left.empty()) << tally.where() << ": " << left.front();
    fs::remove_all(runs);
  }
}

}  // namespace

TEST(random_kills, over_a_text_study_cost_nothing) {
  survive_random_kills("text", {study("tiny.ini"), "--study.generations=2", "--runtime.checkpoint_steps=8",
                                "--text.vocabulary=320", "--sampling.tokens=900", "--sampling.shard_samples=8"});
}

TEST(random_kills, over_a_closed_form_study_cost_nothing) {
  survive_random_kills("closed-form", {study("gaussian-arms.ini"), "--study.generations=4", "--study.seeds=2"});
}

}  // namespace genloss
