// A plan is worth what it foretells: each is followed by the run it is about.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>

#include <nlohmann/json.hpp>

#include "tests/support/program.hpp"

namespace genloss {
namespace {

using namespace tests;  // NOLINT
namespace fs = std::filesystem;
using nlohmann::json;
using Words = std::vector<std::string>;

Words joined(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

json plan_of(int ranks, const Words& words) {
  const Words rates{"--json", "--tokens-per-second-train=10000", "--tokens-per-second-sample=10000"};
  const Outcome outcome = genloss(0, joined(joined({"plan"}, words), joined({"-n", std::to_string(ranks)}, rates)));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  return json::parse(outcome.output, nullptr, false);
}

json json_in(const fs::path& file) {
  std::ifstream in(file);
  return json::parse(in, nullptr, false);
}

struct OnDisk {
  double bytes = 0, files = 0;
};
OnDisk on_disk(const fs::path& folder) {
  OnDisk found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.is_symlink()) continue;
    found.bytes += static_cast<double>(entry.file_size());
    found.files += 1;
  }
  return found;
}

void expect_near(double planned, double real, const char* what) {
  EXPECT_LE(std::abs(planned - real), 0.1 * real) << what << ": planned " << planned << ", in the run " << real;
}

/// Every artefact of every generation of `run` against its plan.
void expect_as_planned(const json& plan, const fs::path& run) {
  for (const auto& planned : plan.at("generations")) {
    char name[32];
    std::snprintf(name, sizeof name, "generation-%03d", planned.at("generation").get<int>());
    const json corpus = json_in(run / name / "corpus/manifest.json"),
               model = json_in(run / name / "model/manifest.json");
    EXPECT_EQ(planned.at("shards"), corpus.at("shards"));
    EXPECT_EQ(planned.at("samples"), corpus.at("samples"));
    const double drawn = corpus.at("values").get<double>() - corpus.at("prompt_values").get<double>();
    expect_near(planned.at("values"), drawn, "values drawn");
    EXPECT_EQ(planned.at("steps"), model.at("steps"));
    EXPECT_EQ(planned.at("training_values"), model.at("tokens"));
    std::uint64_t units = 0;
    const json mix = json_in(run / name / "mix.json");
    for (const auto& source : mix.at("sources")) units += source.at("quota").get<std::uint64_t>();
    EXPECT_EQ(planned.at("mix_units"), units);
    expect_near(planned.at("model_bytes"), on_disk(run / name / "model").bytes, "bytes of the model");
    expect_near(planned.at("corpus_bytes"), on_disk(run / name / "corpus").bytes, "bytes of the corpus");
  }
  const OnDisk all = on_disk(run.parent_path());  // the run and the store
  expect_near(plan.at("disk_bytes"), all.bytes, "bytes on disk");
  EXPECT_EQ(plan.at("files"), all.files);
}

/// Bytes that the busiest rank sent, as Open MPI itself counts them (its monitoring of point-to-point messages, those
/// inside collectives included); 0 where it cannot.
double bytes_sent(int ranks, const Words& words) {
  std::string command = std::string(GENLOSS_SOURCE_DIR) + "/tests/with_ranks " + std::to_string(ranks) +
                        " env OMPI_MCA_pml=^cm,ucx OMPI_MCA_pml_monitoring_enable=2 "
                        "OMPI_MCA_pml_monitoring_enable_output=2 " +
                        GENLOSS_BINARY_DIR + "/genloss";
  for (const auto& word : words) command += " \"" + word + "\"";
  const Outcome outcome = shell(command);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  std::map<int, double> sent;
  const std::regex line(R"([EI]\s+(\d+)\s+\d+\s+(\d+) bytes\s+\d+ msgs sent)");
  for (std::sregex_iterator at(outcome.output.begin(), outcome.output.end(), line), end; at != end; ++at) {
    sent[std::stoi((*at)[1])] += std::stod((*at)[2]);
  }
  double most = 0;
  for (const auto& [rank, bytes] : sent) most = std::max(most, bytes);
  return most;
}

}  // namespace

// Samples that never end early have the length that a plan must assume.
const Words full_length{"--sampling.stop_at_end=false"};

