#include "orchestrator/retention/drop.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "jobs/error.hpp"
#include "orchestrator/directory/model_manifest.hpp"
#include "orchestrator/retention/store_links.hpp"

namespace genloss::orchestrator {
namespace {
namespace fs = std::filesystem;

class drop : public testing::Test {
 protected:
  drop() : runs_(fs::temp_directory_path() / ("genloss-drop-" + std::to_string(::getpid()))), store_(runs_) {
    fs::remove_all(runs_);
  }
  ~drop() override { fs::remove_all(runs_); }

  /// Seals a model of generation 3.
  void make(const std::string& weights = "weights") const {
    const fs::path fresh = runs_ / ".store" / "model" / "fresh";
    fs::create_directories(fresh);
    std::ofstream(fresh / "model.safetensors") << weights;
    std::ofstream(fresh / "training.jsonl") << "{}\n";
    write_model_manifest(fresh, {3, recipe_, {}, {}, storage::sha256_of(weights), 0, 0});
    store_.seal(fresh, "model", recipe_, digest_of);
  }
  static storage::Digest digest_of(const fs::path& model) { return read_model_manifest(model).model; }
  RunPaths run(const std::string& name) const { return {runs_ / name}; }
  void link(const RunPaths& run) const { point_to(run.generation(3).model(), store_.sealed("model", recipe_)); }
  Drops drops(const std::string& run) const { return {runs_, {run, "one", interval_}}; }

  fs::path runs_;
  Store store_;
  storage::Digest recipe_ = storage::sha256_of("recipe");
  Node node_{NodeKind::model, 3, {}, {}, {}, {}};
  std::chrono::milliseconds interval_{200};
};

}  // namespace

TEST_F(drop, leaves_a_description_and_nothing_else) {
  make();
  link(run("a"));
  link(run("a/half/seed-2"));  // another chain of it
  const Freed freed = drops("a").drop(node_, {run("a"), run("a/half/seed-2")});
  EXPECT_EQ(freed.artefacts, 1u);
  EXPECT_FALSE(store_.has("model", recipe_));
  for (const std::string chain : {"a", "a/half/seed-2"}) {
    const auto left = read_description(run(chain).generation(3).model());
    ASSERT_TRUE(left) << chain;
    EXPECT_EQ(left->digest, storage::sha256_of("weights"));
    EXPECT_EQ(left->files, 3u);
    EXPECT_EQ(left->bytes, freed.bytes);
    EXPECT_EQ(read_model_manifest(run(chain).generation(3).model()).recipe, recipe_);
    EXPECT_TRUE(fs::exists(run(chain).generation(3).training_log()));
  }
  for (const auto& entry : fs::directory_iterator(runs_ / ".store" / "model")) ADD_FAILURE() << entry.path();
  EXPECT_EQ(drops("a").drop(node_, {run("a"), run("a/half/seed-2")}).artefacts, 0u) << "again: nothing to be done";
}

TEST_F(drop, leaves_what_another_run_links_to) {
  make();
  link(run("a"));
  link(run("b"));
  EXPECT_EQ(drops("a").drop(node_, {run("a")}).artefacts, 0u);
  EXPECT_TRUE(read_description(run("a").generation(3).model()));
  EXPECT_TRUE(store_.has("model", recipe_));
  EXPECT_EQ(drops("b").drop(node_, {run("b")}).artefacts, 1u);
  EXPECT_FALSE(store_.has("model", recipe_));
}

TEST_F(drop, what_is_made_again_has_to_come_out_again) {
  make();
  link(run("a"));
  (void)drops("a").drop(node_, {run("a")});
  try {
    make("other weights");
    ADD_FAILURE() << "sealed";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::internal);
  }
  EXPECT_FALSE(store_.has("model", recipe_));
  make();
  EXPECT_TRUE(store_.has("model", recipe_));
}

TEST_F(drop, what_cannot_be_described_stays) {
  make();
  link(run("a"));
  const fs::path manifest = run("a").generation(3).model_manifest();
  fs::permissions(manifest, fs::perms::owner_all);
  std::ofstream(manifest) << "{}";
  EXPECT_THROW((void)drops("a").drop(node_, {run("a")}), Error);
  EXPECT_TRUE(store_.has("model", recipe_));
  EXPECT_FALSE(read_description(run("a").generation(3).model()));
}

// Somebody finds an artefact, uses it and lets go of it, again and again, while somebody else removes what is not used.
TEST_F(drop, nothing_goes_that_was_found) {
  interval_ = std::chrono::seconds(60);  // nobody here is dead
  std::atomic<bool> end = false;
  std::atomic<int> removed = 0;
  fs::create_directories(runs_ / "b");
  std::thread remover([&] {
    Drops mine = drops("a");
    while (!end) removed += static_cast<int>(mine.remove_unlinked({"model", recipe_.short_hex(64)}, 3).artefacts);
  });
  Claims claims(store_, {"b", "one", interval_});
  const RunPaths finder = run("b");
  int made = 0, found = 0;
  const auto last = std::chrono::steady_clock::now() + std::chrono::seconds(3);
  for (int i = 0; std::chrono::steady_clock::now() < last; ++i) {
    if (store_.has("model", recipe_)) {
      link(finder);
      if (!claims.sweep("model", recipe_)) continue;  // claimed: asked again later
      if (!store_.has("model", recipe_)) continue;    // gone: made again
      ++found;
      for (int read = 0; read < 3; ++read) {
        std::this_thread::sleep_for(std::chrono::microseconds(200));
        ASSERT_TRUE(fs::exists(finder.generation(3).weights())) << "after " << i;
      }
      fs::remove(finder.generation(3).model());
      std::this_thread::sleep_for(std::chrono::milliseconds(i % 4));
    } else if (const auto claim = claims.take("model", recipe_)) {
      make();
      ++made;
      claim->fulfil();
    }
  }
  end = true;
  remover.join();
  EXPECT_GT(made, 5);
  EXPECT_GT(found, 5);
  EXPECT_GT(removed, 5);
}

}  // namespace genloss::orchestrator
