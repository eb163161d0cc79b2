// What runtime.keep drops, and what can be done without it.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "storage/files/durable.hpp"
#include "storage/files/run_lock.hpp"
#include "tests/support/program.hpp"

namespace genloss::keeping {
namespace {

using namespace tests;  // NOLINT
namespace fs = std::filesystem;
using Words = std::vector<std::string>;

Words gaussian(const std::string& runs, const Words& more = {}) {
  Words words{"run", study("gaussian-replace.ini"), "--runtime.runs=" + runs, "--gaussian.replicates=50",
              "--study.generations=3"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// As `verify` prints them, with its exit code 0: "generation 1 corpus" -> "sha256:... ok" or "sha256:... DROPPED".
std::map<std::string, std::string> verified(const fs::path& run) {
  const Outcome outcome = genloss(0, {"verify", run.string()});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  std::map<std::string, std::string> artefacts;
  std::istringstream lines(outcome.output);
  for (std::string line; std::getline(lines, line);) {
    const auto at = line.find(" sha256:");
    if (at != std::string::npos) artefacts[line.substr(0, at)] = line.substr(at + 1);
  }
  return artefacts;
}
bool is_dropped(const std::string& told) { return told.find(" DROPPED") != std::string::npos; }
std::map<std::string, std::string> digests(const fs::path& run) {
  auto artefacts = verified(run);
  for (auto& [name, told] : artefacts) told.resize(71);
  return artefacts;
}
int dropped(const fs::path& run) {
  int count = 0;
  for (const auto& [name, told] : verified(run)) count += is_dropped(told) ? 1 : 0;
  return count;
}

/// Entries of the store, "model/9f86...", but for descriptions of what was dropped.
std::vector<std::string> stored(const std::string& runs) {
  std::vector<std::string> names;
  for (const auto& kind : fs::directory_iterator(fs::path(runs) / ".store")) {
    if (kind.path().filename().string().rfind("dropped-", 0) == 0) continue;
    for (const auto& artefact : fs::directory_iterator(kind)) {
      names.push_back(kind.path().filename().string() + "/" + artefact.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}
long count(const std::vector<std::string>& names, const std::string& kind) {
  return std::count_if(names.begin(), names.end(), [&](const auto& name) { return name.rfind(kind + "/", 0) == 0; });
}

void expect_same_measures(const fs::path& one, const fs::path& other, int generations) {
  for (int n = 0; n < generations; ++n) {
    const std::string file = "generation-00" + std::to_string(n) + "/measures.json";
    std::stringstream a, b;
    a << std::ifstream(one / file).rdbuf();
    b << std::ifstream(other / file).rdbuf();
    EXPECT_FALSE(a.str().empty()) << file;
    EXPECT_EQ(a.str(), b.str()) << file;
  }
}

}  // namespace

TEST(retention, measures_alone_are_those_of_a_run_that_keeps_all) {
  const Scratch scratch;
  ASSERT_EQ(genloss(0, gaussian(scratch.runs("all"))).exit_code, 0);
  const fs::path all = only_run(scratch.runs("all"));
  for (const int ranks : {0, 3}) {
    const std::string runs = scratch.runs("measures-" + std::to_string(ranks));
    const Outcome outcome = genloss(ranks, gaussian(runs, {"--runtime.keep=measures"}));
    ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
    EXPECT_NE(outcome.output.find("dropped by runtime.keep: 6 artefacts"), std::string::npos) << outcome.output;
    const fs::path run = only_run(runs);
    EXPECT_EQ(run.filename(), all.filename()) << "keep is outside the digest";
    EXPECT_EQ(digests(run), digests(all));
    expect_same_measures(run, all, 3);
    for (const auto& [artefact, told] : verified(run)) {
      const bool large = artefact.find("model") != std::string::npos || artefact.find("corpus") != std::string::npos;
      EXPECT_EQ(is_dropped(told), large) << artefact;
    }
    EXPECT_EQ(count(stored(runs), "model") + count(stored(runs), "corpus"), 0);
    const Outcome again = genloss(0, gaussian(runs, {"--runtime.keep=measures"}));
    EXPECT_EQ(again.exit_code, 0) << again.output;
    EXPECT_EQ(again.output.find("training: 100 units"), std::string::npos) << "nothing is made again\n" << again.output;
    const Outcome show = genloss(0, {"show", run.string()});
    EXPECT_EQ(show.exit_code, 64);
    EXPECT_NE(show.output.find("it was dropped (runtime.keep)"), std::string::npos) << show.output;
    EXPECT_EQ(genloss(0, {"compare", run.string(), all.string()}).exit_code, 0);
    const Outcome status = genloss(0, {"status", run.string()});
    EXPECT_NE(status.output.find("dropped by runtime.keep: 6 models and corpora"), std::string::npos) << status.output;
  }
}

TEST(retention, of_text_too) {
  const Scratch scratch;
  const auto at = [&](const std::string& keep) {
    const std::string runs = scratch.runs(keep);
    const Outcome outcome = genloss(2, {"run", study("tiny.ini"), "--runtime.runs=" + runs, "--study.generations=2",
                                        "--training.budget=30k tokens", "--runtime.keep=" + keep});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
    return only_run(runs);
  };
  const fs::path all = at("all"), measures = at("measures");
  EXPECT_EQ(digests(measures), digests(all));
  expect_same_measures(measures, all, 2);
  EXPECT_EQ(dropped(measures), 4);
  EXPECT_TRUE(fs::exists(measures / "generation-001/training.jsonl")) << "how training went is told for ever";
  const Outcome copy = shell("cp -rL " + measures.string() + " " + scratch.runs("copy"));
  ASSERT_EQ(copy.exit_code, 0) << copy.output;
  EXPECT_EQ(digests(scratch.runs("copy")), digests(all)) << "a copy stands alone";
}

TEST(retention, more_generations_make_again_what_they_need) {
  const Scratch scratch;
  ASSERT_EQ(genloss(0, gaussian(scratch.runs("all"), {"--study.generations=4"})).exit_code, 0);
  const auto expected = digests(only_run(scratch.runs("all")));
  for (const std::string keep : {"mixes", "measures"}) {
    const std::string runs = scratch.runs(keep);
    ASSERT_EQ(genloss(0, gaussian(runs, {"--runtime.keep=" + keep})).exit_code, 0);
    const Outcome more = genloss(2, gaussian(runs, {"--runtime.keep=" + keep, "--study.generations=4"}));
    ASSERT_EQ(more.exit_code, 0) << more.output;
    std::size_t trained = 0;
    for (auto at = more.output.find("training: 100 units"); at != std::string::npos; ++trained) {
      at = more.output.find("training: 100 units", at + 1);
    }
    EXPECT_EQ(trained, keep == "mixes" ? 1u : 4u) << "the new one alone; or all that it descends from\n" << more.output;
    EXPECT_EQ(digests(only_run(runs)), expected);
    const Outcome whole = genloss(0, gaussian(runs, {"--runtime.keep=all", "--study.generations=4"}));
    EXPECT_EQ(whole.exit_code, 0) << whole.output;
    EXPECT_EQ(dropped(only_run(runs)), 0);
    EXPECT_EQ(stored(runs), stored(scratch.runs("all")));
  }
}

TEST(retention, what_comes_out_otherwise_than_before_it_was_dropped_ends_the_run) {
  const Scratch scratch;
  ASSERT_EQ(genloss(0, gaussian(scratch.runs(), {"--runtime.keep=measures"})).exit_code, 0);
  const fs::path left = only_run(scratch.runs()) / "generation-001/corpus/dropped.json";
  const auto was = storage::read_json(left, "genloss dropped artefact", 1);
  nlohmann::ordered_json other = was;
  other["digest"] = "sha256:" + std::string(64, '0');
  storage::write_json_durably(left, "genloss dropped artefact", 1, other);
  const Outcome again = genloss(0, gaussian(scratch.runs(), {"--runtime.keep=all"}));
  EXPECT_EQ(again.exit_code, 70) << again.output;
  EXPECT_NE(again.output.find("before it was dropped"), std::string::npos) << again.output;
}

TEST(retention, of_one_run_leaves_what_another_links_to) {
  const Scratch scratch;
  const std::string runs = scratch.runs();
  ASSERT_EQ(genloss(0, gaussian(runs)).exit_code, 0);
  const fs::path keeps = only_run(runs);
  const auto before = verified(keeps);
  ASSERT_EQ(genloss(0, gaussian(runs, {"--study.name=other", "--runtime.keep=measures"})).exit_code, 0);
  EXPECT_EQ(verified(keeps), before) << "all ok, none dropped";
  for (const fs::path& run : all_runs(runs)) {
    if (run == keeps) continue;
    EXPECT_EQ(dropped(run), 6);
  }
  const Outcome more = genloss(0, gaussian(runs, {"--study.name=other", "--study.generations=4"}));
  ASSERT_EQ(more.exit_code, 0) << more.output;
  EXPECT_NE(more.output.find("training: in the store already"), std::string::npos) << more.output;
}

TEST(retention, of_arms_and_seeds_drops_what_is_shared_once_the_last_has_read_it) {
  const Scratch scratch;
  const Words chains{"--study.seeds=2", "--arms.replace=policy.name=replace",
                     "--arms.accumulate=policy.name=accumulate"};
  ASSERT_EQ(genloss(2, gaussian(scratch.runs("all"), chains)).exit_code, 0);
  Words part = chains;
  part.insert(part.end(), {"--runtime.keep=measures", "--arm=replace"});
  const std::string runs = scratch.runs("measures");
  ASSERT_EQ(genloss(2, gaussian(runs, part)).exit_code, 0);
  EXPECT_EQ(count(stored(runs), "model"), 2) << "generation 0 of both seeds: the other arm starts from it";
  part.back() = "--arm=accumulate";
  ASSERT_EQ(genloss(3, gaussian(runs, part)).exit_code, 0);
  EXPECT_EQ(count(stored(runs), "model") + count(stored(runs), "corpus"), 0);
  EXPECT_EQ(digests(only_run(runs)), digests(only_run(scratch.runs("all"))));
}

TEST(retention, a_study_that_does_not_fit_is_refused_before_it_begins) {
  const Scratch scratch;
  const Words huge{"--sampling.samples=20000G", "--sampling.shard_samples=10M"};
  const Outcome refused = genloss(2, gaussian(scratch.runs(), huge));
  EXPECT_EQ(refused.exit_code, 74) << refused.output;
  for (const char* said : {"more on disk, and", "are free at", "runtime.keep=measures"}) {
    EXPECT_NE(refused.output.find(said), std::string::npos) << said << "\n" << refused.output;
  }
  EXPECT_FALSE(fs::exists(only_run(scratch.runs()) / "generation-000"));
  auto words = gaussian(scratch.runs(), huge);
  words.front() = "plan";
  const Outcome plan = genloss(0, words);
  EXPECT_EQ(plan.exit_code, 0) << plan.output;
  EXPECT_NE(plan.output.find("failed   disk "), std::string::npos) << plan.output;
  EXPECT_NE(plan.output.find("runtime.keep = measures"), std::string::npos) << plan.output;
}

TEST(retention, a_study_larger_than_the_disk_runs_if_what_it_keeps_fits) {
  const Scratch scratch;
  // Eight generations of 4 MB each on a disk of 20 MB.
  const std::string job = program() + " run " + study("gaussian-replace.ini") +
                          " --gaussian.replicates=5000 --study.generations=8 --runtime.runs=" + scratch.runs();
  const Outcome outcome =
      shell("mkdir " + scratch.runs() + "; unshare --mount sh -c 'mount -t tmpfs -o size=20m none " + scratch.runs() +
            " || exit 77; " + job + " >/dev/null 2>" + scratch.runs("refused") +
            "; echo refused $?; grep -c \"more on disk\" " + scratch.runs("refused") + "; " + job +
            " --runtime.keep=measures >/dev/null; echo ran $?; " + program() + " verify " + scratch.runs() +
            "/gauss* | grep -c DROPPED'");
  if (outcome.exit_code == 77 || outcome.output.find("unshare") != std::string::npos) {
    GTEST_SKIP() << "no small disk can be made here";
  }
  EXPECT_NE(outcome.output.find("refused 74\n1\nran 0\n16\n"), std::string::npos) << outcome.output;
}

TEST(retention, is_planned_for) {
  const Scratch scratch;
  const auto plan_of = [&](const std::string& runs, const std::string& keep) {
    auto words = gaussian(runs, {"--runtime.keep=" + keep, "--json"});
    words.front() = "plan";
    const Outcome outcome = genloss(0, words);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
    return nlohmann::json::parse(outcome.output, nullptr, false);
  };
  for (const std::string keep : {"all", "mixes", "measures"}) {
    const std::string runs = scratch.runs(keep);
    const auto plan = plan_of(runs, keep);
    ASSERT_EQ(genloss(0, gaussian(runs, {"--runtime.keep=" + keep})).exit_code, 0);
    double bytes = 0;
    std::uint64_t files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(runs)) {
      if (!entry.is_regular_file() || entry.is_symlink()) continue;
      bytes += static_cast<double>(entry.file_size());
      ++files;
    }
    EXPECT_NEAR(plan.at("disk_bytes"), bytes, 0.1 * bytes) << keep;
    EXPECT_EQ(plan.at("files"), files) << keep;
    EXPECT_GE(plan.at("peak_disk_bytes"), plan.at("disk_bytes"));
    const auto again = plan_of(runs, keep);
    EXPECT_EQ(again.at("needed_bytes"), 0) << keep << ": nothing is left to be done";
    EXPECT_EQ(again.at("hours"), 0) << keep;
    if (keep == "all") continue;
    EXPECT_GT(plan_of(runs, "all").at("needed_bytes"), 100'000) << "what was dropped is made again";
  }
}

TEST(gc, drops_after_the_fact_and_clears_what_no_run_links_to) {
  const Scratch scratch;
  const std::string runs = scratch.runs();
  ASSERT_EQ(genloss(0, gaussian(runs)).exit_code, 0);
  const fs::path first = only_run(runs);
  ASSERT_EQ(genloss(0, gaussian(runs, {"--study.name=other", "--study.seed=5"})).exit_code, 0);
  const auto full = stored(runs), before = stored(runs);
  const Outcome dry = genloss(0, {"gc", first.string(), "--keep=measures", "--dry-run"});
  EXPECT_EQ(dry.exit_code, 0) << dry.output;
  EXPECT_NE(dry.output.find("corpus of generation 2 is dropped"), std::string::npos) << dry.output;
  EXPECT_EQ(stored(runs), before) << "a dry run removes nothing";
  {
    const storage::RunLock held(first);
    const Outcome refused = genloss(0, {"gc", first.string(), "--keep=measures"});
    EXPECT_EQ(refused.exit_code, 69) << refused.output;
    EXPECT_NE(refused.output.find("in use by process"), std::string::npos) << refused.output;
    const Outcome rest = genloss(0, {"gc", runs});
    EXPECT_EQ(rest.exit_code, 0) << rest.output;
    EXPECT_NE(rest.output.find("left as it is"), std::string::npos) << rest.output;
    EXPECT_EQ(stored(runs), before);
  }
  ASSERT_EQ(genloss(0, {"gc", first.string(), "--keep=measures"}).exit_code, 0);
  EXPECT_EQ(dropped(first), 6);
  EXPECT_EQ(stored(runs).size(), full.size() - 6);
  fs::remove_all(first);
  const Outcome swept = genloss(0, {"gc", runs});
  EXPECT_EQ(swept.exit_code, 0) << swept.output;
  EXPECT_NE(swept.output.find("no run links to it"), std::string::npos) << swept.output;
  EXPECT_EQ(stored(runs).size(), full.size() / 2);
  EXPECT_TRUE(fs::is_empty(fs::path(runs) / ".store/dropped-model"));
  EXPECT_EQ(dropped(only_run(runs)), 0) << "the other run is whole";
  const Outcome nothing = genloss(0, {"gc", runs});
  EXPECT_NE(nothing.output.find("freed 0 B in 0 files"), std::string::npos) << nothing.output;
  EXPECT_EQ(genloss(0, {"gc", scratch.path().string()}).exit_code, 65);
  EXPECT_EQ(genloss(0, {"gc", runs, "--keep=some"}).exit_code, 64);
}

TEST(gc, clears_the_work_of_the_dead_and_not_what_an_interrupted_run_goes_on_from) {
  const Scratch scratch;
  const std::string runs = scratch.runs();
  EXPECT_NE(genloss(0, gaussian(runs), {{"GENLOSS_FAULT", "kill@1:SAMPLING:shard-1"}}).exit_code, 0);
  const auto interrupted = stored(runs);
  EXPECT_EQ(genloss(0, {"gc", runs}).exit_code, 0);
  EXPECT_EQ(stored(runs), interrupted) << "two shards are drawn already";
  fs::remove_all(only_run(runs));
  const Outcome swept = genloss(0, {"gc", runs});
  EXPECT_EQ(swept.exit_code, 0) << swept.output;
  EXPECT_NE(swept.output.find("left-over work of an attempt that died"), std::string::npos) << swept.output;
  EXPECT_EQ(stored(runs), std::vector<std::string>());
}

}  // namespace genloss::keeping
