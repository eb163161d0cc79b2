// Bad input: an error that names operation, object and a way out, the right exit code, and nothing changed on disk.

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "storage/files/durable.hpp"
#include "tests/support/program.hpp"

namespace genloss {
namespace {

using namespace tests;  // NOLINT
namespace fs = std::filesystem;

/// Runs tiny.ini with `options` and expects it to be refused before anything is made.
void expect_refused(const std::vector<std::string>& options, int exit_code, const std::vector<std::string>& told,
                    int ranks = 0, const Environment& environment = {}) {
  const Scratch scratch;
  std::vector<std::string> words{"run", study("tiny.ini"), "--runtime.runs=" + scratch.runs()};
  words.insert(words.end(), options.begin(), options.end());
  const Outcome outcome = genloss(ranks, words, environment);
  EXPECT_EQ(outcome.exit_code, exit_code) << outcome.output;
  for (const auto& text : told)
    EXPECT_NE(outcome.output.find(text), std::string::npos) << text << "\nin\n" << outcome.output;
  EXPECT_NE(outcome.output.find("hint: "), std::string::npos) << outcome.output;
  EXPECT_FALSE(fs::exists(scratch.runs())) << "a refused study must leave nothing";
}

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

/// A small finished run to damage.
struct FinishedRun {
  Scratch scratch;
  std::vector<std::string> words{"run", study("tiny.ini"), "--study.generations=2", "--runtime.runs=" + scratch.runs()};
  fs::path run;
  FinishedRun() {
    const Outcome outcome = genloss(0, words);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
    run = only_run(scratch.runs());
  }
};

void flip_a_byte(const fs::path& file, double where = 0.6) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  const auto at = static_cast<std::streamoff>(where * static_cast<double>(fs::file_size(file)));
  stream.seekg(at);
  const char old = static_cast<char>(stream.get());
  stream.seekp(at);
  stream.put(static_cast<char>(old ^ 0x20));
}

}  // namespace

TEST(bad_input, unknown_and_ill_typed_options) {
  expect_refused({"--training.learning_rat=0.1"}, 64, {"training.learning_rat", "training.learning_rate"});
  expect_refused({"--training.batch=many"}, 64, {"training.batch", "many"});
  expect_refused({"--sampling.top_p=1.5"}, 64, {"sampling.top_p", "1.5"});
  expect_refused({"--training.lanes=3"}, 64, {"training.lanes"});
  expect_refused({"--policy.name=replce"}, 64, {"policy.name", "replace"});
}

TEST(bad_input, errors_met_by_all_ranks_are_told_once) {
  const Outcome outcome = genloss(3, {"run", study("tiny.ini"), "--training.batch=many"});
  EXPECT_EQ(outcome.exit_code, 64) << outcome.output;
  const auto first = outcome.output.find("genloss: error");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(outcome.output.find("genloss: error", first + 1), std::string::npos) << outcome.output;
}

TEST(bad_input, quota_that_cannot_be_met) {
  expect_refused({"--policy.name=human_fraction", "--policy.human_fraction=1", "--sampling.samples=4096"}, 65,
                 {"quota cannot be met", "held_out"});
  expect_refused({"--policy.size=100M"}, 65, {"quota cannot be met", "corpus of generation 0"});
}

TEST(bad_input, human_text_missing_empty_or_not_utf8) {
  const Scratch scratch;
  const fs::path text = scratch.path() / "text.txt";
  expect_refused({"--data.source=" + text.string()}, 65, {text.string()});
  write(text, "");
  expect_refused({"--data.source=" + text.string()}, 65, {"text.txt"});
  write(text, "good text\n\nbad \xC3\x28 text\n");
  expect_refused({"--data.source=" + text.string()}, 65, {"text.txt", "UTF-8"}, 2);
  write(text, std::string("nul \0 byte", 10));
  expect_refused({"--data.source=" + text.string()}, 65, {"text.txt"});
}

TEST(bad_input, world_size_that_slurm_did_not_ask_for) {
  const Outcome outcome = genloss(0, {"run", study("tiny.ini")}, {{"SLURM_NTASKS", "4"}});
  EXPECT_EQ(outcome.exit_code, 69) << outcome.output;
  for (const char* told : {"SLURM_NTASKS", "4 tasks", "1 rank", "--mpi=pmix", "hint: "}) {
    EXPECT_NE(outcome.output.find(told), std::string::npos) << told << "\n" << outcome.output;
  }
}

