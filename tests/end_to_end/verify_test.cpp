// `genloss verify`: from any artefact back to human documents, every byte, every recipe.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "storage/files/digest.hpp"
#include "storage/files/durable.hpp"
#include "storage/files/journal.hpp"
#include "storage/files/run_lock.hpp"
#include "tests/support/program.hpp"

namespace genloss::of_verify {
namespace {

using namespace tests;  // NOLINT
namespace fs = std::filesystem;

/// A finished run of two generations of the smallest text study, in tokens that are more than bytes.
std::vector<std::string> text(const std::string& runs, std::vector<std::string> more = {}) {
  std::vector<std::string> all{"run", study("tiny.ini"), "--study.generations=2", "--text.vocabulary=300",
                               "--runtime.runs=" + runs};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}
/// Two arms of two seeds of a closed form.
std::vector<std::string> arms(const std::string& runs) {
  return {"run", study("gaussian-arms.ini"), "--study.generations=2", "--study.seeds=2", "--runtime.runs=" + runs};
}

Outcome verify(const fs::path& path, int ranks = 0, std::vector<std::string> more = {}, const Environment& with = {}) {
  more.insert(more.begin(), {"verify", path.string()});
  return genloss(ranks, more, with);
}

void expect_found(const fs::path& run, const std::vector<std::string>& told, int code = 65) {
  const Outcome outcome = verify(run);
  EXPECT_EQ(outcome.exit_code, code) << outcome.output;
  for (const auto& text : told) {
    EXPECT_NE(outcome.output.find(text), std::string::npos) << text << "\nin\n" << outcome.output;
  }
}

void write(const fs::path& file, const std::string& content) {
  fs::remove(file);
  std::ofstream(file, std::ios::binary) << content;
}

/// Puts a link where another one leads to.
void lead(const fs::path& link, const fs::path& other) {
  const fs::path target = fs::canonical(other).lexically_relative(link.parent_path());
  fs::remove_all(link);
  fs::create_symlink(target, link);
}

/// Rewrites a JSON file as this program would, checksum included.
void forge(const fs::path& file, const std::string& schema, int version,
           const std::function<void(nlohmann::ordered_json&)>& change) {
  nlohmann::ordered_json body = storage::read_json(file, schema, version);
  body.erase("schema");
  body.erase("version");
  change(body);
  storage::write_json_durably(fs::canonical(file), schema, version, body);
}

/// Everything below a folder: names, kinds, sizes, times.
std::string listing(const fs::path& folder) {
  return shell("cd " + folder.string() + " && find . -mindepth 1 -printf '%P %y %s %T@\\n'").output;
}

}  // namespace

TEST(verify, walks_back_from_any_artefact_and_no_further) {
  const Scratch scratch;
  ASSERT_EQ(genloss(0, text(scratch.runs())).exit_code, 0);
  const fs::path run = only_run(scratch.runs());
  const auto lines = [&](const fs::path& path) {
    const Outcome outcome = verify(path);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
    EXPECT_NE(outcome.output.find("human train sha256:"), std::string::npos) << outcome.output;
    return outcome.output;
  };
  const fs::path first = run / "generation-000", second = run / "generation-001";
  const std::string whole = lines(run);
  const std::string model = lines(second / "model/model.safetensors");
  for (const char* told : {"tokenizer", "human tokens", "generation 0 mix", "generation 0 model", "generation 0 corpus",
                           "generation 1 mix", "generation 1 model"}) {
    EXPECT_NE(model.find(told), std::string::npos) << told << "\n" << model;
  }
  EXPECT_EQ(model.find("generation 1 corpus"), std::string::npos) << "not an ancestor of that model";
  EXPECT_EQ(model.find("generation 0 measures"), std::string::npos) << "not an ancestor of that model";
  EXPECT_EQ(lines(first / "mix.json").find("generation 0 model"), std::string::npos);
  EXPECT_EQ(lines(first / "corpus").find("generation 1"), std::string::npos);
  EXPECT_EQ(lines(second / "corpus/shards/00/000001.h5"), lines(second / "corpus"));
  EXPECT_NE(lines(second).find("generation 1 measures"), std::string::npos);
  EXPECT_EQ(lines(fs::canonical(second / "model")), model) << "the same artefact, by its place in the store";
  EXPECT_EQ(verify(run / "logs").exit_code, 65);
  EXPECT_EQ(verify(scratch.runs() + "/.store/model/none").exit_code, 65);
}

TEST(verify, tells_the_same_at_any_number_of_ranks) {
  const Scratch scratch;
  ASSERT_EQ(genloss(0, text(scratch.runs())).exit_code, 0);
  ASSERT_EQ(genloss(0, arms(scratch.runs("arms"))).exit_code, 0);
  const fs::path run = only_run(scratch.runs()), several = only_run(scratch.runs("arms"));
  for (const bool damaged : {false, true}) {
    if (damaged) {
      write(fs::canonical(run / "generation-000/corpus/shards/00/000001.h5"), "no shard");
      fs::remove(fs::canonical(run / "generation-001/corpus/shards/00/000002.h5"));
      fs::remove(fs::canonical(several / "half/seed-1/generation-000/corpus/shards/00/000001.h5"));
    }
    for (const fs::path& path : {run, several}) {
      const Outcome alone = verify(path);
      EXPECT_EQ(alone.exit_code, damaged ? 65 : 0) << alone.output;
      for (const int ranks : {3}) {
        const Outcome together = verify(path, ranks);
        EXPECT_EQ(together.exit_code, alone.exit_code);
        EXPECT_EQ(together.output.substr(0, alone.output.size()), alone.output) << ranks << " ranks";
      }
    }
  }
  // What chains share is told of each.
  const std::string output = verify(several).output;
  EXPECT_NE(output.find("arm half seed 1 generation 0 corpus"), std::string::npos) << output;
  EXPECT_NE(output.find("arm replace seed 1 generation 0 corpus"), std::string::npos) << output;
}

TEST(verify, tells_changed_missing_and_extra_files_apart) {
  const Scratch scratch;
  ASSERT_EQ(genloss(0, text(scratch.runs())).exit_code, 0);
  const fs::path run = only_run(scratch.runs());
  const fs::path shards = fs::canonical(run / "generation-000/corpus/shards/00");
  const fs::path model = fs::canonical(run / "generation-001/model");
  write(shards / "000000.h5", "no shard");
  fs::remove(shards / "000001.h5");
  write(shards / "000009.h5", "one more");
  write(model / "notes.txt", "mine");
  write(model / "config.json", storage::read_text(model / "config.json") + " ");
  write(run / "generation-000/notes.txt", "mine");
  write(run / "notes.txt", "mine");
  expect_found(
      run, {"generation 0 corpus sha256:", "DAMAGED " + (run / "generation-000/corpus/shards/00/000000.h5").string(),
            "MISSING " + (run / "generation-000/corpus/shards/00/000001.h5").string(),
            "EXTRA " + (run / "generation-000/corpus/shards/00/000009.h5").string(),
            "EXTRA " + (run / "generation-001/model/notes.txt").string(),
            "DAMAGED " + (run / "generation-001/model/config.json").string(),
            "run EXTRA " + (run / "notes.txt").string(), "run EXTRA " + (run / "generation-000/notes.txt").string()});
}

TEST(verify, finds_another_runs_artefact_by_its_recipe) {
  const Scratch scratch;
  ASSERT_EQ(genloss(0, text(scratch.runs("mine"))).exit_code, 0);
  ASSERT_EQ(genloss(0, text(scratch.runs("mine"), {"--training.learning_rate=0.002", "--study.name=other"})).exit_code,
            0);
  fs::path run, other;
  for (const auto& found : all_runs(scratch.runs("mine"))) {
    (found.filename().string().starts_with("other") ? other : run) = found;
  }
  // Whole and sound, and of another study: its journal line and digests are made to fit, so that only recipes tell.
  lead(run / "generation-000/model", other / "generation-000/model");
  lead(run / "generation-000/training.jsonl", other / "generation-000/training.jsonl");
  lead(run / "generation-000/corpus", other / "generation-000/corpus");
  lead(run / "generation-000/measures.json", other / "generation-000/measures.json");
  lead(run / "generation-000/measures.made-by.json", other / "generation-000/measures.made-by.json");
  lead(run / "generation-001", other / "generation-001");
  auto journal = storage::Journal::read(other / "journal.jsonl");
  for (auto& line : journal) {
    if (line.contains("study")) line["study"] = storage::Journal::read(run / "journal.jsonl").front().at("study");
  }
  storage::Journal::rewrite(run / "journal.jsonl", journal);
  expect_found(run, {"generation 0 model sha256:", "its recipe is"});
  const Outcome outcome = verify(run);
  EXPECT_EQ(outcome.output.find("generation 0 mix sha256:"), outcome.output.rfind("generation 0 mix sha256:"));
}

TEST(verify, finds_a_changed_study) {
  const Scratch scratch;
  ASSERT_EQ(genloss(0, text(scratch.runs())).exit_code, 0);
  const fs::path run = only_run(scratch.runs());
  const std::string good = storage::read_text(run / "study.ini");
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string ini = good;
    const auto at = ini.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    write(run / "study.ini", ini.replace(at, from.size(), to));
  };
  changed("learning_rate = 0.003", "learning_rate = 0.004");
  expect_found(run, {"study DAMAGED", "study.ini", "checksum"});
  changed("log_steps = 10", "log_steps = 11");  // which is outside its digest
  expect_found(run, {"study DAMAGED", "study.ini", "checksum"});
  changed("learning_rate =", "learning_rat =");  // which cannot be read
  expect_found(run, {"study DAMAGED", "study.ini"});
}

