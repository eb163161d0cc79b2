#include "jobs/study_file.hpp"

#include <gtest/gtest.h>

#include "tests/jobs/scratch_study.hpp"
#include "workers/families/gaussian/gaussian_options.hpp"

namespace genloss::jobs {
namespace {
using tests::ScratchStudy;

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(study_file, reads_sections_comments_and_every_type) {
  const ScratchStudy study(
      "# a comment\r\n[study]\r\nname = my-run  # another\nseed = 18446744073709551615\n[data]\nsource = a/../b.txt\n"
      "held_out = emma, persuasion\n[training]\nbudget = 400k tokens\nlearning_rate=3e-4\nreduction = fast\n"
      "[sampling]\nstop_at_end = no\nsamples = 2k\n[policy]\nname = human_fraction\n");
  const StudySpec spec = study.read();
  EXPECT_EQ(spec.study.name, "my-run");
  EXPECT_EQ(spec.study.seed, ~std::uint64_t{0});
  EXPECT_EQ(spec.data.held_out, (std::vector<std::string>{"emma", "persuasion"}));
  EXPECT_EQ(spec.training.budget.unit, Budget::Unit::tokens);
  EXPECT_EQ(spec.training.budget.amount, 400'000);
  EXPECT_EQ(spec.training.learning_rate, 3e-4);
  EXPECT_EQ(spec.training.reduction, Reduction::fast);
  EXPECT_FALSE(spec.sampling.stop_at_end);
  EXPECT_EQ(spec.sampling.samples, 2000U);
  EXPECT_EQ(spec.policy.name, "human_fraction");
  EXPECT_EQ(spec.model.layers, ModelSection{}.layers);
}

TEST(study_file, reads_a_file_with_a_byte_order_mark) {
  const ScratchStudy study("\xEF\xBB\xBF[data]\nsource = t.txt\n");
  EXPECT_EQ(study.read().data.source, study.folder() / "t.txt");
}

TEST(study_file, command_line_wins_in_both_spellings) {
  const ScratchStudy study("[study]\nseed = 3\ngenerations = 4\n[data]\nsource = t.txt\ntest = a\n");
  const StudySpec spec = study.read({"--study.seed=5", "--study.generations", "9", "--training.clip", "0",
                                     "--study.seed=6", "--data.test=", "--gaussian.mean", "-1.5"});
  EXPECT_EQ(spec.study.seed, 6U);
  EXPECT_EQ(spec.study.generations, 9);
  EXPECT_EQ(spec.training.clip, 0.0);
  EXPECT_TRUE(spec.data.test.empty());
  EXPECT_EQ(spec.parts.of<workers::GaussianOptions>().mean, -1.5);
}

TEST(study_file, relative_paths_start_at_the_file_or_the_current_folder) {
  const ScratchStudy study(
      "[data]\nsource = ../text\n[model]\nbase = model\n[training]\ninit = base\n[runtime]\nruns = out\n");
  const auto here = std::filesystem::current_path();
  const StudySpec from_file = study.read();
  EXPECT_EQ(from_file.data.source, study.folder().parent_path() / "text");
  EXPECT_EQ(from_file.model.base, study.folder() / "model");
  EXPECT_EQ(from_file.runtime.runs, here / "out");
  const StudySpec overridden = study.read({"--data.source=x.txt", "--model.base", "m", "--runtime.runs=/r"});
  EXPECT_EQ(overridden.data.source, here / "x.txt");
  EXPECT_EQ(overridden.model.base, here / "m");
  EXPECT_EQ(overridden.runtime.runs, "/r");
}

TEST(study_file, unknown_option_suggests_the_nearest_name) {
  const ScratchStudy study("[training]\nlearning_rat = 1\n");
  const auto in_file = study.error();
  ASSERT_TRUE(in_file);
  EXPECT_EQ(in_file->code(), ExitCode::usage);
  EXPECT_EQ(in_file->operation(), "read study");
  EXPECT_TRUE(holds(in_file->object(), study.file().string())) << in_file->object();
  EXPECT_TRUE(holds(in_file->object(), "training.learning_rat"));
  EXPECT_TRUE(holds(in_file->hint(), "training.learning_rate")) << in_file->hint();

  const auto on_line = ScratchStudy().error({"--sampling.max_token=3"});
  ASSERT_TRUE(on_line);
  EXPECT_EQ(on_line->code(), ExitCode::usage);
  EXPECT_TRUE(holds(on_line->object(), "command line"));
  EXPECT_TRUE(holds(on_line->hint(), "sampling.max_tokens"));
}

TEST(study_file, abbreviations_are_no_options) {
  EXPECT_TRUE(ScratchStudy().error({"--study.gen=3"}));
  EXPECT_TRUE(ScratchStudy().error({"-s=3"}));
  EXPECT_TRUE(ScratchStudy().error({"--"}));
  EXPECT_TRUE(ScratchStudy().error({"stray"}));
  EXPECT_TRUE(ScratchStudy().error({"--study.seed=3", "stray"}));
  EXPECT_TRUE(ScratchStudy().error({"--study.seed"}));
  EXPECT_TRUE(ScratchStudy("name = outside any section\n").error());
}

TEST(study_file, nearest_option_finds_slips_and_not_nonsense) {
  EXPECT_EQ(nearest_option("trainig.lanes"), "training.lanes");
  EXPECT_EQ(nearest_option("sampling.lanes"), "training.lanes");
  EXPECT_EQ(nearest_option("temperatur"), "sampling.temperature");
  EXPECT_EQ(nearest_option("runtime.keep_checkpoint"), "runtime.keep_checkpoints");
  EXPECT_EQ(nearest_option("qqqqqqqq.zzzzzzz"), "");
}

TEST(study_file, bad_values_name_file_option_and_what_is_allowed) {
  struct Case {
    std::string section, line, in_cause;
  };
  for (const Case& c : {Case{"training", "batch = twelve", "whole number"}, Case{"training", "batch = 12.5", "whole"},
                        Case{"training", "batch = 0", "range"}, Case{"study", "generations = 0", "range"},
                        Case{"training", "learning_rate = fast", "number"}, Case{"sampling", "top_p = 0", "range"},
                        Case{"sampling", "top_p = 1.5", "range"}, Case{"measures", "confidence = 1", "range"},
                        Case{"policy", "name = replaced", "none of"}, Case{"policy", "human_pool = test", "none of"},
                        Case{"policy", "human_pool = validation", "none of"}, Case{"training", "budget = 3", "budget"},
                        Case{"sampling", "stop_at_end = perhaps", "yes or no"}, Case{"gaussian", "ddof = 2", "range"},
                        Case{"runtime", "keep_checkpoints = 1", "range"}, Case{"study", "seed = -1", "negative"},
                        Case{"training", "beta2 = 1", "range"}, Case{"model", "layers = 99999999999", "range"}}) {
    const ScratchStudy study("[data]\nsource = t.txt\n[" + c.section + "]\n" + c.line + "\n");
    const auto error = study.error();
    ASSERT_TRUE(error) << c.line;
    const std::string name = c.section + "." + c.line.substr(0, c.line.find(' '));
    EXPECT_EQ(error->code(), ExitCode::usage) << c.line;
    EXPECT_EQ(error->operation(), "read study") << c.line;
    EXPECT_TRUE(holds(error->object(), study.file().string()) && holds(error->object(), name)) << error->object();
    EXPECT_TRUE(holds(error->cause(), c.in_cause)) << error->cause();
    EXPECT_FALSE(error->hint().empty()) << c.line;
  }
}

TEST(study_file, an_option_given_twice_in_a_file_is_an_error) {
  const ScratchStudy study("[study]\nseed = 1\n[data]\nsource = t.txt\n[study]\nseed = 1\n");
  const auto error = study.error();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::usage);
  EXPECT_TRUE(holds(error->object(), "study.seed"));
}

TEST(study_file, what_is_no_study_file_is_bad_data) {
  const ScratchStudy study;
  std::vector<std::pair<std::filesystem::path, std::string>> cases{{study.folder() / "absent.ini", "no such file"},
                                                                   {study.folder(), "not a file"}};
  for (const std::string& content :
       {std::string("\x7f"
                    "ELF\0\0\1",
                    7),
        std::string("{\"json\": 1}\n"), std::string("[study\nname = x\n"), std::string("just words\n")}) {
    study.write(content);
    cases.emplace_back(study.file(), "");
    try {
      (void)read_study(study.file());
      ADD_FAILURE() << content;
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), ExitCode::bad_data) << e.what();
      EXPECT_EQ(e.object(), study.file().string());
      EXPECT_FALSE(e.hint().empty());
    }
  }
  for (const auto& [path, cause] : cases) {
    try {
      (void)read_study(path);
      ADD_FAILURE() << path;
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), ExitCode::bad_data);
      EXPECT_EQ(e.operation(), "read study");
      EXPECT_TRUE(holds(e.cause(), cause)) << e.cause();
    }
  }
}

