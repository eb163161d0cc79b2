// A submitted job's script and the built program behind it, with programs of Slurm that only note how they were called.

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

#include "orchestrator/attempt/restart_limit.hpp"
#include "slurm/batch_job.hpp"
#include "storage/files/journal.hpp"
#include "tests/slurm/plain/fake_programs.hpp"

namespace genloss::slurm {
namespace {

using tests::Outcome;

class BatchBody : public testing::Test {
 protected:
  BatchBody() {
    fakes.add("srun", R"(case $1 in --version) echo "slurm 22.05.8"; exit;; esac
                         echo "$* fence=${SLURM_PMIX_FENCE:-}" >>"$(dirname "$0")/sruns"; exit ${CODE:-0})");
    fakes.add("scontrol",
              R"(case $1 in show) echo "SlurmdTimeout = 1 sec";; *) echo "$*" >>"$(dirname "$0")/scontrols";; esac)");
    fakes.add("scancel", R"(echo "$*" >"$(dirname "$0")/scancels")");
    fakes.add("squeue", R"(case "$*" in
      *%T) if [ -e "$(dirname "$0")/scontrols" ]; then echo COMPLETING; else echo ${STATE:-RUNNING}; fi;;
      *%N) echo n[1-2];;
      *%E*) echo "${CHAIN:-}";; esac)");
    fakes.add("sinfo", "printf 'n1 alloc\\nn2 mix\\n'");
    job.name = "tiny";
    job.script = "/runs/the job.sh";
    job.resources.nodes = 2;
    job.resources.tasks_per_node = 3;
    job.program = std::string(GENLOSS_BINARY_DIR) + "/genloss";
    job.logs = fakes.scratch();
    std::filesystem::create_directories(fakes.scratch() / "run");
    note({{"event", "finished"}});
    job.points = {{fakes.scratch() / "study.ini", fakes.scratch() / "run"}};
  }

  Outcome run(const std::string& environment = "") {
    const auto script = fakes.scratch() / "job.sh";
    std::ofstream(script) << batch_script(job);
    return tests::shell("unset SLURM_PMIX_FENCE; export PATH=" + fakes.path() +
                            " SLURM_JOB_ID=12 SLURM_JOB_NAME=tiny SLURM_JOB_NODELIST=n[1-2] " + environment +
                            "; bash " + script.string(),
                        60);
  }
  void note(nlohmann::ordered_json line) {
    storage::Journal(fakes.scratch() / "run" / "journal.jsonl").append(std::move(line));
  }
  /// The next job: no count of an earlier one.
  void forget_starts() { std::filesystem::remove_all(fakes.scratch() / "run" / "slurm"); }
  [[nodiscard]] std::string requeued() const { return fakes.written("scontrols"); }

  tests::FakePrograms fakes;
  BatchJob job;
};

}  // namespace

TEST_F(BatchBody, runs_the_study_once_and_is_done) {
  const Outcome outcome = run();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  const std::string call = fakes.written("sruns");
  for (const char* word : {"--mpi=pmix", "--kill-on-bad-exit=1", "--nodes=2", "--nodelist=n1,n2", "--ntasks=6",
                           "study.ini", "genloss run", "attempt-12-0-0.log", "fence=ring"}) {
    EXPECT_NE(call.find(word), std::string::npos) << word << " in " << call;
  }
  EXPECT_EQ(requeued(), "");
}

TEST_F(BatchBody, queues_itself_again_when_the_state_is_saved_or_the_warning_came_too_early) {
  for (const char* code : {"75", "140", "143"}) {
    std::filesystem::remove(fakes.folder() / "scontrols");
    forget_starts();
    const Outcome outcome = run(std::string("CODE=") + code);
    EXPECT_EQ(outcome.exit_code, 75) << outcome.output;
    EXPECT_EQ(requeued(), "requeue 12\n") << code;
  }
}

TEST_F(BatchBody, never_queues_itself_again_after_what_would_come_again) {
  for (const char* code : {"64", "65", "69"}) {
    forget_starts();
    const Outcome outcome = run(std::string("CODE=") + code);
    EXPECT_EQ(std::to_string(outcome.exit_code), code) << outcome.output;
    EXPECT_EQ(requeued(), "");
    EXPECT_NE(outcome.output.find("FAILED with exit code " + std::string(code)), std::string::npos) << outcome.output;
    EXPECT_NE(outcome.output.find("attempt-12-0-0.log"), std::string::npos) << "the log has to be named";
  }
}

TEST_F(BatchBody, queues_itself_again_after_a_crash) {
  for (const char* code : {"70", "74", "137", "139", "1"}) {
    std::filesystem::remove(fakes.folder() / "scontrols");
    forget_starts();
    const Outcome outcome = run(std::string("CODE=") + code);
    EXPECT_EQ(std::to_string(outcome.exit_code), code) << outcome.output;
    EXPECT_EQ(requeued(), "requeue 12\n") << code << outcome.output;
  }
}

