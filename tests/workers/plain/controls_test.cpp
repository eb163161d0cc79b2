// The instrument is calibrated: texts whose kind of change is known get the profile that they should.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/workers/plain/control_texts.hpp"
#include "workers/measures/text_measures.hpp"

namespace {
using namespace genloss;
using namespace genloss::tests;
using workers::Stage;

std::string read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Documents of about 2.5 KB, cut at paragraphs.
std::vector<std::string> documents_of(const std::string& text) {
  std::vector<std::string> documents;
  for (std::size_t at = 0; at < text.size();) {
    const auto blank = text.find("\n\n", at + 2500);
    const auto end = blank == std::string::npos ? text.size() : blank + 2;
    documents.push_back(text.substr(at, end - at));
    at = end;
  }
  return documents;
}

/// Where there is human text: novels that the bootstrap fetched, or the shared folder of data.
std::vector<std::filesystem::path> human_texts() {
  std::vector<std::filesystem::path> found;
  const std::filesystem::path novels = GENLOSS_SOURCE_DIR "/.deps/austen", shared = GENLOSS_SHARED_DATA;
  for (const auto& file : {novels / "emma.txt", shared / "TinyStories-train.head-2MiB.txt"}) {
    if (std::filesystem::exists(file)) found.push_back(file);
  }
  return found;
}

using Measures = std::vector<workers::Measure>;

void expect(const ControlTexts& texts, const std::string& where) {
  const auto is = [&](const Measures& before, const Measures& after, Stage stage, const char* what) {
    const auto changes = workers::changes_between(workers::text_records(), before, after);
    const auto profile = workers::profile_of(changes);
    EXPECT_EQ(profile.stage, stage) << where << ", " << what << ": " << describe(profile, 20);
    if (std::getenv("GENLOSS_SHOW_CONTROLS") == nullptr) return;
    std::printf("%s, %s\n  %s\n", where.c_str(), what, describe(profile, 20).c_str());
    for (const auto& c : changes)
      std::printf("    %s%s %s\n", c.certain ? "*" : " ", c.material ? "!" : " ", describe(c).c_str());
  };
  const auto human = texts.measured(texts.human(0)), model = texts.measured(texts.written({}, 1)),
             stuck = texts.measured(texts.written({1, 1}, 1));
  is(human, texts.measured(texts.human(1)), Stage::none, "human text against other human text");
  is(model, texts.measured(texts.written({}, 2)), Stage::none, "a frozen model sampled again");
  is(model, texts.measured(texts.written({1.3, 0}, 1)), Stage::noise, "temperature 1.3");
  is(model, stuck, Stage::late, "top-k 1 against the model");
  is(human, stuck, Stage::late, "top-k 1 against human text");
  if (where.rfind("TinyStories", 0) != 0)  // whose sentences are all alike: 0.7 is late there
    is(model, texts.measured(texts.written({0.7, 0}, 1)), Stage::early, "temperature 0.7");
  is(human, texts.measured(texts.without_rare_words(0)), Stage::early, "rare words removed");
  is(human, texts.measured(texts.without_rare_words(1)), Stage::early, "rare words removed from other text");
}

TEST(controls, of_a_language_made_up_here_get_the_profile_they_should) { expect(ControlTexts::made_up(), "made up"); }

TEST(controls, of_human_text_get_the_profile_they_should) {
  const auto files = human_texts();
  if (files.empty()) GTEST_SKIP() << "no human text here: ./bootstrap test fetches the novels to .deps/austen";
  for (const auto& file : files) {
    auto text = read(file);
    text.resize(std::min<std::size_t>(text.size(), 900'000));
    expect(ControlTexts(documents_of(text)), file.filename().string());
  }
}

}  // namespace