TEST(study_file, options_of_another_family_or_policy_are_fine) {
  EXPECT_FALSE(ScratchStudy("[study]\nfamily = gaussian\n[model]\nwidth = 100\nheads = 3\n[policy]\nname = replace\n"
                            "human_fraction = 0.5\n[training]\nbatch = 5\nmicro_batch = 3\n")
                   .error());
}

TEST(study_file, ready_made_studies_are_valid) {
  int studies = 0;
  for (const auto& entry : std::filesystem::directory_iterator(GENLOSS_SOURCE_DIR "/jobs")) {
    if (entry.path().extension() != ".ini") continue;
    ++studies;
    EXPECT_NO_THROW((void)read_study(entry.path())) << entry.path();
  }
  EXPECT_GE(studies, 3);
  const StudySpec tiny = read_study(GENLOSS_SOURCE_DIR "/jobs/tiny.ini");
  EXPECT_TRUE(std::filesystem::is_regular_file(tiny.data.source));
}

TEST(study_file, an_unknown_policy_suggests_the_nearest) {
  const auto error = ScratchStudy("[study]\nfamily = gaussian\n[policy]\nname = human_fractoin\n").error();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::usage);
  EXPECT_TRUE(holds(error->cause(), "did you mean 'human_fraction'?")) << error->cause();
}

