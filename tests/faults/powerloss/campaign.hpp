#pragma once
// What the tests of power loss and of failing calls share: the two studies, their recordings, and how many cases are
// tried.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/faults/powerloss/disk.hpp"
#include "tests/support/program.hpp"

namespace genloss::powerloss {

/// From so many cases on, a small study is tried in full.
constexpr std::size_t long_form = 200;

struct Study {
  std::string name;
  std::vector<std::string> words;
  std::size_t few;  ///< cases in the short form
  bool small;       ///< all cases are tried in the long form
};

/// One whose steps are closed formulas, and one with a tokenizer, training, checkpoints and a corpus that is cut.
inline const Study gaussian{"gaussian",
                            {tests::study("gaussian-replace.ini"), "--study.generations=2", "--sampling.samples=20",
                             "--sampling.shard_samples=10", "--gaussian.replicates=4"},
                            20,
                            true};
inline const Study text{
    "text",
    {tests::study("tiny.ini"), "--study.generations=2", "--training.budget=4k tokens", "--runtime.checkpoint_steps=4",
     "--text.vocabulary=320", "--sampling.tokens=900", "--sampling.shard_samples=8"},
    4,
    false};

inline std::string variable(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

inline tests::Outcome run(const Study& study, const std::string& runs, const tests::Environment& environment = {}) {
  std::vector<std::string> words{"run"};
  words.insert(words.end(), study.words.begin(), study.words.end());
  words.push_back("--runtime.runs=" + runs);
  return tests::genloss(0, words, environment);
}

/// Of the recorder, for what works in `folder`/disk; it appends to `folder`/log.
inline tests::Environment recorded_in(const std::filesystem::path& folder) {
  return {{"LD_PRELOAD", GENLOSS_RECORDER},
          {root_variable, (folder / "disk").string()},
          {log_variable, (folder / "log").string()}};
}

/// The program with the recorder before it. @param fail "17:5", or "" for none
inline tests::Outcome run_recorded(const Study& study, const std::filesystem::path& folder,
                                   const std::string& fail = {}) {
  std::filesystem::create_directory(folder / "disk");
  tests::Environment environment = recorded_in(folder);
  if (!fail.empty()) environment[fail_variable] = fail;
  return run(study, (folder / "disk" / "runs").string(), environment);
}

struct Recording {
  std::filesystem::path root;  ///< what paths of the records begin with
  std::vector<Record> records;
  std::map<std::string, std::string> digests;
};

/// An undisturbed run; made once a study.
inline const Recording& recording_of(const Study& study) {
  static std::map<std::string, Recording> made;
  const auto known = made.find(study.name);
  if (known != made.end()) return known->second;
  const tests::Scratch scratch;
  const auto outcome = run_recorded(study, scratch.path());
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  return made[study.name] = {scratch.path() / "disk", read_records(scratch.path() / "log"),
                             tests::verified_digests(tests::only_run(scratch.path() / "disk" / "runs"))};
}

/// The run goes on from what is below `folder`/runs: same digests, nothing left over. @return what is wrong, or ""
inline std::string complaint_after_resume(const Study& study, const std::filesystem::path& folder,
                                          const tests::Environment& environment = {}) {
  const auto outcome = run(study, (folder / "runs").string(), environment);
  if (outcome.exit_code != 0) return "resumed: exit " + std::to_string(outcome.exit_code) + ": " + outcome.output;
  if (tests::verified_digests(tests::only_run(folder / "runs")) != recording_of(study).digests) return "other digests";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder / "runs")) {
    const std::string name = entry.path().filename();
    if (name.find(".partial-") != std::string::npos || name.starts_with(".trash-")) return "left over: " + name;
  }
  return {};
}

/// Tries `cases`, or a sample of them, on two threads; `test` returns what is wrong, or "".
inline void try_cases(const Study& study, std::vector<std::function<std::string()>> cases) {
  const std::string many = variable("GENLOSS_POWERLOSS_SAMPLES", ""), seed = variable("GENLOSS_POWERLOSS_SEED", "1");
  const std::size_t all = cases.size();
  const std::size_t asked = many.empty() ? study.few : std::stoul(many);
  const std::size_t sample = study.small && asked >= long_form ? all : asked;
  std::mt19937_64 random(std::stoul(seed));
  std::shuffle(cases.begin(), cases.end(), random);
  cases.resize(std::min(sample, all));
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::vector<std::string> complaints;
  const auto work = [&] {
    for (std::size_t i = next++; i < cases.size(); i = next++) {
      const std::string complaint = cases[i]();
      const std::lock_guard guard(mutex);
      if (!complaint.empty()) complaints.push_back(complaint);
    }
  };
  std::thread other(work);
  work();
  other.join();
  std::printf("%s study: %zu of %zu cases tried, seed %s, %zu failed\n", study.name.c_str(), cases.size(), all,
              seed.c_str(), complaints.size());
  for (const auto& complaint : complaints) ADD_FAILURE() << complaint;
}

class OfStudy : public testing::TestWithParam<const Study*> {};
inline std::string name_of_study(const testing::TestParamInfo<const Study*>& instance) { return instance.param->name; }

}  // namespace genloss::powerloss
