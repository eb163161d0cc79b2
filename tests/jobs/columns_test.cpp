#include "jobs/columns.hpp"

#include <gtest/gtest.h>

#include "jobs/chains.hpp"
#include "jobs/error.hpp"
#include "jobs/study_file.hpp"

namespace genloss::jobs {
namespace {

/// What is told of a column that cannot be.
std::string refusal_of(const std::string& name, const std::string& text) {
  StudySpec study;
  try {
    set_column(study, name, text, "test");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    return error.what() + std::string(" ") + error.hint();
  }
  return "";
}

bool tells(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST(columns, read_back_as_they_are_written) {
  StudySpec study;
  set_column(study, "surprise", "log_probability  model=0", "test");
  set_column(study, "loops", "repetition n=3", "test");
  set_column(study, "surprise", "log_probability tokens=yes", "test");
  ASSERT_EQ(study.columns.size(), 2u) << "the later one holds";
  EXPECT_EQ(column_text(study.columns[0]), "log_probability tokens=yes");
  EXPECT_EQ(setting_of(study.columns[0], "model"), "own") << "not said: the default";
  EXPECT_EQ(identity_of(study.columns[1]), "repetition n=3");
  EXPECT_NE(find_column(study, "loops"), nullptr);
  EXPECT_EQ(find_column(study, "loop"), nullptr);
}

TEST(columns, of_the_same_meaning_are_one_identity) {
  StudySpec study;
  set_column(study, "a", "log_probability", "test");
  set_column(study, "b", "log_probability tokens=no model=own", "test");
  EXPECT_EQ(identity_of(study.columns[0]), identity_of(study.columns[1]));
}

TEST(columns, refuse_what_cannot_be_and_name_the_nearest) {
  EXPECT_TRUE(tells(refusal_of("x", "lenght"), "did you mean 'length'?"));
  EXPECT_TRUE(tells(refusal_of("x", "repetition m=4"), "no setting 'm'"));
  EXPECT_TRUE(tells(refusal_of("x", "log_probability modell=0"), "did you mean 'model'?"));
  EXPECT_TRUE(tells(refusal_of("x", "repetition n=0"), "out of range"));
  EXPECT_TRUE(tells(refusal_of("x", "repetition n=four"), "four"));
  EXPECT_TRUE(tells(refusal_of("x", "repetition n=2 n=3"), "said twice"));
  EXPECT_TRUE(tells(refusal_of("x", "repetition 4"), "is no setting"));
  EXPECT_TRUE(tells(refusal_of("x", " "), "names no scorer"));
  EXPECT_TRUE(tells(refusal_of("a.b", "length"), "folder"));
  EXPECT_TRUE(tells(refusal_of("../up", "length"), "folder"));
  EXPECT_TRUE(tells(refusal_of("x", "length n=\"1"), "quote"));
  EXPECT_EQ(refusal_of("x", "length"), "");
}

TEST(columns, take_paths_from_the_folder_of_the_study_and_leave_them_out_of_digests) {
  StudySpec study;
  set_column(study, "outer", "log_probability model=../gpt2", "test");
  make_paths_absolute(study.columns[0], "/data/studies");
  EXPECT_EQ(setting_of(study.columns[0], "model"), "/data/gpt2");
  ASSERT_EQ(paths_of(study.columns[0]).size(), 1u);
  EXPECT_EQ(identity_of(study.columns[0]), "log_probability model=path tokens=no");
  set_column(study, "outer", "log_probability model=12", "test");
  make_paths_absolute(study.columns[0], "/data/studies");
  EXPECT_EQ(setting_of(study.columns[0], "model"), "12") << "the model of a generation is no path";
}

TEST(columns, are_in_the_digest_of_a_study_and_in_none_without_them) {
  StudySpec study;
  const std::string without = identity_text(study);
  EXPECT_FALSE(tells(without, "columns"));
  set_column(study, "words", "length", "test");
  EXPECT_TRUE(tells(identity_text(study), "[columns]\nwords = length\n"));
  EXPECT_EQ(identity_text(study, {"study", "policy"}), identity_text(StudySpec{}, {"study", "policy"}))
      << "recipes of what is there without them stay";
}

TEST(columns, may_differ_between_arms) {
  StudySpec study;
  set_column(study, "loops", "repetition", "test");
  set_arm(study, "short", "columns.loops=\"repetition n=2\"", "test");
  set_arm(study, "long", "", "test");
  const auto chains = chains_of(study);
  ASSERT_EQ(chains.size(), 2u);
  EXPECT_EQ(identity_of(chains[0].spec.columns.front()), "repetition n=2");
  EXPECT_EQ(identity_of(chains[1].spec.columns.front()), "repetition n=4");
}

}  // namespace genloss::jobs
