// Damage that comes while a run is under way: what was good at the start need not be so when it is read.

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <sstream>
#include <thread>

#include <nlohmann/json.hpp>

#include "storage/corpus/shard.hpp"
#include "storage/files/durable.hpp"
#include "tests/support/program.hpp"

namespace genloss {
namespace {

using namespace tests;  // NOLINT
namespace fs = std::filesystem;

std::vector<std::string> two_generations(const std::string& runs) {
  return {"run", study("tiny.ini"), "--study.generations=2", "--runtime.runs=" + runs};
}

bool is_frozen(int process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string text;
  std::getline(file, text);
  return text.find(") T ") != std::string::npos;
}

/// Rank 0's process once it has frozen itself at a fault point; 0 if it does not within a minute.
int frozen_process(const fs::path& runs) {
  for (int i = 0; i < 600; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    for (const fs::path& run : all_runs(runs)) {
      std::ifstream file(run / "progress.json");
      const auto progress = nlohmann::json::parse(file, nullptr, false);
      if (progress.is_discarded()) continue;
      if (const int process = progress.value("process", 0); process > 0 && is_frozen(process)) return process;
    }
  }
  return 0;
}

/// Runs tiny.ini, and does `damage` to the run while rank 0 stands still at `place`.
Outcome run_damaged_at(const std::string& place, int ranks, const std::string& runs,
                       const std::function<void(const fs::path& run)>& damage,
                       const std::vector<std::string>& options = {}) {
  auto all = two_generations(runs);
  all.insert(all.end(), options.begin(), options.end());
  auto outcome = std::async(std::launch::async, [&] {
    return genloss(ranks, all, {{"GENLOSS_FAULT", "freeze@" + place}});
  });
  const int process = frozen_process(runs);
  EXPECT_GT(process, 0) << "it never came to " << place;
  if (process > 0) {
    damage(only_run(runs));
    ::kill(process, SIGCONT);
  }
  return outcome.get();
}

void flip(const fs::path& file, std::size_t at) {
  std::string bytes = storage::read_text(file);
  bytes.at(at) = static_cast<char>(bytes.at(at) ^ 1);
  fs::permissions(file, fs::perms::owner_write, fs::perm_options::add);
  std::fstream(file, std::ios::in | std::ios::out | std::ios::binary)
      .write(bytes.data(), static_cast<long>(bytes.size()));
}

/// A token of every shard of a corpus; the files stay the same files.
void flip_tokens(const fs::path& corpus) {
  for (const auto& entry : fs::recursive_directory_iterator(corpus / "shards/")) {
    if (entry.path().extension() != ".h5") continue;
    std::string values(64, '\0');
    storage::ShardReader(entry.path()).read_values(0, std::as_writable_bytes(std::span(values)));
    flip(entry.path(), storage::read_text(entry.path()).find(values) + 10);
  }
}

const std::map<std::string, std::string>& undamaged() {
  static const auto digests = [] {
    const Scratch scratch;
    EXPECT_EQ(genloss(1, two_generations(scratch.runs())).exit_code, 0);
    return verified_digests(only_run(scratch.runs()));
  }();
  return digests;
}

}  // namespace

TEST(damage_in_use, tokens_that_turn_while_a_training_reads_them_are_drawn_again) {
  for (const int ranks : {0, 2}) {
    const Scratch scratch;
    const Outcome outcome = run_damaged_at("1:TRAINING:step-25", ranks, scratch.runs(),
                                           [](const fs::path& run) { flip_tokens(run / "generation-000/corpus"); });
    ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
    EXPECT_NE(outcome.output.find("corpus 0: 4 damaged shards were drawn again"), std::string::npos) << outcome.output;
    EXPECT_EQ(verified_digests(only_run(scratch.runs())), undamaged()) << ranks << " ranks";
    // The training went on where it was, not from the checkpoint of step 20.
    std::ifstream log(only_run(scratch.runs()) / "generation-001/training.jsonl");
    std::ostringstream lines;
    lines << log.rdbuf();
    EXPECT_NE(lines.str().find("\"step\":30"), std::string::npos) << lines.str();
  }
}

TEST(damage_in_use, tokens_that_turn_before_they_are_measured_are_drawn_again) {
  const Scratch scratch;
  const Outcome outcome = run_damaged_at("1:SAMPLED", 2, scratch.runs(),
                                         [](const fs::path& run) { flip_tokens(run / "generation-001/corpus"); });
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_NE(outcome.output.find("corpus 1: 4 damaged shards were drawn again"), std::string::npos) << outcome.output;
  EXPECT_EQ(verified_digests(only_run(scratch.runs())), undamaged());
}

/// A copy of the text of tiny.ini that a test may spoil.
struct OwnText {
  fs::path file;
  std::string good = storage::read_text(fs::path(study("tiny.ini")).parent_path() / "../tests/data/tiny.txt");
  explicit OwnText(const Scratch& scratch) : file(scratch.path() / "text.txt") { put(good); }
  /// In place: the file stays the same file.
  void put(const std::string& text) const { std::ofstream(file, std::ios::binary) << text; }
  [[nodiscard]] std::string option() const { return "--data.source=" + file.string(); }
};

fs::path copy_of_text(const fs::path& run) { return fs::canonical(run / "human-text") / "text.txt"; }

TEST(damage_in_use, text_that_its_user_changes_during_a_run_changes_nothing) {
  const Scratch scratch;
  const OwnText text(scratch);
  const Outcome outcome =
      run_damaged_at("0:TRAINING:step-5", 2, scratch.runs(),
                     [&](const fs::path&) { text.put(std::string(text.good.size(), 'x')); }, {text.option()});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
  text.put(text.good);
  EXPECT_EQ(verified_digests(only_run(scratch.runs())), undamaged());
}

TEST(damage_in_use, copy_of_text_that_turns_is_told_by_name_and_made_anew_by_the_next_start) {
  const Scratch scratch;
  const OwnText text(scratch);
  const auto spoil = [&](const fs::path& run) {
    for (std::size_t at = 0; at < text.good.size(); at += 4096) flip(copy_of_text(run), at);
  };
  const Outcome outcome = run_damaged_at("0:TRAINING:step-5", 2, scratch.runs(), spoil, {text.option()});
  EXPECT_EQ(outcome.exit_code, 74) << outcome.output;
  EXPECT_NE(outcome.output.find("text.txt"), std::string::npos) << outcome.output;
  EXPECT_NE(outcome.output.find("has changed since"), std::string::npos) << outcome.output;
  auto again = two_generations(scratch.runs());
  again.push_back(text.option());
  const Outcome resumed = genloss(1, again);
  ASSERT_EQ(resumed.exit_code, 0) << resumed.output;
  EXPECT_EQ(storage::read_text(copy_of_text(only_run(scratch.runs()))), text.good);
  EXPECT_EQ(verified_digests(only_run(scratch.runs())), undamaged());
}

TEST(damage_in_use, weights_that_turn_before_they_are_loaded_are_refused_by_name) {
  for (const char* place : {"0:TRAINED", "0:EVALUATED"}) {
    const Scratch scratch;
    const Outcome outcome = run_damaged_at(place, 2, scratch.runs(), [](const fs::path& run) {
      const fs::path weights = run / "generation-000/model/model.safetensors";
      flip(weights, fs::file_size(weights) - 100);
    });
    EXPECT_EQ(outcome.exit_code, 65) << outcome.output;
    EXPECT_NE(outcome.output.find("model.safetensors"), std::string::npos) << outcome.output;
    EXPECT_NE(outcome.output.find("when it was sealed"), std::string::npos) << outcome.output;
  }
}

}  // namespace genloss
