#include "slurm/batch_job.hpp"

#include <gtest/gtest.h>

#include "slurm/shell_words.hpp"
#include "tests/support/program.hpp"

namespace genloss::slurm {
namespace {

BatchJob example() {
  BatchJob job;
  job.name = "tiny-12345678";
  job.resources = {3, 2, 4, 1, std::chrono::hours(4), "gpu", "project", "normal", {"--constraint=a100"}};
  job.lead = std::chrono::seconds(90);
  job.program = "/opt/genloss";
  job.logs = "/runs/tiny-12345678/slurm";
  job.points = {{"/runs/tiny-12345678/slurm/study.ini", "/runs/tiny-12345678"}};
  return job;
}

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST(batch_script, asks_for_what_was_asked_for) {
  const std::string script = batch_script(example());
  EXPECT_EQ(script.rfind("#!/bin/bash\n#SBATCH ", 0), 0u);
  for (const char* line :
       {"#SBATCH --job-name=tiny-12345678", "#SBATCH --nodes=3", "#SBATCH --ntasks-per-node=2",
        "#SBATCH --cpus-per-task=4", "#SBATCH --gpus-per-task=1", "#SBATCH --time=4:00:00", "#SBATCH --partition=gpu",
        "#SBATCH --account=project", "#SBATCH --qos=normal", "#SBATCH --constraint=a100", "#SBATCH --signal=B:USR2@90",
        "#SBATCH --requeue", "#SBATCH --open-mode=append", "#SBATCH --output=/runs/tiny-12345678/slurm/job-%j.log"}) {
    EXPECT_TRUE(has_line(script, line)) << line << "\n" << script;
  }
  EXPECT_EQ(script.find("--no-kill"), std::string::npos);
  EXPECT_EQ(script.find("--array"), std::string::npos);
}

TEST(batch_script, says_nothing_about_what_was_not_asked_for) {
  BatchJob job = example();
  job.resources = {};
  const std::string script = batch_script(job);
  for (const char* option : {"--gpus", "--time", "--partition", "--account", "--qos"}) {
    EXPECT_EQ(script.substr(0, script.find("Made by")).find(option), std::string::npos) << option;
  }
}

TEST(batch_script, is_an_array_over_the_points_that_are_left) {
  BatchJob job = example();
  job.array = true;
  job.points.assign(9, job.points.front());
  job.elements = {0, 1, 2, 5, 7, 8};
  job.at_once = 2;
  const std::string script = batch_script(job);
  EXPECT_TRUE(has_line(script, "#SBATCH --array=0-2,5,7-8%2")) << script;
  EXPECT_TRUE(has_line(script, "#SBATCH --output=/runs/tiny-12345678/slurm/job-%A_%a.log"));
}

TEST(batch_script, keeps_the_allocation_after_a_node_loss_only_when_elastic) {
  BatchJob job = example();
  job.elastic = true;
  EXPECT_TRUE(has_line(batch_script(job), "#SBATCH --no-kill"));
}

TEST(batch_script, survives_any_character_in_a_path) {
  BatchJob job = example();
  job.points = {{"/a b/$(touch x)/it's.ini", "/a b/\"q\"/`y`"}};
  job.setup = "/a;b";
  const tests::Scratch scratch;
  const auto file = scratch.path() / "job.sh";
  std::FILE* out = std::fopen(file.c_str(), "w");
  std::fputs(batch_script(job).c_str(), out);
  std::fclose(out);
  // the values alone, before the script does anything
  const auto outcome = tests::shell("cd " + scratch.path().string() + "; sed /^set.-u/,\\$d " + file.string() +
                                    " > values.sh; . ./values.sh; echo ${studies[0]}; echo ${runs[0]}; echo $setup; "
                                    "bash -n " +
                                    file.string());
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_EQ(outcome.output, "/a b/$(touch x)/it's.ini\n/a b/\"q\"/`y`\n/a;b\n");
}

TEST(element_list, joins_neighbours) {
  EXPECT_EQ(element_list({0}), "0");
  EXPECT_EQ(element_list({0, 1, 2}), "0-2");
  EXPECT_EQ(element_list({1, 3, 4, 9}), "1,3-4,9");
}

TEST(lead_time, covers_two_checkpoints_and_the_longest_piece) {
  const std::chrono::seconds day = std::chrono::hours(24);
  EXPECT_EQ(lead_time(0, 0, day).count(), 120) << "nothing measured yet";
  EXPECT_EQ(lead_time(20, 15, day).count(), 2 * 20 + 15 + 30);
  EXPECT_EQ(lead_time(600, 0, std::chrono::seconds(60)).count(), 30) << "never more than half of the wall time";
  EXPECT_EQ(lead_time(100000, 0, std::chrono::seconds::max()).count(), 65535) << "what sbatch can take";
}

TEST(shell_word, is_one_word_whatever_it_holds) {
  EXPECT_EQ(shell_word("plain-1.ini"), "plain-1.ini");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_line({"a", "b c"}), "a 'b c'");
}

}  // namespace genloss::slurm
