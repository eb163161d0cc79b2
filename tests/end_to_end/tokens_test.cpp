// Studies of text in tokens that are more than bytes.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "tests/support/program.hpp"

namespace genloss {
namespace {

using namespace tests;  // NOLINT
namespace fs = std::filesystem;

std::vector<std::string> words(const std::string& runs, std::vector<std::string> more = {}) {
  std::vector<std::string> all{"run", study("tiny.ini"), "--text.vocabulary=320", "--study.generations=2",
                               "--runtime.runs=" + runs};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::map<std::string, std::string> run_at(const Scratch& scratch, int ranks, std::vector<std::string> more = {}) {
  const std::string runs = scratch.runs("ranks-" + std::to_string(ranks));
  const Outcome outcome = genloss(ranks, words(runs, std::move(more)));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  return verified_digests(only_run(runs));
}

void flip_byte(const fs::path& file, std::uintmax_t at) {
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekg(static_cast<std::streamoff>(at));
  const char old = static_cast<char>(bytes.get());
  bytes.seekp(static_cast<std::streamoff>(at));
  bytes.put(static_cast<char>(old ^ 1));
}

void replace_in(const fs::path& file, const std::string& from, const std::string& to) {
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto at = text.find(from);
  ASSERT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  fs::remove(file);  // it may be a link that others share
  std::ofstream(file, std::ios::binary) << text;
}

}  // namespace

TEST(tokens, of_any_number_of_ranks_are_the_same) {
  const Scratch scratch;
  const auto alone = run_at(scratch, 0);
  EXPECT_EQ(alone.count("tokenizer"), 1U);
  EXPECT_EQ(alone.count("human tokens"), 1U);
  for (const int ranks : {2, 3, 4}) EXPECT_EQ(run_at(scratch, ranks), alone) << ranks << " ranks";
}

TEST(tokens, prompt_samples_and_are_mixed_as_bytes_are) {
  const Scratch scratch;
  const std::vector<std::string> options{"--policy.name=human_fraction", "--policy.human_fraction=0.2",
                                         "--sampling.prompt=human",      "--sampling.prompt_tokens=8",
                                         "--sampling.max_tokens=24",     "--training.init=previous"};
  EXPECT_EQ(run_at(scratch, 3, options), run_at(scratch, 1, options));
}

TEST(tokens, budget_a_corpus_by_the_shortest_prefix_of_samples) {
  const Scratch scratch;
  const auto manifest_of = [&](int ranks, std::vector<std::string> more) {
    more.insert(more.end(), {"--study.generations=1", "--sampling.shard_samples=8", "--sampling.prompt=human",
                             "--sampling.prompt_tokens=4"});
    const auto runs = scratch.runs(std::to_string(ranks) + more.front());
    const Outcome outcome = genloss(ranks, words(runs, more));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
    (void)verified_digests(only_run(runs));
    std::ifstream file(only_run(runs) / "generation-000/corpus/manifest.json");
    return nlohmann::json::parse(file);
  };
  constexpr std::uint64_t budget = 900;
  const auto corpus = manifest_of(1, {"--sampling.tokens=900"});
  const auto drawn = [](const nlohmann::json& manifest) {
    return manifest.at("values").get<std::uint64_t>() - manifest.at("prompt_values").get<std::uint64_t>();
  };
  EXPECT_GE(drawn(corpus), budget);
  EXPECT_GT(corpus.at("samples").get<std::uint64_t>(), budget / 32) << "some sample is shorter than the longest";
  EXPECT_NE(corpus.at("samples").get<std::uint64_t>() % 8, 0U) << "choose another budget: this one cuts no shard";
  EXPECT_EQ(manifest_of(3, {"--sampling.tokens=900"}).at("digest"), corpus.at("digest"));
  // It is the corpus of so many samples, and with one less the budget is not reached.
  const std::uint64_t samples = corpus.at("samples");
  const auto same = manifest_of(2, {"--sampling.samples=" + std::to_string(samples)});
  EXPECT_EQ(same.at("digest"), corpus.at("digest"));
  const auto less = manifest_of(2, {"--sampling.samples=" + std::to_string(samples - 1)});
  EXPECT_LT(drawn(less), budget);
}

TEST(tokens, another_vocabulary_is_another_study) {
  const Scratch scratch;
  ASSERT_EQ(genloss(0, words(scratch.runs(), {"--study.generations=1"})).exit_code, 0);
  const fs::path first = only_run(scratch.runs());
  const Outcome second = genloss(2, words(scratch.runs(), {"--study.generations=1", "--text.vocabulary=321"}));
  ASSERT_EQ(second.exit_code, 0) << second.output;
  EXPECT_EQ(second.output.find("in the store already"), std::string::npos) << "recipes hold the tokenizer\n"
                                                                           << second.output;
  fs::path another;
  for (const fs::path& run : all_runs(scratch.runs())) {
    if (run != first) another = run;
  }
  const auto one = verified_digests(first), other = verified_digests(another);
  for (const char* artefact : {"tokenizer", "human tokens", "generation 0 model", "generation 0 corpus"}) {
    EXPECT_NE(one.at(artefact), other.at(artefact)) << artefact;
  }
}

TEST(tokens, arms_share_generation_zero) {
  const Scratch scratch;
  ASSERT_EQ(genloss(0, words(scratch.runs())).exit_code, 0);
  const Outcome second = genloss(2, words(scratch.runs(), {"--study.name=with-human", "--policy.name=human_fraction"}));
  ASSERT_EQ(second.exit_code, 0) << second.output;
  EXPECT_NE(second.output.find("in the store already"), std::string::npos) << second.output;
}

TEST(tokens, are_those_of_the_base_model) {
  const Scratch scratch;
  const auto first = run_at(scratch, 0, {"--study.generations=1"});
  const fs::path base = only_run(scratch.runs("ranks-0")) / "generation-000/model";
  const std::vector<std::string> from_base{"run",
                                           study("tiny.ini"),
                                           "--study.generations=1",
                                           "--training.init=base",
                                           "--model.base=" + base.string(),
                                           "--runtime.runs=" + scratch.runs("more")};
  const Outcome outcome = genloss(2, from_base);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.output;
  const auto second = verified_digests(only_run(scratch.runs("more")));
  EXPECT_EQ(second.at("tokenizer"), first.at("tokenizer"));
  EXPECT_EQ(second.at("human tokens"), first.at("human tokens"));
  EXPECT_NE(second.at("generation 0 model"), first.at("generation 0 model"));
  auto with_another = from_base;
  with_another.push_back("--text.vocabulary=400");
  const Outcome refused = genloss(0, with_another);
  EXPECT_EQ(refused.exit_code, 64) << refused.output;
  EXPECT_NE(refused.output.find("has 320 tokens, not 400"), std::string::npos) << refused.output;
}

TEST(tokens, damage_is_found_by_verify_and_refused_by_run) {
  const Scratch scratch;
  const auto command = words(scratch.runs(), {"--study.generations=1"});
  ASSERT_EQ(genloss(0, command).exit_code, 0);
  const fs::path run = only_run(scratch.runs());
  const fs::path kept = scratch.path() / "kept";
  constexpr auto with_links = fs::copy_options::recursive | fs::copy_options::copy_symlinks;
  fs::copy(scratch.runs(), kept, with_links);
  const auto damage = [&](const std::string& artefact, const fs::path& file,
                          const std::function<void(const fs::path&)>& how) {
    how(run / file);
    const Outcome verified = genloss(0, {"verify", run.string()});
    EXPECT_EQ(verified.exit_code, 65) << verified.output;
    EXPECT_NE(verified.output.find(artefact), std::string::npos) << verified.output;
    const Outcome again = genloss(2, command);
    EXPECT_EQ(again.exit_code, 65) << file << "\n" << again.output;
    EXPECT_NE(again.output.find(file.filename().string()), std::string::npos) << again.output;
    EXPECT_NE(again.output.find("hint:"), std::string::npos) << again.output;
    fs::remove_all(scratch.runs());
    fs::copy(kept, scratch.runs(), with_links);
  };
  // Another merge order: each file is well-formed, and no token is what it was.
  damage("tokenizer sha256:", "tokenizer/tokenizer.json",
         [](const fs::path& file) { replace_in(file, "\"Ā\": 0,\n      \"ā\": 1,", "\"Ā\": 1,\n      \"ā\": 0,"); });
  damage("tokenizer sha256:", "tokenizer/tokenizer.json", [](const fs::path& file) { fs::remove(file); });
  damage("tokenizer sha256:", "tokenizer/manifest.json",
         [](const fs::path& file) { replace_in(file, "sha256:", "sha256:0"); });
  damage("human tokens sha256:", "human-tokens/train-000000.tokens",
         [](const fs::path& file) { flip_byte(file, fs::file_size(file) / 2); });
  // What can be made again from what is good is made again.
  const auto before = verified_digests(run);
  fs::remove_all(fs::canonical(run / "tokenizer"));
  fs::remove_all(fs::canonical(run / "human-tokens"));
  ASSERT_EQ(genloss(3, command).exit_code, 0);
  EXPECT_EQ(verified_digests(run), before);
  // A model with another tokenizer beside it would be read wrongly by others.
  replace_in(run / "generation-000/model/tokenizer.json", "\"Ā\": 0,\n      \"ā\": 1,", "\"Ā\": 1,\n      \"ā\": 0,");
  const Outcome model = genloss(0, {"verify", run.string()});
  EXPECT_EQ(model.exit_code, 65);
  EXPECT_NE(model.output.find("generation 0 model sha256:"), std::string::npos);
  EXPECT_NE(model.output.find("its tokenizer is"), std::string::npos) << model.output;
}

TEST(tokens, more_than_the_text_has_are_refused) {
  const Scratch scratch;
  const Outcome outcome = genloss(2, words(scratch.runs(), {"--text.vocabulary=50000"}));
  EXPECT_EQ(outcome.exit_code, 65) << outcome.output;
  EXPECT_NE(outcome.output.find("lower text.vocabulary"), std::string::npos) << outcome.output;
  EXPECT_EQ(genloss(0, words(scratch.runs(), {"--text.vocabulary=255"})).exit_code, 64);
}

}  // namespace genloss