TEST(plan, foretells_a_run_of_every_policy) {
  const std::vector<Words> policies{
      {"--policy.name=replace", "--sampling.prompt=human", "--sampling.prompt_tokens=8", "--sampling.max_tokens=24"},
      {"--policy.name=accumulate", "--training.budget=0.5 epochs", "--text.vocabulary=320"},
      {"--policy.name=accumulate_subsample", "--policy.size=3200"},
      {"--policy.name=human_fraction", "--policy.human_fraction=0.25"}};
  for (const Words& policy : policies) {
    const Scratch scratch;
    const Words words = joined({study("tiny.ini"), "--runtime.runs=" + scratch.runs()}, joined(full_length, policy));
    const json plan = plan_of(1, words);
    EXPECT_FALSE(fs::exists(scratch.runs())) << "a plan writes nothing";
    const Outcome outcome = genloss(0, joined({"run"}, words));
    ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
    expect_as_planned(plan, only_run(scratch.runs()));
    if (HasFailure()) FAIL() << policy.front();
  }
}

TEST(plan, foretells_a_gaussian_study) {
  const Scratch scratch;
  const Words words{study("gaussian-accumulate.ini"), "--runtime.runs=" + scratch.runs(), "--gaussian.replicates=500",
                    "--gaussian.dimension=8", "--study.generations=3"};
  const json plan = plan_of(2, words);
  const double sent = bytes_sent(2, joined({"run"}, words));
  expect_as_planned(plan, only_run(scratch.runs()));
  double planned = 0;
  for (const auto& g : plan.at("generations")) planned += g.at("bytes_sent_per_rank").get<double>();
  if (sent == 0) GTEST_SKIP() << "this MPI does not count its messages";
  expect_near(planned, sent, "bytes sent");
}

TEST(plan, foretells_the_graph_of_arms_and_seeds) {
  const Scratch scratch;
  const Words words{study("gaussian-arms.ini"), "--runtime.runs=" + scratch.runs(), "--gaussian.replicates=200",
                    "--study.seeds=2", "--study.generations=2"};
  const json plan = plan_of(2, words);
  EXPECT_EQ(plan.at("chains"), 2 * plan.at("arms").size());
  EXPECT_EQ(plan.at("groups"), 2);
  EXPECT_GT(plan.at("busy_share"), 0.5);
  double alone = 0;
  for (const auto& arm : plan.at("arms")) alone += 2 * arm.at("hours").get<double>();
  EXPECT_LT(plan.at("hours"), 0.6 * alone) << "two groups, and generation 0 is shared";
  const Outcome outcome = genloss(2, joined({"run"}, words));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
  expect_near(plan.at("disk_bytes"), on_disk(scratch.runs()).bytes, "bytes on disk, what chains share once");
}

TEST(plan, foretells_what_ranks_send) {
  for (const int ranks : {2, 3, 4}) {
    const Scratch scratch;
    const Words words =
        joined({study("tiny.ini"), "--runtime.runs=" + scratch.runs(), "--study.generations=1"}, full_length);
    const json plan = plan_of(ranks, words);
    const double sent = bytes_sent(ranks, joined({"run"}, words));
    if (sent == 0) GTEST_SKIP() << "this MPI does not count its messages";
    expect_near(plan.at("generations")[0].at("bytes_sent_per_rank"), sent, "bytes sent");
    expect_as_planned(plan, only_run(scratch.runs()));
  }
}

TEST(plan, foretells_checkpoints) {
  const Scratch scratch;
  const Words words{study("tiny.ini"), "--runtime.runs=" + scratch.runs(), "--study.generations=1"};
  const json plan = plan_of(2, words);
  EXPECT_NE(genloss(2, joined({"run"}, words), {{"GENLOSS_FAULT", "kill@0:TRAINING:step-45"}}).exit_code, 0);
  const OnDisk two = on_disk(only_run(scratch.runs()) / "generation-000/checkpoints");
  // Steps 20 and 40 lie there; the plan counts a third that is being written before the first is removed.
  expect_near(plan.at("generations")[0].at("checkpoint_bytes").get<double>() * 2 / 3, two.bytes, "checkpoints");
}

