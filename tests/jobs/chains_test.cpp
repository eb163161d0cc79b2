#include "jobs/chains.hpp"

#include <gtest/gtest.h>

#include "jobs/error.hpp"
#include "jobs/study_file.hpp"

namespace genloss::jobs {
namespace {

StudySpec two_arms() {
  StudySpec study;
  study.study.seeds = 3;
  study.study.seed = 7;
  set_arm(study, "replace", "policy.name=replace", "test");
  set_arm(study, "half", "policy.name=human_fraction  data.test=\"one two\" policy.human_fraction=0.5", "test");
  return study;
}

ExitCode code_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return ExitCode::done;
}

}  // namespace

TEST(chains, are_arms_times_seeds) {
  const auto chains = chains_of(two_arms());
  ASSERT_EQ(chains.size(), 6u);
  EXPECT_EQ(chains[0].name, "replace seed 7");
  EXPECT_EQ(chains[0].title, chains[0].name);
  EXPECT_EQ(chains[5].folder, "half/seed-9");
  EXPECT_EQ(chains[5].spec.study.chain_seed(), 9u);
  EXPECT_EQ(chains[5].spec.study.seed, 7u) << "splits go by the study's seed";
  EXPECT_EQ(chains[5].spec.policy.human_fraction, 0.5);
  EXPECT_EQ(chains[5].spec.data.test, std::vector<std::string>{"one two"});
  EXPECT_EQ(chains[0].spec.policy.name, "replace");
}

TEST(chains, are_called_by_their_arm_alone_where_that_tells_them_apart) {
  StudySpec study = two_arms();
  study.study.seeds = 1;
  const auto chains = chains_of(study);
  EXPECT_EQ(chains[1].title, "half");
  EXPECT_EQ(chains[1].name, "half seed 7") << "journals say it whole: more seeds may follow";
  EXPECT_EQ(titles_of(chains, {1}), "half");
  EXPECT_EQ(titles_of(chains, {0, 1}), "all chains");
  EXPECT_EQ(titles_of(chains_of(StudySpec{}), {0}), "");
  EXPECT_EQ(titles_of(chains_of(two_arms()), {0, 4}), "replace seed 7, half seed 8");
}

TEST(chains, of_a_plain_study_is_one_without_a_name) {
  const auto chains = chains_of(StudySpec{});
  ASSERT_EQ(chains.size(), 1u);
  EXPECT_TRUE(chains[0].name.empty() && chains[0].folder.empty());
}

TEST(chains, arms_are_inside_the_digest_and_seeds_outside) {
  StudySpec study = two_arms();
  const std::string identity = identity_text(study);
  study.study.seeds = 5;
  EXPECT_EQ(identity_text(study), identity);
  set_arm(study, "half", "policy.human_fraction=0.6", "test");
  EXPECT_NE(identity_text(study), identity);
}

TEST(chains, names_of_arms_are_in_no_recipe) {
  StudySpec other = two_arms();
  other.arms[0].name = "another";
  const std::vector<std::string_view> sections{"study", "model", "policy"};
  EXPECT_EQ(identity_text(chains_of(other)[0].spec, sections), identity_text(chains_of(two_arms())[0].spec, sections));
}

TEST(chains, arms_read_back_as_they_were_written) {
  const StudySpec study = two_arms();
  for (const Arm& arm : study.arms) {
    StudySpec again;
    set_arm(again, arm.name, arm_text(arm), "test");
    EXPECT_EQ(again.arms.front().options, arm.options);
  }
}

TEST(chains, refuse_what_an_arm_cannot_be) {
  StudySpec study;
  for (const auto& [name, text] : std::vector<std::pair<std::string, std::string>>{{"a/b", "policy.name=replace"},
                                                                                   {"..", "policy.name=replace"},
                                                                                   {"", ""},
                                                                                   {"x", "policy.name"},
                                                                                   {"x", "policy.nam=replace"},
                                                                                   {"x", "policy.name=none"},
                                                                                   {"x", "study.seed=3"},
                                                                                   {"x", "runtime.threads=2"},
                                                                                   {"x", "data.test=\"a"}}) {
    EXPECT_EQ(code_of([&] { set_arm(study, name, text, "test"); }), ExitCode::usage) << name << ": " << text;
  }
}

TEST(chains, are_selected_by_arm_and_seed) {
  EXPECT_EQ(selected(chains_of(two_arms()), "half", std::nullopt).size(), 3u);
  EXPECT_EQ(selected(chains_of(two_arms()), "", 8).size(), 2u);
  EXPECT_EQ(code_of([] { (void)selected(chains_of(two_arms()), "none", std::nullopt); }), ExitCode::usage);
  EXPECT_EQ(code_of([] { (void)selected(chains_of(two_arms()), "", 1); }), ExitCode::usage);
}

}  // namespace genloss::jobs
