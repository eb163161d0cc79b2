// Every kind of file of a run, damaged in every way: found where it is used or by `verify`, named, repaired or refused.
//   GENLOSS_DAMAGES=200 build/release/tests_faults --gtest_filter='damage*'     (GENLOSS_DAMAGE_SEED=N for others)
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <set>

#include "storage/files/durable.hpp"
#include "tests/support/program.hpp"

namespace genloss::of_damage {
namespace {

using namespace tests;  // NOLINT
namespace fs = std::filesystem;

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe)
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

void write(const fs::path& file, const std::string& text) {
  fs::remove(file);
  std::ofstream(file, std::ios::binary) << text;
}

enum class How { flip, cut, swap, remove, extra };
constexpr const char* name_of(How how) {
  constexpr const char* names[] = {"flip", "cut", "swap", "delete", "extra"};
  return names[static_cast<int>(how)];
}

struct Damage {
  How how;
  std::string file;  ///< below the run; or a link of it
  std::uint64_t at;  ///< byte
  [[nodiscard]] std::string text() const { return std::string(name_of(how)) + " " + file + " " + std::to_string(at); }
};

/// Two finished runs in one store; the second lends its files.
class Studies {
 public:
  Studies() {
    EXPECT_EQ(genloss(0, words("runs", 2)).exit_code, 0);
    auto other = words("runs", 2);
    other.insert(other.end(), {"--study.seed=8", "--study.name=other", "--training.learning_rate=0.002"});
    EXPECT_EQ(genloss(0, other).exit_code, 0);
    EXPECT_EQ(genloss(2, words("whole", 3)).exit_code, 0);
    undisturbed_ = verified_digests(only_run(scratch_.runs("whole")));
    for (const auto& found : all_runs(scratch_.runs())) {
      (found.filename().string().starts_with("other") ? other_ : run_) = found;
    }
    (void)shell("cp -a " + scratch_.runs() + " " + scratch_.runs("kept"));
    list(run_, "");
  }

  [[nodiscard]] std::vector<std::string> words(const std::string& runs, int generations) const {
    return {"run", study("tiny.ini"), "--text.vocabulary=300", "--study.generations=" + std::to_string(generations),
            "--runtime.runs=" + scratch_.runs(runs)};
  }
  void restore() const {
    (void)shell("rm -rf " + scratch_.runs() + " && cp -a " + scratch_.runs("kept") + " " + scratch_.runs());
  }
  [[nodiscard]] const fs::path& run() const { return run_; }
  [[nodiscard]] const std::vector<std::string>& files() const { return files_; }
  [[nodiscard]] const std::vector<std::string>& links() const { return links_; }
  [[nodiscard]] const std::vector<std::string>& folders() const { return folders_; }
  [[nodiscard]] const std::map<std::string, std::string>& undisturbed() const { return undisturbed_; }

  /// @return false if nothing is damaged by it
  [[nodiscard]] bool inflict(const Damage& damage) const {
    const fs::path place = run_ / damage.file;
    if (damage.how == How::extra) return write(fs::canonical(place) / "stray.txt", "nobody's"), true;
    if (fs::is_symlink(place)) return inflict_on_link(damage, place);
    const fs::path file = fs::canonical(place);
    std::string text = storage::read_text(file);
    switch (damage.how) {
      case How::flip:
        text[damage.at % text.size()] = static_cast<char>(text[damage.at % text.size()] ^ (1 << damage.at % 8));
        return write(file, text), true;
      case How::cut:
        return write(file, text.substr(0, damage.at % text.size())), true;
      case How::swap: {
        const fs::path theirs = other_ / damage.file;
        // What made an artefact is outside every digest: another one's is as good.
        if (!fs::exists(theirs) || damage.file.ends_with("made-by.json")) return false;
        const std::string content = storage::read_text(theirs);
        if (content == text) return false;
        return write(file, content), true;
      }
      default:
        return fs::remove(file);
    }
  }

 private:
  void list(const fs::path& folder, const std::string& inside) {
    static const std::set<std::string> of_no_use{"progress.json", "logs", ".lock"};
    folders_.push_back(inside);
    for (const auto& entry : fs::directory_iterator(folder)) {
      const std::string name = entry.path().filename().string(), below = inside + name;
      if (of_no_use.contains(name)) continue;
      if (entry.is_symlink()) links_.push_back(below);
      if (entry.is_directory()) {
        list(entry.path(), below + "/");
      } else if (!entry.is_symlink() || name == "mix.json" || name == "measures.json") {
        files_.push_back(below);
      }
    }
    std::sort(files_.begin(), files_.end());
    std::sort(links_.begin(), links_.end());
    std::sort(folders_.begin(), folders_.end());
  }