TEST_F(BatchBody, gives_up_after_crashes_without_progress_and_not_while_there_is_some) {
  job.max_stalled_restarts = 1;
  EXPECT_EQ(run("CODE=139").exit_code, 139);
  EXPECT_EQ(requeued(), "requeue 12\n");
  for (const char* state : {"PLANNED", "MIXED", "TRAINING"}) {
    note({{"generation", 0}, {"state", state}});
    std::filesystem::remove(fakes.folder() / "scontrols");
    EXPECT_EQ(run("CODE=139").exit_code, 139);
    EXPECT_EQ(requeued(), "requeue 12\n") << "the run has come to " << state;
  }
  std::filesystem::remove(fakes.folder() / "scontrols");
  const Outcome last = run("CODE=139");
  EXPECT_EQ(last.exit_code, 139);
  EXPECT_EQ(requeued(), "");
  EXPECT_NE(last.output.find("no progress in 2 attempts in a row"), std::string::npos) << last.output;
}

TEST_F(BatchBody, does_not_queue_itself_again_when_it_was_cancelled) {
  for (const char* state : {"CANCELLED", "COMPLETING"}) {
    const Outcome outcome = run(std::string("CODE=75 STATE=") + state);
    EXPECT_EQ(outcome.exit_code, 75) << outcome.output;
    EXPECT_EQ(requeued(), "") << state;
  }
}

TEST_F(BatchBody, asks_again_when_slurm_is_too_busy_to_answer) {
  fakes.add("squeue", R"x([ "$(wc -l <"$(dirname "$0")/scontrols")" = 3 ] && echo COMPLETING)x");
  fakes.add("scontrol", R"x(calls="$(dirname "$0")/scontrols"
    case $1 in requeue) echo "$*" >>$calls; [ "$(wc -l <$calls)" = 3 ];; *) echo n1; echo n2;; esac)x");
  const Outcome outcome = run("CODE=75");
  EXPECT_EQ(outcome.exit_code, 75) << outcome.output;
  EXPECT_EQ(requeued(), "requeue 12\nrequeue 12\nrequeue 12\n");
  EXPECT_NE(outcome.output.find("queued again"), std::string::npos) << outcome.output;
}

TEST_F(BatchBody, stops_where_the_gate_says_that_nothing_moves) {
  // Slurm itself has started the job again and again, e.g. after node failures: no attempt got to its end.
  for (int start = 0; start < 4; ++start) (void)orchestrator::count_start({fakes.scratch() / "run"}, "12", 9);
  const Outcome outcome = run("CODE=75");
  EXPECT_EQ(outcome.exit_code, 69) << outcome.output;
  EXPECT_EQ(fakes.written("sruns"), "") << "nothing is to be started";
  EXPECT_EQ(requeued(), "");
}

TEST_F(BatchBody, leaves_the_rest_to_the_next_link_of_a_chain) {
  const Outcome outcome = run("CODE=75 CHAIN=\"13 afterany:12(unfulfilled) /runs/the job.sh\"");
  EXPECT_EQ(outcome.exit_code, 75) << outcome.output;
  EXPECT_EQ(requeued(), "");
  EXPECT_EQ(fakes.written("scancels"), "");
}

TEST_F(BatchBody, takes_no_other_job_for_the_next_link) {
  for (const char* other : {"13 (null) /runs/the job.sh", "13 afterany:9(unfulfilled) /other/the job.sh"}) {
    std::filesystem::remove(fakes.folder() / "scontrols");
    forget_starts();
    (void)run(std::string("CODE=75 CHAIN=\"") + other + "\"");
    EXPECT_EQ(requeued(), "requeue 12\n") << other;
  }
}

TEST_F(BatchBody, cancels_the_rest_of_a_chain_when_done_or_failed) {
  for (const char* code : {"0", "65"}) {
    forget_starts();
    (void)run(std::string("CODE=") + code + " CHAIN=\"13 afterany:12(unfulfilled) /runs/the job.sh\"");
    EXPECT_EQ(fakes.written("scancels"), "13\n") << code;
    std::filesystem::remove(fakes.folder() / "scancels");
  }
}

TEST_F(BatchBody, does_not_believe_that_it_is_done_before_the_run_says_so) {
  note({{"event", "started"}, {"ranks", 1}});
  const Outcome outcome = run("CODE=0");
  EXPECT_EQ(outcome.exit_code, 70) << outcome.output;
  EXPECT_NE(outcome.output.find("not finished"), std::string::npos) << outcome.output;
}