TEST(study_file, policies_and_their_numbers_are_schedules_and_recipes_hold_one_value) {
  StudySpec spec;
  set_option(spec, "policy.name", "0:replace,5:human_fraction", "test");
  set_option(spec, "policy.human_fraction", "0:0.1..4:0.5,8:1", "test");
  EXPECT_EQ(spec.of(4).policy.name, "replace");
  EXPECT_EQ(spec.of(5).policy.name, "human_fraction");
  for (const auto& [generation, share] :
       std::vector<std::pair<int, double>>{{0, 0.1}, {1, 0.2}, {4, 0.5}, {7, 0.5}, {9, 1}}) {
    EXPECT_DOUBLE_EQ(spec.of(generation).policy.human_fraction, share) << generation;
  }
  const std::string before = identity_text(spec.of(4), {"policy"}), after = identity_text(spec.of(6), {"policy"});
  EXPECT_FALSE(holds(before, "human_fraction")) << "an option that replace does not use:\n" << before;
  EXPECT_TRUE(holds(after, "human_fraction = 0.5")) << after;
  EXPECT_TRUE(holds(identity_text(spec, {"policy"}), "0:replace, 5:human_fraction"));
  for (const std::string wrong : {"0:0.1..0:0.5", "1:0.1..4:0.5", "0:0.1..4", "0:0..4:2", "..", "0:a..3:b"}) {
    EXPECT_THROW(set_option(spec, "policy.human_fraction", wrong, "test"), Error) << wrong;
  }
}

TEST(study_file, weights_of_terms_are_shares_of_the_loss) {
  const std::string terms = "[policy]\nname = custom\nterms = human train weight 0.5 | corpus latest weight ";
  EXPECT_FALSE(ScratchStudy("[study]\nfamily = gaussian\n" + terms + "0.5\n").error());
  const auto sum = ScratchStudy("[study]\nfamily = gaussian\n" + terms + "0.4\n").error();
  ASSERT_TRUE(sum);
  EXPECT_TRUE(holds(sum->cause(), "sum to 0.9")) << sum->cause();
  EXPECT_EQ(sum->code(), ExitCode::usage);
  EXPECT_FALSE(ScratchStudy("[data]\nsource = human.txt\n" + terms + "0.5\n").error());
}

}  // namespace
}  // namespace genloss::jobs