TEST(plan, foretells_the_memory_of_a_rank) {
  const Scratch scratch;
  const Words words{study("tiny.ini"),
                    "--runtime.runs=" + scratch.runs(),
                    "--study.generations=1",
                    "--training.budget=512 tokens",
                    "--sampling.samples=16",
                    "--measures.test_tokens=256",
                    "--measures.corpus_tokens=256",
                    "--model.width=512",
                    "--model.heads=8",
                    "--model.layers=4",
                    "--model.context=64"};
  const json plan = plan_of(1, words);
  struct rusage before {
  }, after{};
  ::getrusage(RUSAGE_CHILDREN, &before);
  const Outcome outcome = genloss(0, joined({"run"}, words));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
  ::getrusage(RUSAGE_CHILDREN, &after);
  ASSERT_GT(after.ru_maxrss, before.ru_maxrss) << "no child before was larger, so this is the run";
  const double program = plan.at("memory").at("program"), planned = plan.at("memory").at("per_rank");
  expect_near(planned - program, 1024.0 * static_cast<double>(after.ru_maxrss) - program, "growth of memory");
}

TEST(plan, counts_what_is_there_already_as_it_is) {
  const Scratch scratch;
  const Words words{study("tiny.ini"), "--runtime.runs=" + scratch.runs(), "--study.generations=2"};
  ASSERT_EQ(genloss(0, {"run", study("tiny.ini"), words[1], "--study.generations=1"}).exit_code, 0);
  const json plan = plan_of(1, words);
  const json corpus = json_in(only_run(scratch.runs()) / "generation-000/corpus/manifest.json");
  EXPECT_TRUE(plan.at("exists"));
  EXPECT_EQ(plan.at("generations")[0].at("sampled"), true);
  EXPECT_EQ(plan.at("generations")[0].at("values"), corpus.at("values"));
  EXPECT_LT(corpus.at("values"), 64 * 32) << "some samples ended early, else this shows nothing";
  EXPECT_EQ(plan.at("generations")[1].at("sampled"), false);
  EXPECT_EQ(plan.at("generations")[1].at("values"), 64 * 32);
}

TEST(plan, says_what_would_go_wrong_and_how_to_mend_it) {
  const Words tiny{"plan", study("tiny.ini"), "--tokens-per-second-train=1000", "--tokens-per-second-sample=1000"};
  const Outcome lanes = genloss(0, joined(tiny, {"-n", "5"}));
  EXPECT_EQ(lanes.exit_code, 0) << lanes.output;
  EXPECT_NE(lanes.output.find("warning  lanes       5 ranks"), std::string::npos) << lanes.output;
  EXPECT_NE(lanes.output.find("training.lanes = 8"), std::string::npos) << lanes.output;
  const Outcome quota = genloss(0, joined(tiny, {"-n", "2", "--policy.name=human_fraction", "--policy.size=400000"}));
  EXPECT_EQ(quota.exit_code, 65) << quota.output;
  EXPECT_NE(quota.output.find("quota cannot be met"), std::string::npos) << quota.output;
  const Outcome large =
      genloss(0, joined(tiny, {"-n", "2", "--sampling.samples=99999999999", "--sampling.shard_samples=99999999"}));
  EXPECT_EQ(large.exit_code, 0) << large.output;
  for (const char* said : {"failed   disk ", "warning  shard ", "warning  time "}) {
    EXPECT_NE(large.output.find(said), std::string::npos) << said << large.output;
  }
  const Outcome node = genloss(0, joined(tiny, {"-n", "4", "--gpus-per-node", "4", "--memory-per-node=0.2"}));
  EXPECT_EQ(node.exit_code, 0) << node.output;
  EXPECT_NE(node.output.find("(1 node of 4)"), std::string::npos) << node.output;
  EXPECT_NE(node.output.find("warning  memory "), std::string::npos) << node.output;
  const Outcome gpus = genloss(0, {"plan", study("tiny.ini"), "-n", "4", "--runtime.device=cuda"});
  EXPECT_EQ(gpus.exit_code, 0) << "a plan needs no GPU\n" << gpus.output;
  EXPECT_NE(gpus.output.find("warning  time        not known without rates"), std::string::npos) << gpus.output;
  EXPECT_EQ(genloss(0, {"plan", study("tiny.ini"), "-n", "0"}).exit_code, 64);
  EXPECT_EQ(genloss(0, {"plan"}).exit_code, 64);
}

}  // namespace genloss
