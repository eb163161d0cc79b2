#include "orchestrator/attempt/numerics.hpp"
#include "workers/families/family_type.hpp"

#include <gtest/gtest.h>

#include "jobs/error.hpp"
#include "orchestrator/directory/numerics_file.hpp"
#include "orchestrator/graph/recipes.hpp"

namespace genloss {
namespace {

using jobs::InstructionChoice;
using orchestrator::decide_numerics;
using orchestrator::RankNumerics;
using workers::numerics::Instructions;
using workers::numerics::NumericsKey;

NumericsKey key_of(Instructions set) { return {set, "glibc 2.36 with FMA", "2.14.1", "", 1}; }

RankNumerics on(const std::string& host, Instructions best) { return {host, key_of(best)}; }

/// The error that `action` ends with: code, then its text and hint.
std::pair<ExitCode, std::string> refusal(const std::vector<RankNumerics>& ranks, InstructionChoice wish,
                                         const std::optional<NumericsKey>& pinned) {
  try {
    (void)decide_numerics(ranks, wish, pinned);
  } catch (const Error& error) {
    return {error.code(), error.object() + ": " + error.cause() + " | " + error.hint()};
  }
  return {ExitCode::done, {}};
}

void expect_refusal(ExitCode code, const std::vector<std::string>& words, const std::vector<RankNumerics>& ranks,
                    InstructionChoice wish, const std::optional<NumericsKey>& pinned) {
  const auto [found, text] = refusal(ranks, wish, pinned);
  EXPECT_EQ(found, code) << text;
  for (const auto& word : words) EXPECT_NE(text.find(word), std::string::npos) << word << " in: " << text;
}

}  // namespace

TEST(numerics, of_a_new_run_are_the_best_that_all_ranks_have) {
  for (const auto best : {Instructions::baseline, Instructions::avx2, Instructions::avx512}) {
    EXPECT_EQ(decide_numerics({on("h1", best), on("h2", best)}, InstructionChoice::automatic, {}), key_of(best));
  }
}

TEST(numerics, of_a_mixed_partition_are_refused_with_the_odd_hosts_and_what_all_can_run) {
  const std::vector<RankNumerics> ranks{on("h1", Instructions::avx512), on("h1", Instructions::avx512),
                                        on("old7", Instructions::avx2), on("h2", Instructions::avx512)};
  expect_refusal(ExitCode::missing_resource, {"rank 2 (host old7)", "AVX2", "AVX-512", "--runtime.instructions=avx2"},
                 ranks, InstructionChoice::automatic, {});
  EXPECT_EQ(decide_numerics(ranks, InstructionChoice::avx2, {}), key_of(Instructions::avx2));
  expect_refusal(ExitCode::missing_resource, {"rank 2 (host old7)", "--runtime.instructions=avx2"}, ranks,
                 InstructionChoice::avx512, {});
  // of two equal halves the odd ones are those that lack something
  expect_refusal(ExitCode::missing_resource, {"rank 1 (host old7)"},
                 {on("h1", Instructions::avx512), on("old7", Instructions::avx2)}, InstructionChoice::automatic, {});
}

TEST(numerics, that_a_run_was_begun_under_hold_wherever_they_can_be_executed) {
  const auto pinned = key_of(Instructions::avx2);
  EXPECT_EQ(decide_numerics({on("h1", Instructions::avx512)}, InstructionChoice::automatic, pinned), pinned);
  EXPECT_EQ(decide_numerics({on("h1", Instructions::avx512), on("h2", Instructions::avx2)},
                            InstructionChoice::automatic, pinned),
            pinned)
      << "a mixed partition that can execute it";
  EXPECT_EQ(decide_numerics({on("h1", Instructions::avx2)}, InstructionChoice::avx2, pinned), pinned);
  expect_refusal(ExitCode::missing_resource, {"rank 0 (host h1)", "AVX-512", "--runtime.instructions=avx2"},
                 {on("h1", Instructions::avx2)}, InstructionChoice::automatic, key_of(Instructions::avx512));
  expect_refusal(ExitCode::usage, {"runtime.instructions=avx512", "AVX2"}, {on("h1", Instructions::avx512)},
                 InstructionChoice::avx512, pinned);
}

TEST(numerics, of_other_libraries_or_gpus_are_refused) {
  const auto mine = on("h1", Instructions::avx2);
  const auto change = [](RankNumerics rank, auto part, auto value) {
    rank.best.*part = value;
    rank.host = "odd";
    return rank;
  };
  for (const auto& other : {change(mine, &NumericsKey::libm, "glibc 2.31"), change(mine, &NumericsKey::torch, "2.9"),
                            change(mine, &NumericsKey::gpu, "NVIDIA H100"), change(mine, &NumericsKey::version, 2)}) {
    expect_refusal(ExitCode::missing_resource, {"rank 2 (host odd)"}, {mine, mine, other}, InstructionChoice::automatic,
                   {});
    expect_refusal(ExitCode::missing_resource, {"the run was begun with"}, {mine}, InstructionChoice::automatic,
                   other.best);
  }
}

TEST(numerics, differ_in_text_and_survive_a_file) {
  const auto key = key_of(Instructions::avx2);
  std::vector<NumericsKey> others(5, key);
  others[0].instructions = Instructions::avx512;
  others[1].libm = "glibc 2.31";
  others[2].torch = "2.9";
  others[3].gpu = "NVIDIA H100";
  others[4].version = 2;
  for (const auto& other : others) {
    EXPECT_NE(other.text(), key.text());
    EXPECT_EQ(orchestrator::numerics_from_json(orchestrator::to_json(other), "test"), other);
  }
}

TEST(numerics, are_part_of_every_recipe) {
  jobs::StudySpec spec;
  spec.study.family = "gaussian";
  const auto family = workers::make_family(spec);
  const auto one = key_of(Instructions::avx2), other = key_of(Instructions::avx512);
  const storage::Digest d = storage::sha256_of("d");
  using namespace orchestrator;  // NOLINT
  EXPECT_NE(model_recipe(spec, *family, 1, one, d, {}, 1), model_recipe(spec, *family, 1, other, d, {}, 1));
  EXPECT_NE(corpus_recipe(spec, *family, 1, one, d), corpus_recipe(spec, *family, 1, other, d));
  EXPECT_NE(measures_recipe(spec, *family, 1, one, d, d, d), measures_recipe(spec, *family, 1, other, d, d, d));
}

TEST(recipes, the_number_of_ranks_is_part_of_a_model_alone_and_with_a_fast_reduction_alone) {
  jobs::StudySpec spec;
  spec.study.family = "gaussian";
  const auto family = workers::make_family(spec);
  const auto key = key_of(Instructions::avx2);
  const storage::Digest d = storage::sha256_of("d");
  using namespace orchestrator;  // NOLINT
  EXPECT_EQ(model_recipe(spec, *family, 1, key, d, {}, 1), model_recipe(spec, *family, 1, key, d, {}, 2));
  EXPECT_EQ(model_recipes(spec, *family, 1, key, d, {}).size(), 1U);
  spec.training.reduction = jobs::Reduction::fast;
  spec.training.lanes = 4;
  EXPECT_NE(model_recipe(spec, *family, 1, key, d, {}, 1), model_recipe(spec, *family, 1, key, d, {}, 2));
  const auto all = model_recipes(spec, *family, 1, key, d, {});
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[2], model_recipe(spec, *family, 1, key, d, {}, 3));
}

}  // namespace genloss