  /// Deleting and swapping mean the link itself, the rest what it leads to.
  [[nodiscard]] bool inflict_on_link(const Damage& damage, const fs::path& link) const {
    if (damage.how == How::remove) return fs::remove(link);
    if (damage.how == How::swap) {
      const fs::path theirs = other_ / damage.file;
      if (!fs::is_symlink(theirs) || fs::read_symlink(theirs) == fs::read_symlink(link)) return false;
      const fs::path target = fs::read_symlink(theirs);
      fs::remove(link);
      return fs::create_symlink(target, link), true;
    }
    if (fs::is_directory(link)) return false;
    const fs::path file = fs::canonical(link);
    std::string text = storage::read_text(file);
    const auto at = damage.at % text.size();
    if (damage.how == How::cut) return write(file, text.substr(0, at)), true;
    text[at] = static_cast<char>(text[at] ^ (1 << damage.at % 8));
    return write(file, text), true;
  }

  Scratch scratch_;
  fs::path run_, other_;
  std::map<std::string, std::string> undisturbed_;
  std::vector<std::string> files_, links_, folders_;
};

/// `number` different damages: every file in turn, in a way drawn at random.
std::vector<Damage> drawn(const Studies& studies, std::uint64_t number, std::mt19937_64& random) {
  std::vector<Damage> all;
  const auto any = [&] { return random() >> 8; };
  for (std::uint64_t round = 0; round < 8; ++round) {
    for (const auto& file : studies.files()) {
      for (const How how : {How::flip, How::cut}) all.push_back({how, file, any()});
      if (round == 0) all.insert(all.end(), {{How::swap, file, 0}, {How::remove, file, 0}});
    }
    if (round > 0) continue;
    for (const auto& link : studies.links()) all.insert(all.end(), {{How::swap, link, 0}, {How::remove, link, 0}});
    for (const auto& folder : studies.folders()) all.push_back({How::extra, folder, 0});
  }
  std::shuffle(all.begin(), all.end(), random);
  // Of each kind of file and way one at least, then as they come.
  std::set<std::string> kinds;
  std::stable_partition(all.begin(), all.end(), [&](const Damage& damage) {
    return kinds.insert(std::string(name_of(damage.how)) + fs::path(damage.file).filename().string()).second;
  });
  if (all.size() > number) all.resize(number);
  return all;
}

/// What `repair` puts right, whatever has happened to it.
bool is_repairable(const Damage& damage) {
  const std::string name = fs::path(damage.file).filename().string();
  return damage.how != How::extra && (name == "journal.jsonl" || name == "numerics.json" || name == "human.json");
}

}  // namespace

TEST(damage, of_any_file_is_found_and_named) {
  const std::uint64_t number = number_from("GENLOSS_DAMAGES", 16);
  const std::uint64_t seed = number_from("GENLOSS_DAMAGE_SEED", std::random_device{}());
  std::mt19937_64 random(seed);
  const Studies studies;
  std::map<std::string, int> inflicted;
  int by_verify = 0, harmless = 0, repaired = 0, tried = 0;
  for (const Damage& damage : drawn(studies, 2 * number, random)) {
    if (tried == static_cast<int>(number)) break;
    SCOPED_TRACE(damage.text() + ", GENLOSS_DAMAGE_SEED=" + std::to_string(seed));
    if (!studies.inflict(damage)) continue;
    ++tried;
    ++inflicted[name_of(damage.how)];
    const Outcome verified = genloss(0, {"verify", studies.run().string()});
    if (verified.exit_code != 0) {
      ++by_verify;
      EXPECT_EQ(verified.exit_code, 65) << verified.output;
      const std::string name = damage.how == How::extra ? "stray.txt" : fs::path(damage.file).filename().string();
      // Of two files that do not fit each other, either may be named.
      const std::string folder = fs::path(damage.file).parent_path().filename().string();
      const bool named = verified.output.find(name) != std::string::npos ||
                         (!folder.empty() && verified.output.find("/" + folder + "/") != std::string::npos);
      EXPECT_TRUE(named) << verified.output;
    }
    if (is_repairable(damage)) {
      const Outcome outcome = genloss(0, {"repair", studies.run().string()});
      EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
      (void)verified_digests(studies.run());
      ++repaired;
    } else if (verified.exit_code == 0) {
      ADD_FAILURE() << "not found\n" << verified.output;
    }
    if (verified.exit_code == 0) {  // as a kill leaves a journal: its end is told again
      ++harmless;
      const Outcome resumed = genloss(2, studies.words("runs", 3));
      EXPECT_EQ(resumed.exit_code, 0) << resumed.output;
      EXPECT_EQ(verified_digests(studies.run()), studies.undisturbed());
    }
    studies.restore();
  }
  std::printf("%d distinct damages (seed %llu):", tried, static_cast<unsigned long long>(seed));
  for (const auto& [how, count] : inflicted) std::printf(" %s %d", how.c_str(), count);
  std::printf("; found and named by verify %d, repaired %d, without effect as after a kill %d\n", by_verify, repaired,
              harmless);
  EXPECT_EQ(by_verify + harmless, tried);
}

