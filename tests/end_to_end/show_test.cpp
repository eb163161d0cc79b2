#include <algorithm>
#include <fstream>
#include <functional>

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/program.hpp"

namespace genloss {

using namespace tests;  // NOLINT
using nlohmann::json;

namespace {

std::vector<std::string> prompted_tiny(const Scratch& scratch) {
  return {"run",
          study("tiny.ini"),
          "--study.generations=2",
          "--sampling.prompt=human",
          "--sampling.prompt_tokens=8",
          "--sampling.max_tokens=24",
          "--runtime.runs=" + scratch.runs()};
}

json shown(std::vector<std::string> words) {
  words.insert(words.begin(), "show");
  words.emplace_back("--json");
  const Outcome outcome = tests::genloss(0, words);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  return json::parse(outcome.output, nullptr, false);
}

/// Columns of the widest line: tiny.txt is ASCII, and what is no character is shown as one of three bytes.
std::size_t widest(const std::string& text) {
  std::size_t most = 0, columns = 0;
  for (const char c : text) {
    columns = c == '\n' ? 0 : columns + ((static_cast<unsigned char>(c) & 0xc0U) == 0x80 ? 0 : 1);
    most = std::max(most, columns);
  }
  return most;
}

}  // namespace

TEST(show, prints_samples_and_the_strip_of_a_run) {
  const Scratch scratch;
  ASSERT_EQ(tests::genloss(0, prompted_tiny(scratch)).exit_code, 0);
  const std::string run = only_run(scratch.runs()).string();

  const Outcome page = tests::genloss(0, {"show", run, "--generation", "0", "--sample=3", "--columns=70"});
  ASSERT_EQ(page.exit_code, 0) << page.output;
  EXPECT_NE(page.output.find("generation 0, sample 3\n  log-probability -"), std::string::npos) << page.output;
  EXPECT_NE(page.output.find("prompt: 8 tokens of human text"), std::string::npos) << page.output;
  EXPECT_NE(page.output.find("  «"), std::string::npos) << page.output;
  EXPECT_LE(widest(page.output), 70);

  const json all = shown({run, "--generation=0", "--random=1000"});
  ASSERT_EQ(all.size(), 64);
  double least = 0;
  std::ifstream source(std::string(GENLOSS_SOURCE_DIR) + "/tests/data/tiny.txt");
  const std::string human{std::istreambuf_iterator<char>(source), {}};
  for (const auto& sample : all) {
    EXPECT_EQ(sample.at("prompt_tokens"), 8);
    const auto prompt = sample.at("prompt").get<std::string>();
    EXPECT_EQ(sample.at("source").at("file"), "tiny.txt");
    EXPECT_EQ(human.substr(sample.at("source").at("byte"), prompt.size()), prompt);
    if (sample.at("drawn_tokens") != 0) {
      least = std::min(least, sample.at("log_probability").get<double>() / sample.at("drawn_tokens").get<double>());
    }
  }
  const json worst = shown({run, "--generation=0", "--worst=log_probability", "--count=2"});
  ASSERT_EQ(worst.size(), 2);
  EXPECT_EQ(worst[0].at("value"), least);
  EXPECT_GE(worst[1].at("value"), least);

  const json few = shown({run, "--random=4"});
  EXPECT_EQ(few.at(0).at("generation"), 1);  // the last
  EXPECT_EQ(few, shown({run, "--random=4"}));
  EXPECT_NE(few, shown({run, "--random=4", "--seed=2"}));

  // The strip's first row is what the corpus holds: the same code drew it from the same random numbers.
  const json strip = shown({run, run, "--strip", "--sample=3", "--tokens=24"});
  ASSERT_EQ(strip.at("arms").size(), 2);
  EXPECT_EQ(strip.at("arms")[0], strip.at("arms")[1]);
  const json& rows = strip.at("arms")[0].at("generations");
  ASSERT_EQ(rows.size(), 2);
  EXPECT_EQ(strip.at("prompt"), all[3].at("prompt"));
  EXPECT_EQ(rows[0].at("text"), all[3].at("text"));
  EXPECT_NEAR(rows[0].at("log_probability").get<double>(), all[3].at("log_probability").get<double>(), 1e-9);
  EXPECT_NE(rows[1].at("text"), rows[0].at("text"));
  // Nor does anything else have to be there than models: another prompt, another length.
  const json other = shown({run, "--strip", "--prompt=It was", "--tokens=9"});
  EXPECT_EQ(other.at("prompt"), "It was");
  EXPECT_LE(other.at("arms")[0].at("generations")[0].at("tokens"), 9);
  const Outcome text = tests::genloss(0, {"show", run, "--strip"});
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_NE(text.output.find("\n  0 | "), std::string::npos) << text.output;
  EXPECT_NE(text.output.find("\n  1 | "), std::string::npos) << text.output;
  EXPECT_LE(widest(text.output), 90);

  const std::string weights = run + "/generation-001/model/model.safetensors";
  std::fstream file(weights, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(-5, std::ios::end);
  file.put('\x7f');
  file.close();
  const Outcome damaged = tests::genloss(0, {"show", run, "--strip"});
  EXPECT_EQ(damaged.exit_code, 65) << damaged.output;
  EXPECT_NE(damaged.output.find("generation-001/model/model.safetensors: its content does not fit its digest"),
            std::string::npos)
      << damaged.output;
}

TEST(show, heads_an_arm_of_the_strip_with_how_it_draws_and_what_it_learns_from) {
  const auto drawing = [](std::vector<std::string> policy) {
    const Scratch scratch;
    std::vector<std::string> words = prompted_tiny(scratch);
    words.insert(words.end(), {"--study.generations=1", "--sampling.temperature=0.5"});
    words.insert(words.end(), policy.begin(), policy.end());
    const Outcome outcome = tests::genloss(0, words);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
    const json strip = shown({only_run(scratch.runs()).string(), "--strip", "--tokens=1"});
    return strip.at("arms").at(0).at("drawing").get<std::string>();
  };
  EXPECT_EQ(drawing({"--policy.name=replace", "--sampling.top_k=9"}), "temperature 0.5, top-k 9");
  EXPECT_EQ(drawing({"--policy.name=human_fraction", "--policy.human_fraction=0.25"}),
            "temperature 0.5; 25 % human text in every mix");
  EXPECT_EQ(drawing({"--policy.name=accumulate"}), "temperature 0.5; learns from everything so far");
}

TEST(show, says_what_is_not_there) {
  const Scratch scratch;
  const auto fails = [](std::vector<std::string> words, int code, const std::string& cause) {
    words.insert(words.begin(), "show");
    const Outcome outcome = tests::genloss(0, words);
    EXPECT_EQ(outcome.exit_code, code) << outcome.output;
    EXPECT_NE(outcome.output.find(cause), std::string::npos) << outcome.output;
  };
  // A run that was killed while it drew generation 1: what is sealed can be seen.
  EXPECT_NE(tests::genloss(0, prompted_tiny(scratch), {{"GENLOSS_FAULT", "kill@1:SAMPLING:shard-1"}}).exit_code, 0);
  const std::string run = only_run(scratch.runs()).string();
  EXPECT_EQ(shown({run, "--random=1000"}).size(), 32);  // two shards of generation 1
  EXPECT_EQ(shown({run, "--sample=31"}).at(0).at("generation"), 1);
  fails({run, "--sample=32"}, 64, "it is not drawn yet: 32 samples are");
  fails({run, "--generation=0", "--sample=64"}, 64, "the corpus has samples 0 to 63");
  fails({run, "--generation=2"}, 64, "the last generation with samples is 1");
  fails({run, "--worst=sense"}, 64, "there are repetition_4, ");
  fails({run, "--sample=x"}, 64, "'x' is not a whole number");
  fails({run, "--sample=1", "--random=2"}, 64, "give one");
  fails({run, "--strip", "--prompt=" + std::string(40, 'a')}, 64, "the model's context is 32 tokens");
  fails({run, "--every=2"}, 64, "'--every=2' is not understood");
  fails({}, 64, "give a run directory");
  fails({scratch.path().string()}, 65, "this is not a run directory");
  ASSERT_EQ(tests::genloss(0, {"run", study("gaussian-replace.ini"), "--study.generations=1",
                               "--runtime.runs=" + scratch.runs("reals")})
                .exit_code,
            0);
  fails({only_run(scratch.runs("reals")).string()}, 64, "its samples are reals, not text");
}

TEST(show, sorts_by_what_a_column_says) {
  const Scratch scratch;
  auto words = prompted_tiny(scratch);
  words.insert(words.end(), {"--columns.words=length", "--columns.loops=repetition n=2"});
  ASSERT_EQ(tests::genloss(2, words).exit_code, 0);
  const std::string run = only_run(scratch.runs()).string();
  const auto by = [&](const std::string& order, const std::string& address) {
    const json samples = shown({run, "--sort", order, "--count", "12"});
    EXPECT_EQ(samples.size(), 12u);
    std::vector<double> values;
    for (const auto& sample : samples) {
      EXPECT_EQ(sample.at("columns").at("words.length"), sample.at("drawn_tokens")) << sample;
      values.push_back(sample.at("columns").at(address).get<double>());
    }
    return values;
  };
  const auto most = by("loops", "loops"), least = by("loops:ascending", "loops");
  EXPECT_TRUE(std::ranges::is_sorted(most, std::greater<>()));
  EXPECT_TRUE(std::ranges::is_sorted(least));
  EXPECT_GT(most.front(), least.front());
  EXPECT_TRUE(std::ranges::is_sorted(by("words.length:ascending", "words.length")));
  const Outcome unknown = tests::genloss(0, {"show", run, "--sort", "word.length"});
  EXPECT_EQ(unknown.exit_code, 64);
  EXPECT_NE(unknown.output.find("words"), std::string::npos) << unknown.output;
  EXPECT_EQ(tests::genloss(0, {"show", run, "--sort", "words.length:upwards"}).exit_code, 64);
}

}  // namespace genloss