TEST(verify, finds_a_changed_parent_and_policy) {
  const Scratch scratch;
  ASSERT_EQ(genloss(0, text(scratch.runs(), {"--training.init=previous"})).exit_code, 0);
  const fs::path run = only_run(scratch.runs()), kept = scratch.path() / "kept";
  fs::copy(scratch.runs(), kept, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
  const auto again = [&] {
    fs::remove_all(scratch.runs());
    fs::copy(kept, scratch.runs(), fs::copy_options::recursive | fs::copy_options::copy_symlinks);
  };
  const std::string other = "sha256:" + std::string(64, '7');
  forge(run / "generation-001/model/manifest.json", "genloss model", 3, [&](auto& body) { body["parent"] = other; });
  expect_found(run, {"generation 1 model sha256:", "it started from " + other});
  again();
  forge(run / "generation-001/model/manifest.json", "genloss model", 3, [&](auto& body) { body["mix"] = other; });
  expect_found(run, {"generation 1 model sha256:", "the mix it was trained on is " + other});
  again();
  forge(run / "generation-001/model/manifest.json", "genloss model", 3, [&](auto& body) { body["recipe"] = other; });
  expect_found(run, {"generation 1 model sha256:", "its recipe is " + other});
}

TEST(verify, checks_a_copy_without_links) {
  const Scratch scratch;
  ASSERT_EQ(genloss(0, arms(scratch.runs())).exit_code, 0);
  const fs::path copy = scratch.path() / "copy";
  ASSERT_EQ(shell("cp -rL " + only_run(scratch.runs()).string() + " " + copy.string()).exit_code, 0);
  EXPECT_EQ(verified_digests(copy), verified_digests(only_run(scratch.runs())));
  write(copy / "half/seed-2/generation-001/mix.json", storage::read_text(copy / "half/seed-1/generation-001/mix.json"));
  expect_found(copy, {"arm half seed 2 generation 1 mix"});
  EXPECT_EQ(verify(copy / "half/seed-1").exit_code, 0) << "another chain";
}

TEST(reproduce, makes_every_artefact_again_and_leaves_nothing) {
  const Scratch scratch;
  ASSERT_EQ(genloss(0, text(scratch.runs())).exit_code, 0);
  ASSERT_EQ(genloss(0, arms(scratch.runs("arms"))).exit_code, 0);
  const fs::path run = only_run(scratch.runs());
  const std::string before = listing(scratch.runs());
  for (const int ranks : {0, 2}) {
    const Outcome outcome = verify(run, ranks, {"--reproduce", "100", "--random-seed", "1"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
    EXPECT_NE(outcome.output.find("made again: 10 artefacts, --random-seed 1"), std::string::npos) << outcome.output;
    std::size_t reproduced = 0;
    for (auto at = outcome.output.find(" reproduced"); at != std::string::npos;
         at = outcome.output.find(" reproduced", at + 1)) {
      ++reproduced;
    }
    EXPECT_EQ(reproduced, 10U) << outcome.output;
    EXPECT_EQ(listing(scratch.runs()), before);
  }
  const Outcome outcome = verify(only_run(scratch.runs("arms")), 2, {"--reproduce=4"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_NE(outcome.output.find("made again: 4 artefacts, --random-seed "), std::string::npos) << outcome.output;
  const auto drawn = [&](const std::string& seed) {
    const std::string output =
        verify(only_run(scratch.runs("arms")), 0, {"--reproduce=3", "--random-seed=" + seed}).output;
    return output.substr(output.find("made again"));
  };
  EXPECT_EQ(drawn("5"), drawn("5"));
  EXPECT_NE(drawn("5"), drawn("6"));
  EXPECT_EQ(verify(run, 0, {"--random-seed=5"}).exit_code, 64);
}

TEST(reproduce, leaves_out_what_was_made_from_what_is_dropped) {
  const Scratch scratch;
  ASSERT_EQ(genloss(0, text(scratch.runs(), {"--runtime.keep=measures"})).exit_code, 0);
  const Outcome outcome = verify(only_run(scratch.runs()), 0, {"--reproduce=100"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  // Tokenizer, tokens and two mixes; two measures were made from what is gone.
  EXPECT_NE(outcome.output.find("made again: 4 artefacts"), std::string::npos) << outcome.output;
  EXPECT_NE(outcome.output.find("not made again: 2 artefacts"), std::string::npos) << outcome.output;
}

TEST(reproduce, the_next_start_removes_what_a_killed_one_left) {
  const Scratch scratch;
  ASSERT_EQ(genloss(0, arms(scratch.runs())).exit_code, 0);
  const fs::path dead = fs::path(scratch.runs()) / ".reproduce-pid-1-1",
                 alive = fs::path(scratch.runs()) / ".reproduce-pid-2-2";
  for (const fs::path& folder : {dead, alive}) fs::create_directories(folder / "chain");
  {
    const storage::RunLock held(alive);
    ASSERT_EQ(genloss(0, arms(scratch.runs())).exit_code, 0);
    EXPECT_FALSE(fs::exists(dead));
    EXPECT_TRUE(fs::exists(alive)) << "somebody is at work there";
  }
  ASSERT_EQ(verify(only_run(scratch.runs()), 0, {"--reproduce=1"}).exit_code, 0);
  EXPECT_FALSE(fs::exists(alive));
}

TEST(reproduce, tells_what_differs_though_all_digests_fit) {
  const Scratch scratch;
  ASSERT_EQ(genloss(0, text(scratch.runs())).exit_code, 0);
  const fs::path run = only_run(scratch.runs()), file = run / "generation-001/measures.json";
  // A result that somebody wished for: the file, its checksum and the journal are made to fit.
  const auto old = storage::sha256_of_file(file).text();
  nlohmann::ordered_json document = nlohmann::ordered_json::parse(storage::read_text(file));  // NOLINT
  forge(file, document.at("schema"), document.at("version"), [](auto& body) {
    for (auto& [name, value] : body.items()) {
      if (value.is_array() && !value.empty() && value[0].contains("value")) value[0]["value"] = 0.123;
    }
  });
  auto journal = storage::Journal::read(run / "journal.jsonl");
  for (auto& line : journal) {
    if (line.value("digest", "") == old) line["digest"] = storage::sha256_of_file(file).text();
  }
  storage::Journal::rewrite(run / "journal.jsonl", journal);
  ASSERT_NE(storage::sha256_of_file(file).text(), old);
  const Outcome outcome = verify(run, 0, {"--reproduce=100"});
  EXPECT_EQ(outcome.exit_code, 70) << outcome.output;
  EXPECT_NE(outcome.output.find("generation 1 measures sha256:"), std::string::npos) << outcome.output;
  EXPECT_NE(outcome.output.find("DIFFERS (made again it is " + old), std::string::npos) << outcome.output;
}

TEST(reproduce, says_where_it_cannot_be_done) {
  if (shell("grep -qw avx2 /proc/cpuinfo").exit_code != 0) GTEST_SKIP() << "this processor has no AVX2";
  const Scratch scratch;
  ASSERT_EQ(genloss(0, text(scratch.runs()), {{"GENLOSS_INSTRUCTIONS", "avx2"}}).exit_code, 0);
  const fs::path run = only_run(scratch.runs());
  const Outcome outcome = verify(run, 2, {"--reproduce=2"}, {{"GENLOSS_INSTRUCTIONS", "baseline"}});
  EXPECT_EQ(outcome.exit_code, 69) << outcome.output;
  for (const char* told : {"cannot be made again here", "begun with AVX2", "hint: "}) {
    EXPECT_NE(outcome.output.find(told), std::string::npos) << told << "\n" << outcome.output;
  }
}

}  // namespace genloss::of_verify