TEST(bad_input, a_device_that_is_not_there) {
  if (::dlopen("libcuda.so.1", RTLD_NOW) != nullptr) GTEST_SKIP() << "there is an NVIDIA driver";
  for (const int ranks : {0, 3}) {
    expect_refused({"--runtime.device=cuda"}, 69, {"runtime.device = cuda", "libcuda.so.1", "driver"}, ranks);
  }
}

TEST(bad_input, bf16_on_this_machines_cores) {
  expect_refused({"--training.precision=bf16"}, 64, {"training.precision", "runtime.device"});
}

TEST(bad_input, no_such_study_file_or_command) {
  EXPECT_EQ(genloss(0, {"run", "/nowhere/study.ini"}).exit_code, 65);
  EXPECT_EQ(genloss(0, {"run"}).exit_code, 64);
  EXPECT_EQ(genloss(0, {"sprint"}).exit_code, 64);
  EXPECT_EQ(genloss(0, {"status", "/nowhere"}).exit_code, 65);
  EXPECT_EQ(genloss(0, {"verify", "/nowhere"}).exit_code, 65);
}

TEST(bad_input, a_run_directory_in_use_is_refused_and_left_alone) {
  const Scratch scratch;
  const std::string base =
      std::string(GENLOSS_BINARY_DIR) + "/genloss run " + study("tiny.ini") + " --runtime.runs=" + scratch.runs();
  const Outcome outcome =
      shell(base + " --study.generations=500 --runtime.progress=none > /dev/null & p=$!; sleep 1.5; " + base +
            "; code=$?; kill -TERM $p; wait $p; exit $code");
  EXPECT_EQ(outcome.exit_code, 69) << outcome.output;
  EXPECT_NE(outcome.output.find("in use"), std::string::npos) << outcome.output;
  (void)verified_digests(only_run(scratch.runs()));
}

TEST(bad_input, a_run_directory_of_another_study) {
  FinishedRun finished;
  const fs::path ini = finished.run / "study.ini";
  std::string text = storage::read_text(ini);
  text.replace(text.find("sha256:") + 20, 4, "0000");
  write(ini, text);
  const Outcome outcome = genloss(0, finished.words);
  EXPECT_EQ(outcome.exit_code, 65) << outcome.output;
  EXPECT_NE(outcome.output.find("belongs to study"), std::string::npos) << outcome.output;
}

TEST(bad_input, damage_is_found_by_verify_and_named) {
  FinishedRun finished;
  const struct {
    std::string file, artefact;
  } cases[] = {{"generation-000/corpus/shards/00/000001.h5", "generation 0 corpus"},
               {"generation-001/model/model.safetensors", "generation 1 model"},
               {"generation-001/mix.json", "generation 1 mix"},
               {"generation-000/measures.json", "generation 0 measures"},
               {"generation-000/corpus/manifest.json", "generation 0 corpus"}};
  for (const auto& damage : cases) {
    const fs::path file = finished.run / damage.file;
    const std::string good = storage::read_text(file);
    flip_a_byte(file);
    Outcome outcome = genloss(0, {"verify", finished.run.string()});
    EXPECT_EQ(outcome.exit_code, 65) << damage.file << "\n" << outcome.output;
    auto line = outcome.output.find(damage.artefact);
    ASSERT_NE(line, std::string::npos) << outcome.output;
    EXPECT_NE(outcome.output.find(" DAMAGED ", line), std::string::npos) << outcome.output;
    fs::remove(file);
    outcome = genloss(0, {"verify", finished.run.string()});
    EXPECT_EQ(outcome.exit_code, 65) << outcome.output;
    EXPECT_NE(outcome.output.find(" MISSING "), std::string::npos) << damage.file << "\n" << outcome.output;
    write(file, good);
  }
  (void)verified_digests(finished.run);
}

TEST(bad_input, damage_stops_a_run_that_would_build_on_it) {
  FinishedRun finished;
  auto longer = finished.words;
  longer.push_back("--study.generations=3");
  for (const std::string file : {"generation-001/corpus/manifest.json", "generation-001/model/manifest.json",
                                 "journal.jsonl", "generation-001/model/model.safetensors"}) {
    const fs::path path = finished.run / file;
    const std::string good = storage::read_text(path);
    flip_a_byte(path, 0.3);
    const Outcome outcome = genloss(2, longer);
    EXPECT_EQ(outcome.exit_code, 65) << file << "\n" << outcome.output;
    EXPECT_NE(outcome.output.find(fs::path(file).filename().string()), std::string::npos) << outcome.output;
    EXPECT_NE(outcome.output.find("hint: "), std::string::npos) << outcome.output;
    write(path, good);
  }
}

