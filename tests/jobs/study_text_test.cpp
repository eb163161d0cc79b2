// A study as text: what is written reads back, and what names a study is all that should.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>

#include "jobs/option_table.hpp"
#include "jobs/study_file.hpp"
#include "tests/jobs/scratch_study.hpp"
#include "workers/families/gaussian/gaussian_options.hpp"

namespace genloss::jobs {
namespace {
using tests::ScratchStudy;

/// A study in which every option can be changed alone.
StudySpec roomy() {
  StudySpec spec;
  spec.data.source = "/human/text.txt";
  spec.data.held_out_fraction = 0.125;
  spec.model.shape = ModelShape::llama;
  spec.sampling.max_tokens = 128;
  spec.model.base = "/some/model";
  spec.runtime.runs = "/runs";
  return spec;
}

/// The study with one option at a value that is not its own; nullopt if no candidate fits.
std::optional<StudySpec> changed(const Option& option) {
  const std::string before = option.get(roomy());
  std::vector<std::string> candidates{"/x/y z.txt", "no",  "yes", "0.30000000000000004", "0",          "1",  "2",
                                      "64",         "512", "4",   "7k tokens",           "a-1, b c.2", "a-1"};
  for (std::string_view rest = option.type;
       option.type.find(" | ") != std::string::npos && !rest.empty();) {  // the names of a choice
    const auto bar = rest.find(" | ");
    candidates.emplace(candidates.begin(), rest.substr(0, bar));
    rest = bar == std::string_view::npos ? std::string_view{} : rest.substr(bar + 3);
  }
  for (const std::string& candidate : candidates) {
    StudySpec spec = roomy();
    try {
      option.set(spec, candidate);
      check(spec);
    } catch (const std::exception&) {
      continue;
    }
    if (option.get(spec) != before) return spec;
  }
  return std::nullopt;
}

TEST(resolved_ini, reads_back_to_the_same_study_for_every_option) {
  for (const Option& option : option_table()) {
    const auto spec = changed(option);
    ASSERT_TRUE(spec) << option.name() << " was never changed";
    const std::string written = resolved_ini(*spec);
    EXPECT_NE(written, resolved_ini(roomy())) << option.name();
    EXPECT_EQ(resolved_ini(ScratchStudy(written).read()), written) << option.name();
  }
}

TEST(resolved_ini, carries_doubles_in_every_bit) {
  StudySpec spec = roomy();
  spec.training.learning_rate = 0.1 + 0.2;
  spec.training.epsilon = 4.9406564584124654e-324;
  spec.runtime.deadline_seconds = 1.7976931348623157e308;
  spec.sampling.top_p = 1.0 / 3.0;
  spec.parts.of<workers::GaussianOptions>().mean = -0.0;
  const StudySpec back = ScratchStudy(resolved_ini(spec)).read();
  EXPECT_EQ(back.training.learning_rate, spec.training.learning_rate);
  EXPECT_EQ(back.training.epsilon, spec.training.epsilon);
  EXPECT_EQ(back.runtime.deadline_seconds, spec.runtime.deadline_seconds);
  EXPECT_EQ(back.sampling.top_p, spec.sampling.top_p);
}

TEST(identity, changes_with_every_option_inside_the_digest_and_with_no_other) {
  std::set<std::string> outside;
  for (const Option& option : option_table()) {
    const auto spec = changed(option);
    ASSERT_TRUE(spec) << option.name();
    const bool same = identity_text(*spec) == identity_text(roomy());
    const bool concerned = option.concerns(roomy());  // an option of another family makes no other study
    EXPECT_EQ(same, !option.in_digest || !concerned) << option.name();
    if (same && concerned && option.section != "runtime") outside.insert(option.name());
    EXPECT_TRUE(same || option.section != "runtime") << option.name();
  }
  EXPECT_EQ(outside, (std::set<std::string>{"study.generations", "study.seeds", "data.source", "model.base"}));
}

TEST(identity, of_a_recipe_holds_only_its_sections_and_never_the_name) {
  StudySpec spec = roomy();
  const std::vector<std::string_view> parts{"study", "model"};
  const std::string before = identity_text(spec, parts);
  EXPECT_EQ(identity_text(spec, {"study"}), "[study]\nfamily = transformer\nseed = 1\nrepetition = 0\n");
  spec.study.name = "another";
  spec.sampling.temperature = 0.5;
  EXPECT_EQ(identity_text(spec, parts), before);
  spec.model.layers += 1;
  EXPECT_NE(identity_text(spec, parts), before);
  spec = roomy();
  spec.study.seed += 1;
  EXPECT_NE(identity_text(spec, parts), before);
  // Listed the other way round the text is the same: it is in table order.
  EXPECT_EQ(identity_text(roomy(), {"model", "study"}), before);
}

TEST(option_table, names_are_unique_and_every_option_is_explained) {
  std::set<std::string> names, of_sections;
  for (const Section& section : sections()) of_sections.insert(section.name);
  for (const Option& option : option_table()) {
    EXPECT_TRUE(names.insert(option.name()).second) << option.name();
    EXPECT_TRUE(of_sections.count(option.section)) << option.name();
    EXPECT_TRUE(!option.help.empty() && option.help.back() == '.') << option.name();
    for (const auto& [of, value] : option.only_with) EXPECT_NO_THROW((void)registered(of, value)) << option.name();
  }
}

TEST(option_table, every_default_is_in_its_own_range) {
  for (const Option& option : option_table()) {
    StudySpec spec;
    const std::string value = option.get(spec);
    EXPECT_NO_THROW(option.set(spec, value)) << option.name();
    EXPECT_EQ(option.get(spec), value) << option.name();
  }
}

TEST(option_help, tells_of_every_option_or_of_one_section) {
  const std::string all = option_help(), one = option_help("policy");
  for (const Option& option : option_table()) {
    EXPECT_NE(all.find("--" + option.name() + "\n"), std::string::npos) << option.name();
    EXPECT_EQ(one.find("--" + option.name() + "\n") != std::string::npos, option.section == "policy");
  }
}

TEST(option_markdown, is_the_page_in_docs) {
  const std::filesystem::path page = GENLOSS_SOURCE_DIR "/docs/study-options.md";
  if (std::getenv("GENLOSS_WRITE_DOCS") != nullptr) std::ofstream(page, std::ios::binary) << option_markdown();
  std::ifstream in(page, std::ios::binary);
  ASSERT_TRUE(in) << page;
  EXPECT_EQ((std::string{std::istreambuf_iterator<char>(in), {}}), option_markdown())
      << "the option table changed: GENLOSS_WRITE_DOCS=1 tests_jobs writes the page anew";
}

}  // namespace
}  // namespace genloss::jobs
