// Combinations of options that cannot be run, each with the change that makes it so.

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "jobs/error.hpp"
#include "jobs/study_file.hpp"
#include "workers/families/gaussian/gaussian_options.hpp"

namespace genloss::jobs {
namespace {

using Change = std::function<void(StudySpec&)>;

StudySpec transformer() {
  StudySpec spec;
  spec.data.source = "/text.txt";
  return spec;
}
StudySpec gaussian() {
  StudySpec spec;
  spec.study.family = "gaussian";
  return spec;
}

/// The options named by the error that a change provokes; empty if the study is still fine.
std::string blamed(StudySpec spec, const Change& change) {
  change(spec);
  try {
    check(spec);
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::usage);
    EXPECT_FALSE(e.hint().empty()) << e.what();
    return e.object();
  }
  return {};
}

#define REFUSED(spec, option, statement)                                                   \
  EXPECT_NE(blamed(spec, [](StudySpec& s) { statement; }).find(option), std::string::npos) \
      << #statement << " is blamed on '" << blamed(spec, [](StudySpec& s) { statement; }) << "'"
#define ACCEPTED(spec, statement) EXPECT_EQ(blamed(spec, [](StudySpec& s) { statement; }), "") << #statement

TEST(study_check, accepts_the_defaults_with_text) {
  EXPECT_NO_THROW(check(transformer()));
  EXPECT_NO_THROW(check(gaussian()));
}

TEST(study_check, text_needs_a_source) { REFUSED(transformer(), "data.source", s.data.source.clear()); }

TEST(study_check, name_can_name_a_folder) {
  for (const std::string name : {"", ".hidden", "..", "a/b", "a b", "\xc3\xa4"}) {
    EXPECT_EQ(blamed(transformer(), [&](StudySpec& s) { s.study.name = name; }), "study.name") << name;
  }
  ACCEPTED(transformer(), s.study.name = "Run_2.b-1");
}

TEST(study_check, lanes_are_a_power_of_two_and_share_the_batch) {
  REFUSED(transformer(), "training.lanes", s.training.lanes = 6);
  REFUSED(gaussian(), "training.lanes", s.training.lanes = 3);
  REFUSED(transformer(), "training.lanes", s.training.lanes = 0);
  REFUSED(transformer(), "training.lanes", s.training.lanes = -8);
  REFUSED(transformer(), "training.batch", s.training.batch = 36);
  REFUSED(transformer(), "training.batch", s.training.batch = 4);
  REFUSED(transformer(), "training.micro_batch", s.training.micro_batch = 3);
  ACCEPTED(transformer(), s.training.micro_batch = 2);
  ACCEPTED(transformer(), s.training.lanes = 1);
}

TEST(study_check, heads_share_the_width) {
  REFUSED(transformer(), "model.width", s.model.heads = 3);
  REFUSED(transformer(), "model.kv_heads", (s.model.shape = ModelShape::llama, s.model.kv_heads = 3));
  ACCEPTED(transformer(), (s.model.shape = ModelShape::llama, s.model.kv_heads = 2));
  REFUSED(transformer(), "model.kv_heads", s.model.kv_heads = 2);
  REFUSED(transformer(), "model.width", (s.model.shape = ModelShape::llama, s.model.width = 12));
  REFUSED(transformer(), "model.tied_head", s.model.tied_head = false);
  ACCEPTED(transformer(), (s.model.shape = ModelShape::llama, s.model.tied_head = false));
}

TEST(study_check, prompts_leave_room_in_the_context_and_samples_may_be_longer) {
  ACCEPTED(transformer(), s.sampling.max_tokens = 1000);
  REFUSED(transformer(), "sampling.prompt_tokens",
          (s.sampling.prompt = PromptSource::human, s.sampling.prompt_tokens = s.model.context));
  REFUSED(transformer(), "model.context",
          (s.sampling.prompt = PromptSource::human, s.sampling.prompt_tokens = std::numeric_limits<int>::max()));
  ACCEPTED(transformer(), (s.sampling.prompt = PromptSource::human, s.sampling.max_tokens = 224));
}

TEST(study_check, splits_leave_something_to_train_and_to_test_on) {
  REFUSED(transformer(), "data.", (s.data.held_out_fraction = 0.9));
  REFUSED(transformer(), "training.patience", (s.training.patience = 1, s.data.validation_fraction = 0));
  ACCEPTED(transformer(), (s.training.patience = 1, s.data.validation_fraction = 0, s.data.validation = {"b"}));
  ACCEPTED(transformer(), (s.data.held_out_fraction = 0.9, s.data.test = {"a"}, s.data.validation = {"b"}));
  REFUSED(transformer(), "data.test", s.data.test_fraction = 0);
  REFUSED(transformer(), "data.held_out", (s.data.test = {"a", "b"}, s.data.held_out = {"b"}));
}

TEST(study_check, a_policy_of_held_out_text_needs_some) {
  const auto policy = [](StudySpec& s) { s.policy.name = "human_fraction"; };
  EXPECT_NE(blamed(transformer(), policy).find("policy.human_pool"), std::string::npos);
  ACCEPTED(transformer(), (s.policy.name = "human_fraction", s.data.held_out_fraction = 0.1));
  ACCEPTED(transformer(), (s.policy.name = "human_fraction", s.policy.human_pool = TrainableSplit::train));
  EXPECT_EQ(blamed(gaussian(), policy), "");
}

TEST(study_check, accumulating_everything_leaves_no_choice_of_size) {
  REFUSED(gaussian(), "policy.size", (s.policy.name = "accumulate", s.policy.size = 100));
  ACCEPTED(gaussian(), (s.policy.name = "accumulate_subsample", s.policy.size = 100));
}

TEST(study_check, base_weights_need_a_base) {
  REFUSED(transformer(), "model.base", s.training.init = Initialisation::base);
  ACCEPTED(transformer(), (s.training.init = Initialisation::base, s.model.base = "/model"));
}

TEST(study_check, a_gaussian_needs_more_samples_than_dimensions) {
  REFUSED(gaussian(), "gaussian.dimension",
          (s.parts.of<workers::GaussianOptions>().dimension = 8, s.sampling.samples = 8));
  ACCEPTED(gaussian(), (s.parts.of<workers::GaussianOptions>().dimension = 8, s.sampling.samples = 9));
}

TEST(study_check, values_set_in_code_are_checked_like_those_of_a_file) {
  REFUSED(transformer(), "study.generations", s.study.generations = 0);
  REFUSED(transformer(), "sampling.top_p", s.sampling.top_p = 1.01);
  REFUSED(transformer(), "sampling.temperature", s.sampling.temperature = std::nan(""));
  REFUSED(transformer(), "sampling.samples", s.sampling.samples = 0);
  REFUSED(transformer(), "runtime.keep_checkpoints", s.runtime.keep_checkpoints = 1);
  REFUSED(transformer(), "model.shape", s.model.shape = static_cast<ModelShape>(9));
  REFUSED(transformer(), "gaussian.ddof", s.parts.of<workers::GaussianOptions>().ddof = 2);
}

TEST(study_check, what_study_ini_cannot_hold_is_refused) {
  REFUSED(transformer(), "data.source", s.data.source = "/a#b/text.txt");
  REFUSED(transformer(), "runtime.runs", s.runtime.runs = "/a\nb");
  REFUSED(transformer(), "data.source", s.data.source = "/text ");
  REFUSED(transformer(), "data.test", s.data.test = {" a"});
}

}  // namespace
}  // namespace genloss::jobs