TEST(damage, of_work_in_progress_is_found_when_it_is_taken_up) {
  const std::uint64_t number = number_from("GENLOSS_DAMAGES", 16) / 4;
  const std::uint64_t seed = number_from("GENLOSS_DAMAGE_SEED", std::random_device{}());
  std::mt19937_64 random(seed);
  const Scratch scratch;
  const auto words = [&](const std::string& runs) {
    return std::vector<std::string>{"run", study("tiny.ini"), "--study.generations=1", "--runtime.checkpoint_steps=8",
                                    "--runtime.runs=" + scratch.runs(runs)};
  };
  ASSERT_EQ(genloss(0, words("whole")).exit_code, 0);
  const auto undisturbed = verified_digests(only_run(scratch.runs("whole")));
  EXPECT_NE(genloss(2, words("training"), {{"GENLOSS_FAULT", "kill@0:TRAINING:step-20"}}).exit_code, 0);
  EXPECT_NE(genloss(0, words("sampling"), {{"GENLOSS_FAULT", "kill@0:SAMPLING:shard-2"}}).exit_code, 0);
  int refused = 0, made_good = 0, tried = 0;
  std::set<std::string> distinct;
  while (tried < static_cast<int>(number)) {
    const std::string base = random() % 2 == 0 ? "training" : "sampling";
    (void)shell("rm -rf " + scratch.runs() + " && cp -a " + scratch.runs(base) + " " + scratch.runs());
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(scratch.runs() + "/.store")) {
      const std::string path = entry.path().string();
      const bool ours = path.find("/checkpoints/") != std::string::npos || path.find("/shards/") != std::string::npos;
      if (entry.is_regular_file() && ours && path.find(".work-") != std::string::npos) files.push_back(entry.path());
    }
    ASSERT_FALSE(files.empty()) << base;
    std::sort(files.begin(), files.end());
    const fs::path file = files[random() % files.size()];
    const How how = static_cast<How>(random() % 4);
    const std::string text = storage::read_text(file);
    const auto at = random() % text.size();
    if (!distinct.insert(base + file.filename().string() + name_of(how) + std::to_string(at)).second) continue;
    SCOPED_TRACE(std::string(name_of(how)) + " " + file.string() + " " + std::to_string(at));
    std::string damaged = text;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
    if (how == How::flip) write(file, damaged);
    if (how == How::cut) write(file, text.substr(0, at));
    if (how == How::remove) fs::remove(file);
    if (how == How::swap) {
      const fs::path other = files[random() % files.size()];
      const std::string theirs = storage::read_text(other);
      if (theirs == text) continue;
      write(file, theirs);
    }
    ++tried;
    const Outcome outcome = genloss(2, words("runs"));
    if (outcome.exit_code == 0) {
      ++made_good;  // it was not needed, or made again
      EXPECT_EQ(verified_digests(only_run(scratch.runs())), undisturbed);
    } else {
      ++refused;
      EXPECT_EQ(outcome.exit_code, 65) << outcome.output;
      const bool named = outcome.output.find(file.filename().string()) != std::string::npos ||
                         outcome.output.find(file.parent_path().filename().string()) != std::string::npos;
      EXPECT_TRUE(named) << outcome.output;
      EXPECT_NE(outcome.output.find("hint: "), std::string::npos) << outcome.output;
    }
  }
  std::printf("%d distinct damages of checkpoints and unsealed shards (seed %llu): refused by name %d, made good %d\n",
              tried, static_cast<unsigned long long>(seed), refused, made_good);
}

}  // namespace genloss::of_damage
