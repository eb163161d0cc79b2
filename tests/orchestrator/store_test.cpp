#include "orchestrator/store/store.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "jobs/error.hpp"
#include "orchestrator/store/claim.hpp"

namespace genloss::orchestrator {
namespace {
namespace fs = std::filesystem;

class store : public testing::Test {
 protected:
  store() : runs_(fs::temp_directory_path() / ("genloss-store-" + std::to_string(::getpid()))) {
    fs::remove_all(runs_);
    fs::create_directories(runs_);
  }
  ~store() override { fs::remove_all(runs_); }

  fs::path finished(const std::string& name, const std::string& content) const {
    fs::create_directories(runs_ / name / "inner");
    std::ofstream(runs_ / name / "inner" / "file") << content;
    return runs_ / name;
  }
  static storage::Digest same(const fs::path& /*artefact*/) { return {}; }
  static std::string text(const fs::path& file) {
    std::ifstream in(file);
    std::string content;
    std::getline(in, content);
    return content;
  }

  fs::path runs_;
  storage::Digest recipe_ = storage::sha256_of("recipe"), other_ = storage::sha256_of("other");
};

}  // namespace

TEST_F(store, keeps_the_first_that_is_sealed_read_only) {
  const Store store(runs_);
  fs::create_directories(store.sealed("model", recipe_).parent_path());
  EXPECT_FALSE(store.has("model", recipe_));
  store.seal(finished("one", "first"), "model", recipe_, same);
  store.seal(finished("two", "second"), "model", recipe_, same);
  EXPECT_TRUE(store.has("model", recipe_));
  EXPECT_EQ(text(store.sealed("model", recipe_) / "inner" / "file"), "first");
  EXPECT_FALSE(fs::exists(runs_ / "two")) << "the later maker discards its own";
  EXPECT_EQ(fs::status(store.sealed("model", recipe_) / "inner" / "file").permissions() & fs::perms::owner_write,
            fs::perms::none);
  EXPECT_NE(fs::status(store.sealed("model", recipe_)).permissions() & fs::perms::owner_write, fs::perms::none)
      << "folders stay writable, so that rm -rf works";
  EXPECT_EQ(store.sealed("model", recipe_).string().find(':'), std::string::npos);
}

TEST_F(store, refuses_what_was_made_twice_and_differently) {
  const Store store(runs_);
  fs::create_directories(store.sealed("model", recipe_).parent_path());
  const auto digest = [](const fs::path& artefact) { return storage::sha256_of(text(artefact / "inner" / "file")); };
  store.seal(finished("one", "first"), "model", recipe_, digest);
  EXPECT_THROW(store.seal(finished("two", "second"), "model", recipe_, digest), Error);
}

TEST_F(store, a_claim_is_had_by_one_and_handed_on_with_what_was_made) {
  using namespace std::chrono_literals;  // NOLINT
  Claims one(Store(runs_), {"run-a", "pid-1", 500ms}), other(Store(runs_), {"run-b", "pid-2", 500ms});
  auto held = one.take("model", recipe_);
  ASSERT_TRUE(held);
  std::ofstream(held->work() / "checkpoint") << "step 7";
  for (int i = 0; i < 20; ++i, std::this_thread::sleep_for(150ms)) {
    EXPECT_FALSE(other.take("model", recipe_)) << "its heartbeat goes on";
  }
  EXPECT_TRUE(other.take("model", other_)) << "another recipe is free";
  const fs::path work = held->work();
  held.reset();  // stopped on request: free at once
  auto next = other.take("model", recipe_);
  ASSERT_TRUE(next);
  EXPECT_EQ(text(next->work() / "checkpoint"), "step 7");
  EXPECT_FALSE(fs::exists(work)) << "the old holder writes nowhere";
  next->fulfil();
  next.reset();
  EXPECT_TRUE(fs::is_empty(runs_ / ".store" / "model") ||
              !fs::exists(runs_ / ".store" / "model" / recipe_.short_hex(64)));
}

TEST_F(store, a_claim_whose_heart_stands_still_is_taken_over) {
  using namespace std::chrono_literals;  // NOLINT
  // A holder on a host that has died: its claim says a count that nobody counts up.
  {
    Claims dead(Store(runs_), {"run-a", "pid-1", 20ms});
    auto claim = dead.take("model", recipe_);
  }
  const fs::path file = Store(runs_).sealed("model", recipe_).string() + ".claim";
  std::fstream(file, std::ios::in | std::ios::out) << "000000000003";
  Claims other(Store(runs_), {"run-b", "pid-2", 20ms});
  EXPECT_FALSE(other.take("model", recipe_)) << "seen for the first time";
  std::this_thread::sleep_for(100ms);
  EXPECT_TRUE(other.take("model", recipe_));
}

TEST_F(store, a_holder_that_lives_but_gets_nowhere_is_not_waited_for) {
  using namespace std::chrono_literals;  // NOLINT
  Claims hanging(Store(runs_), {"run-a", "pid-1", 50ms, 30min});
  const auto claim = hanging.take("model", recipe_);
  ASSERT_TRUE(claim);
  std::ofstream(claim->work() / "training.jsonl") << "line\n";
  Claims other(Store(runs_), {"run-b", "pid-2", 1s, 1500ms});
  for (int step = 0; step < 50; ++step) {  // longer than the limit; a beat may be late by far, on a busy disk
    claim->advance();
    ASSERT_FALSE(other.take("model", recipe_)) << "it gets on";
    std::this_thread::sleep_for(50ms);
  }
  std::unique_ptr<Claim> taken;
  for (int wait = 0; wait < 100 && !taken; ++wait) {
    std::this_thread::sleep_for(50ms);
    taken = other.take("model", recipe_);
  }
  ASSERT_TRUE(taken) << "it lives, and makes nothing";
  EXPECT_TRUE(fs::exists(taken->work() / "training.jsonl")) << "what was made is gone on from";
  // It wakes up, and seals as well.
  Store(runs_).seal(finished("one", "same"), "model", recipe_, same);
  Store(runs_).seal(finished("two", "same"), "model", recipe_, same);
  taken->fulfil();
}

TEST_F(store, an_earlier_start_of_the_same_run_is_over) {
  using namespace std::chrono_literals;  // NOLINT
  {
    Claims dead(Store(runs_), {"run-a", "pid-1", 20ms});
    auto claim = dead.take("model", recipe_);
  }
  std::fstream(Store(runs_).sealed("model", recipe_).string() + ".claim", std::ios::in | std::ios::out)
      << "000000000003";
  Claims group(Store(runs_), {"run-a", "pid-1-group-1", 20ms}), next(Store(runs_), {"run-a", "pid-2", 20ms});
  EXPECT_FALSE(group.take("model", recipe_)) << "another group of the same start lives";
  EXPECT_TRUE(next.take("model", recipe_)) << "the run is locked, so the earlier start is dead";
}

TEST_F(store, links_are_relative_and_say_what_they_lead_to) {
  const Store store(runs_);
  fs::create_directories(store.sealed("model", recipe_).parent_path());
  store.seal(finished("one", "first"), "model", recipe_, same);
  const fs::path link = runs_ / "run" / "generation-000" / "model";
  EXPECT_FALSE(shelf_of(link));
  point_to(link, store.sealed("model", recipe_).string() + ".work-1");
  EXPECT_FALSE(shelf_of(link)->sealed());
  point_to(link, store.sealed("model", recipe_));
  EXPECT_TRUE(fs::read_symlink(link).is_relative());
  EXPECT_EQ(shelf_of(link)->kind, "model");
  EXPECT_EQ(shelf_of(link)->recipe, recipe_.short_hex(64));
  EXPECT_TRUE(shelf_of(link)->sealed());
  EXPECT_EQ(text(link / "inner" / "file"), "first");
  fs::rename(runs_, runs_.string() + "-moved");
  EXPECT_EQ(text(runs_.string() + "-moved/run/generation-000/model/inner/file"), "first");
  fs::rename(runs_.string() + "-moved", runs_);
}

}  // namespace genloss::orchestrator
