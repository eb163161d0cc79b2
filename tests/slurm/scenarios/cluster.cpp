#include "tests/slurm/scenarios/cluster.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

namespace genloss::tests {
namespace fs = std::filesystem;
namespace {

const std::string tool = std::string(GENLOSS_SOURCE_DIR) + "/tests/slurm/cluster";

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

std::string fact(const std::string& job, const std::string& name) {
  const Outcome outcome = shell("scontrol -o show job " + job, 20);
  const auto at = outcome.output.find(" " + name + "=");
  if (at == std::string::npos) return {};
  const auto begin = at + name.size() + 2;
  return outcome.output.substr(begin, outcome.output.find_first_of(" \n", begin) - begin);
}

/// "export A=1 B=2" lines into this process' environment.
void take_environment(const std::string& lines) {
  std::istringstream words(lines);
  for (std::string word; words >> word;) {
    const auto equals = word.find('=');
    if (equals != std::string::npos) ::setenv(word.substr(0, equals).c_str(), word.substr(equals + 1).c_str(), 1);
  }
}

}  // namespace

const std::string& Cluster::missing() {
  static const std::string reason = [] {
    if (std::getenv("CI") != nullptr) return std::string("these tests are not for continuous integration");
    const std::string lacking = trimmed(shell(tool + " missing", 20).output);
    return lacking.empty() ? lacking : "this machine lacks " + lacking;
  }();
  return reason;
}

Cluster& Cluster::running() {
  static Cluster cluster;
  return cluster;
}

Cluster::Cluster() {
  ::setenv("GENLOSS_CLUSTER", ("/tmp/genloss-cluster-" + std::to_string(::getpid())).c_str(), 1);
  ::setenv("GENLOSS_CLUSTER_PORT", "18800", 1);
  script("up 3");
  take_environment(shell(tool + " env", 20).output);
}

Cluster::~Cluster() { (void)shell(tool + " down", 60); }

void Cluster::script(const std::string& words) {
  const Outcome outcome = shell(tool + " " + words, 60);
  EXPECT_EQ(outcome.exit_code, 0) << "cluster " << words << ": " << outcome.output;
}

std::string Cluster::node_state(const std::string& node) {
  return trimmed(shell("sinfo -h -N -p main -n " + node + " -o %t", 20).output);
}

void Cluster::boot_node(const std::string& node) {
  // A node that was cut off may hang between its states: an operator would set it down, too.
  (void)shell("scontrol update NodeName=" + node + " State=DOWN Reason=test", 20);
  EXPECT_TRUE(comes_true([&] { return node_state(node).rfind("down", 0) == 0; }, 40)) << node_state(node);
  script("boot " + node);
  (void)shell("scontrol update NodeName=" + node + " State=RESUME", 20);
  EXPECT_TRUE(comes_true([&] { return node_state(node) == "idle"; }, 40)) << node_state(node);
}

std::string submitted_job(const Outcome& submission) {
  EXPECT_EQ(submission.exit_code, 0) << submission.output;
  std::istringstream words(submission.output);
  std::string word, job;
  words >> word >> job;
  EXPECT_EQ(word, "job") << submission.output;
  return job.substr(0, job.find_first_not_of("0123456789"));
}

std::string job_state(const std::string& job) { return fact(job, "JobState"); }

int job_restarts(const std::string& job) { return std::atoi(fact(job, "Restarts").c_str()); }

std::vector<std::string> job_nodes(const std::string& job) {
  std::istringstream names(shell("scontrol show hostnames $(squeue -h -j " + job + " -o %N)", 20).output);
  std::vector<std::string> nodes;
  for (std::string name; names >> name;) nodes.push_back(name);
  return nodes;
}

bool comes_true(const std::function<bool()>& condition, int seconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return true;
}

bool job_ends(const std::string& job, int seconds) {
  return comes_true(
      [&] {
        const std::string state = job_state(job);
        for (const char* passing : {"PENDING", "RUNNING", "COMPLETING", "CONFIGURING", "SUSPENDED", "REQUEUED"}) {
          if (state == passing) return false;
        }
        return true;
      },
      seconds);
}

bool trains_until(const fs::path& run, int step, int seconds) {
  return comes_true(
      [&] {
        std::ifstream log(run / "generation-000" / "training.jsonl");
        std::string line, last;
        while (std::getline(log, line)) last = line;
        const auto at = last.find("\"step\":");
        return at != std::string::npos && std::atoi(last.c_str() + at + 7) >= step;
      },
      seconds);
}

std::string job_logs(const fs::path& run) {
  return shell("cd " + (run / "slurm").string() + " && tail -n 30 *.log ../logs/*", 20).output;
}

}  // namespace genloss::tests