TEST_F(BatchBody, passes_signals_on_and_waits_for_the_ranks_to_save) {
  // srun that says 75 only after the signal, and takes its time
  fakes.add("srun", R"(case $1 in --version) echo "slurm 23.02.1"; exit;; esac
    trap 'echo got $sig; kill $nap; /bin/sleep 0.5; exit 75' USR2 TERM
    echo started >"$(dirname "$0")/started"; /bin/sleep 20 & nap=$!; wait)");
  for (const char* signal : {"USR2", "TERM"}) {
    const auto script = fakes.scratch() / "job.sh";
    std::ofstream(script) << batch_script(job);
    std::filesystem::remove(fakes.folder() / "scontrols");
    std::filesystem::remove(fakes.folder() / "started");
    forget_starts();
    const Outcome outcome = tests::shell(
        "export PATH=" + fakes.path() + " SLURM_JOB_ID=12 SLURM_JOB_NAME=tiny SLURM_JOB_NODELIST=n[1-2]; bash " +
            script.string() + " & p=$!; until [ -e " + (fakes.folder() / "started").string() +
            " ]; do /bin/sleep 0.05; done; kill -" + signal + " $p; wait $p",
        30);
    EXPECT_EQ(outcome.exit_code, 75) << outcome.output;
    EXPECT_EQ(requeued(), "requeue 12\n") << signal << "\n" << outcome.output;
  }
}

TEST_F(BatchBody, goes_on_with_the_nodes_that_are_left) {
  job.elastic = true;
  // the first srun loses a node
  fakes.add("srun", R"(case $1 in --version) echo "slurm 23.02.1"; exit;; esac
    echo "$*" >>"$(dirname "$0")/sruns"; [ -e "$(dirname "$0")/lost" ] && exit 0; touch "$(dirname "$0")/lost"; exit 137)");
  fakes.add("sinfo",
            R"(echo 'n1 alloc'; if [ -e "$(dirname "$0")/lost" ]; then echo 'n2 down*'; else echo 'n2 alloc'; fi)");
  const Outcome outcome = run();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  const std::string calls = fakes.written("sruns");
  EXPECT_NE(calls.find("--nodes=2"), std::string::npos) << calls;
  EXPECT_NE(calls.find("--nodes=1 --nodelist=n1 --ntasks-per-node=3 --ntasks=3"), std::string::npos) << calls;
  EXPECT_NE(calls.find("attempt-12-0-1.log"), std::string::npos) << calls;
}

TEST_F(BatchBody, does_not_start_again_when_no_node_was_lost) {
  job.elastic = true;
  const Outcome outcome = run("CODE=137");
  EXPECT_EQ(outcome.exit_code, 137) << outcome.output;
  EXPECT_EQ(requeued(), "requeue 12\n");
  const std::string calls = fakes.written("sruns");
  EXPECT_EQ(std::count(calls.begin(), calls.end(), '\n'), 1) << calls;
}

TEST_F(BatchBody, brings_a_study_that_crashes_to_its_end) {
  // srun as it is for one rank: it starts the program.
  fakes.add("srun", R"(case $1 in --version) echo "slurm 23.02.1"; exit;; esac
                       while [ "${1#--}" != "$1" ]; do shift; done; "$@")");
  const std::string runs = (fakes.scratch() / "runs").string();
  const std::vector<std::string> words{"--study.generations=1", "--runtime.runs=" + runs};
  const auto with = [&](std::vector<std::string> all) {
    all.insert(all.end(), words.begin(), words.end());
    return all;
  };
  fakes.add("sbatch", R"([ "$1" = --version ] || { echo "${@: -1}" >"$(dirname "$0")/script"; echo 12; })");
  fakes.in_front_of_path();
  const Outcome submitted = tests::genloss(0, with({"submit", tests::study("tiny.ini")}));
  ASSERT_EQ(submitted.exit_code, 0) << submitted.output;
  std::string script = fakes.written("script");
  script.pop_back();
  const auto start = [&](const std::string& more) {
    return tests::shell("export SLURM_JOB_ID=12 SLURM_JOB_NODELIST=n1 " + more + "; bash '" + script + "'", 120);
  };
  for (const char* fault : {"kill@0:TRAINING", "kill@0:SAMPLING"}) {
    std::filesystem::remove(fakes.folder() / "scontrols");
    const Outcome crashed = start(std::string("GENLOSS_FAULT=") + fault);
    EXPECT_EQ(crashed.exit_code, 137) << crashed.output;
    EXPECT_EQ(requeued(), "requeue 12\n") << crashed.output;
  }
  const Outcome done = start("SLURM_RESTART_COUNT=2");
  EXPECT_EQ(done.exit_code, 0) << done.output;
  EXPECT_FALSE(tests::verified_digests(tests::only_run(runs)).empty());
}

}  // namespace genloss::slurm
