// SIGKILLs at random instants, of a whole job or of one of its ranks, until the run is through; each start has as many
// ranks as chance wants. The bytes are those of a run that nobody disturbed, and nothing is left over.

#include <gtest/gtest.h>

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
/// @return whether it was killed; if not, it was through before, or failed, as the output tells
Outcome killed_after(double seconds, int rank, const std::string& start) {
  // A session holds the launcher and its ranks. What is killed in part has its launcher end the rest.
  const std::string kill =
      rank == 0 ? "pkill -9 -s $p" : "kill -9 $(pgrep -s $p -x genloss | sed -n " + std::to_string(rank) + "p)";
  return shell("setsid bash -c \"" + start + "\" & p=$!; sleep " + std::to_string(seconds) +
               "; kill -0 $p 2>/dev/null && " + kill +
               " 2>/dev/null && echo KILLED; wait $p; code=$?; pkill -9 -s $p; " +
               "while pgrep -s $p > /dev/null; do sleep 0.02; done; exit $code");
}

bool was_killed(const Outcome& outcome) {
  return outcome.exit_code != 0 && outcome.output.find("KILLED") != std::string::npos;
}

void survive_random_kills(const std::string& name, const std::vector<std::string>& words) {
  const Scratch scratch;
  const auto begin = std::chrono::steady_clock::now();
  const Outcome alone = shell(command(2, words, scratch.runs("undisturbed")));
  const double whole = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  ASSERT_EQ(alone.exit_code, 0) << alone.output;
  const auto undisturbed = verified_digests(only_run(scratch.runs("undisturbed")));
  CampaignTally tally("of random kills over the " + name + " study", campaign_size(5));
  for (int number = 0; tally.wants_more(); ++number) {
    const std::string runs = scratch.runs("run-" + std::to_string(number));
    std::string ranks_text;
    for (bool through = false; !through;) {
      const int ranks = tally.one_of(1, 4), rank = tally.one_of(0, 1) == 0 ? 0 : tally.one_of(1, ranks);
      const double seconds = tally.uniform(0.02, whole);
      ranks_text += (ranks_text.empty() ? "" : " ") + std::to_string(ranks);
      const std::string start = command(ranks, words, runs);
      const Outcome outcome = tally.wants_more() ? killed_after(seconds, rank, start) : shell(start);
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