TEST(bad_input, a_journal_that_lost_lines_is_found_by_verify) {
  FinishedRun finished;
  const fs::path journal = finished.run / "journal.jsonl";
  const std::string good = storage::read_text(journal);
  write(journal, "");
  const Outcome empty = genloss(0, {"verify", finished.run.string()});
  EXPECT_EQ(empty.exit_code, 65) << empty.output;
  EXPECT_NE(empty.output.find("journal.jsonl"), std::string::npos) << empty.output;
  write(journal, good);
  (void)verified_digests(finished.run);
}

TEST(bad_input, a_damaged_or_missing_shard_is_drawn_again_before_it_is_used) {
  FinishedRun finished, undisturbed;
  auto longer = finished.words, same = undisturbed.words;
  longer.push_back("--study.generations=3");
  same.push_back("--study.generations=3");
  const fs::path shards = finished.run / "generation-001/corpus/shards/00";
  const std::string good = storage::read_text(shards / "000000.h5");
  flip_a_byte(shards / "000000.h5", 0.3);
  fs::remove(shards / "000001.h5");
  fs::copy_file(shards / "000003.h5", shards / "000002.h5", fs::copy_options::overwrite_existing);
  const Outcome outcome = genloss(2, longer);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_NE(outcome.output.find("corpus 1: 3 damaged shards were drawn again"), std::string::npos) << outcome.output;
  EXPECT_EQ(storage::read_text(shards / "000000.h5"), good);
  ASSERT_EQ(genloss(0, same).exit_code, 0);
  EXPECT_EQ(verified_digests(finished.run), verified_digests(undisturbed.run));
}

TEST(bad_input, what_dead_attempts_left_half_written_is_swept) {
  const Scratch scratch;
  const std::vector<std::string> words{"run", study("tiny.ini"), "--study.generations=1",

                                       "--runtime.checkpoint_steps=5", "--runtime.runs=" + scratch.runs()};
  const auto leave = [&](const std::string& fault, const fs::path& file) {
    EXPECT_NE(genloss(0, words, {{"GENLOSS_FAULT", fault}}).exit_code, 0) << fault;
    const fs::path partial = storage::partial_path(only_run(scratch.runs()) / "generation-000" / file, "dead-1");
    write(fs::canonical(partial.parent_path()) / partial.filename(), "half");
  };
  leave("kill@0:TRAINING:step-20", "checkpoints/step-000001");
  leave("kill@0:SAMPLING:shard-1", "corpus/shards/00/000003.h5");
  const Outcome outcome = genloss(0, words);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  for (const auto& entry : fs::recursive_directory_iterator(scratch.runs())) {
    const std::string name = entry.path().filename().string();
    for (const char* left : {".partial-", ".work-", ".claim", ".trash-"}) {
      EXPECT_EQ(name.find(left), std::string::npos) << entry.path();
    }
  }
  (void)verified_digests(only_run(scratch.runs()));
}

TEST(bad_input, a_damaged_checkpoint_is_an_error_and_never_a_fresh_start) {
  const Scratch scratch;
  const std::vector<std::string> words{"run", study("tiny.ini"), "--study.generations=1",
                                       "--runtime.checkpoint_steps=8", "--runtime.runs=" + scratch.runs()};
  (void)genloss(2, words, {{"GENLOSS_FAULT", "kill@0:TRAINING:step-20"}});
  fs::path newest;
  for (const auto& entry : fs::recursive_directory_iterator(scratch.runs())) {
    const bool payload = entry.path().filename().string().rfind("slice-", 0) == 0;
    if (payload && (newest.empty() || newest.parent_path() < entry.path().parent_path())) newest = entry.path();
  }
  ASSERT_FALSE(newest.empty()) << "no checkpoint was written";
  flip_a_byte(newest);
  const Outcome outcome = genloss(1, words);
  EXPECT_EQ(outcome.exit_code, 65) << outcome.output;
  EXPECT_NE(outcome.output.find(newest.parent_path().filename().string()), std::string::npos) << outcome.output;
  EXPECT_NE(outcome.output.find("hint: "), std::string::npos) << outcome.output;
}

}  // namespace genloss
