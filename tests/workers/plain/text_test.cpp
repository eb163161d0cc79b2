// Tokens, streams and windows.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <numeric>

#include "jobs/error.hpp"
#include "storage/files/durable.hpp"
#include "tests/workers/plain/temporary_directory.hpp"
#include "tests/workers/plain/text_corpus.hpp"
#include "workers/text/token_stream.hpp"
#include "workers/text/tokenizer.hpp"
#include "workers/text/window_source.hpp"

namespace {
using namespace genloss;
using namespace genloss::workers;
using namespace std::string_literals;
using tests::TemporaryDirectory;

/// The numbers 0, 1, 2, ...
class Counting final : public TokenStream {
 public:
  explicit Counting(std::uint64_t length) : length_(length) {}
  std::uint64_t length() const override { return length_; }
  void read(std::uint64_t begin, std::span<std::int32_t> out) override {
    ASSERT_LE(begin + out.size(), length_);
    std::iota(out.begin(), out.end(), static_cast<std::int32_t>(begin));
  }

 private:
  std::uint64_t length_;
};

std::string text_of(TokenStream& stream, std::uint64_t begin, std::uint64_t count) {
  std::vector<std::int32_t> tokens(count, -1);
  stream.read(begin, tokens);
  std::ranges::transform(tokens, tokens.begin(), input_of);
  return Tokenizer().decode(tokens);
}
/// Every range of a stream reads as the same range of `whole`.
void expect_reads_as(TokenStream& stream, const std::string& whole) {
  ASSERT_EQ(stream.length(), whole.size());
  for (std::size_t begin = 0; begin <= whole.size(); ++begin) {
    for (std::size_t count = 0; begin + count <= whole.size(); ++count) {
      ASSERT_EQ(text_of(stream, begin, count), whole.substr(begin, count)) << begin << " + " << count;
    }
  }
  std::vector<std::int32_t> too_many(2);
  EXPECT_THROW(stream.read(whole.size() - 1, too_many), Error);
}

TEST(tokenizer_of_bytes, saves_the_byte_alphabet_of_gpt2) {
  const TemporaryDirectory scratch;
  Tokenizer().save(scratch.path(), 64);
  const auto saved = nlohmann::json::parse(storage::read_text(scratch.path() / "tokenizer.json"));
  const auto& vocabulary = saved.at("model").at("vocab");
  EXPECT_EQ(vocabulary.size(), 256U);
  EXPECT_EQ(vocabulary.at("!"), 0x21);
  EXPECT_EQ(vocabulary.at("Ġ"), 0x20) << "space, as everyone knows it from GPT-2";
  EXPECT_EQ(vocabulary.at("Ċ"), 0x0a);
  EXPECT_EQ(vocabulary.at("Ā"), 0);
  EXPECT_EQ(vocabulary.at("ÿ"), 255);
  EXPECT_EQ(vocabulary.at("Ń"), 0xad) << "the last of the 68";
  EXPECT_TRUE(saved.at("model").at("merges").empty());
  const auto config = nlohmann::json::parse(storage::read_text(scratch.path() / "tokenizer_config.json"));
  EXPECT_EQ(config.at("model_max_length"), 64);
}

TEST(human_stream, is_the_documents_of_a_split_each_with_its_end) {
  const TemporaryDirectory scratch;
  std::ofstream(scratch.path() / "a.txt") << "one";
  std::ofstream(scratch.path() / "b.txt") << "x";
  std::ofstream(scratch.path() / "c.txt") << "three";
  std::ofstream(scratch.path() / "d.txt") << "test";
  storage::ImportRules rules;
  rules.test = {"d"};
  const auto data = storage::HumanData::import(scratch.path(), rules);
  const HumanTokens tokens(data);
  HumanStream train(tokens, storage::HumanSplit::train, 0), test(tokens, storage::HumanSplit::test, 0);
  expect_reads_as(train, "one\0x\0three\0"s);
  expect_reads_as(test, "test\0"s);
}

TEST(corpus_stream, is_what_was_generated_without_prompts_each_sample_with_its_end) {
  const TemporaryDirectory scratch;
  const auto corpus = tests::write_text_corpus(
      scratch.path(), {{{"p", "one"}, {"", "x"}, {"pr", ""}}, {{"", ""}}, {{"prompt", "three"}, {"q", "end"}}});
  CorpusStream stream(corpus, 0);
  EXPECT_EQ(CorpusStream::length(corpus->manifest()), stream.length());
  expect_reads_as(stream, "one\0x\0\0\0three\0end\0"s);
}

/// The places of a stream that are read and not predicted.
std::vector<std::size_t> joints_of(TokenStream& stream) {
  std::vector<std::int32_t> tokens(stream.length());
  stream.read(0, tokens);
  std::vector<std::size_t> joints;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (!is_target(tokens[i])) joints.push_back(i);
  }
  return joints;
}

TEST(corpus_stream, a_cut_sample_has_no_end_and_nothing_is_predicted_across_its_joint) {
  const TemporaryDirectory scratch;
  const auto corpus = tests::write_text_corpus(
      scratch.path(), {{{"", "one", false}, {"", "two", true}, {"", "three", true}, {"p", "four", true}},
                       {{"", "five", false}, {"", "", true}, {"", "six", false}}});
  EXPECT_EQ(corpus->manifest().ended_samples(), 4U);
  CorpusStream stream(corpus, 0);
  EXPECT_EQ(CorpusStream::length(corpus->manifest()), stream.length());
  expect_reads_as(stream, "onetwo\0three\0four\0five\0six"s);
  // two follows a cut; three was drawn behind an end, and stands behind one; four continues a prompt that is not there;
  // one and five begin a shard; six follows an end, which nothing stands before
  EXPECT_EQ(joints_of(stream), (std::vector<std::size_t>{0, 3, 13, 18}));
}

TEST(corpus_stream, forgets_old_shards_and_finds_them_again) {
  const TemporaryDirectory scratch;
  std::vector<tests::TextShard> shards;
  std::string whole;
  for (int s = 0; s < 20; ++s) {
    shards.push_back({{"p", "shard " + std::to_string(s)}, {"", "!"}});
    whole += "shard " + std::to_string(s) + "\0!\0"s;
  }
  CorpusStream stream(tests::write_text_corpus(scratch.path(), shards, 2), 0);
  for (const int round : {0, 1}) EXPECT_EQ(text_of(stream, 0, whole.size()), whole) << "round " << round;
}

/// The stream over chosen samples of a corpus.
CorpusStream stream_of(const std::shared_ptr<storage::CorpusReader>& corpus, const std::vector<std::uint64_t>& ids) {
  return {{corpus, std::make_shared<const storage::ChosenSamples>(*corpus, ids)}, 0};
}

TEST(corpus_stream, of_chosen_samples_holds_these_in_their_order) {
  const TemporaryDirectory scratch;
  const auto corpus = tests::write_text_corpus(
      scratch.path(), {{{"p", "one"}, {"", "x"}, {"pr", ""}}, {{"", "", false}}, {{"prompt", "three"}, {"q", "end"}}});
  auto some = stream_of(corpus, {0, 2, 3, 5});
  expect_reads_as(some, "one\0\0end\0"s);
  auto repeated = stream_of(corpus, {0, 1, 4, 0, 4});
  expect_reads_as(repeated, "one\0x\0three\0one\0three\0"s);
  auto all = stream_of(corpus, {0, 1, 2, 3, 4, 5});
  CorpusStream whole(corpus, 0);
  EXPECT_EQ(all.length(), whole.length());
  EXPECT_EQ(joints_of(all), joints_of(whole));
  auto none = stream_of(corpus, {});
  EXPECT_EQ(none.length(), 0U);
  EXPECT_THROW((void)stream_of(corpus, {6}), Error);
}

TEST(corpus_stream, nothing_is_predicted_across_a_joint_of_chosen_samples) {
  const TemporaryDirectory scratch;
  const auto corpus = tests::write_text_corpus(
      scratch.path(), {{{"", "a1", true}, {"", "b2", false}, {"", "c3", true}, {"p", "d4", true}, {"", "", false}},
                       {{"", "e5", true}, {"", "f6", true}}});
  auto stream = stream_of(corpus, {0, 2, 3, 0, 1, 2, 4, 0, 5, 6});
  expect_reads_as(stream, "a1\0c3\0d4\0a1\0b2c3\0a1\0e5\0f6\0"s);
  // The first; c stands behind an end, as it was drawn; d continues a prompt; a and b are behind ends, c is behind a
  // cut, and a behind an empty one that was cut; e is of another shard; f is behind an end.
  EXPECT_EQ(joints_of(stream), (std::vector<std::size_t>{0, 6, 14, 17, 20}));
  // Wherever reading begins.
  for (std::uint64_t begin = 0; begin < stream.length(); ++begin) {
    std::vector<std::int32_t> one(1), whole(stream.length());
    stream.read(begin, one);
    stream.read(0, whole);
    EXPECT_EQ(one[0], whole[begin]) << begin;
  }
}

TEST(corpus_stream, chosen_samples_come_back_from_their_file_and_no_other_is_taken) {
  const TemporaryDirectory scratch;
  const auto corpus =
      tests::write_text_corpus(scratch.path() / "corpus", {{{"p", "one"}, {"", "x"}}, {{"", "three", false}}});
  const std::vector<std::uint64_t> ids = {2, 0, 0};
  const storage::ChosenSamples chosen(*corpus, ids), other(*corpus, std::vector<std::uint64_t>{2, 0, 1});
  const auto file = scratch.path() / "index-0.bin";
  chosen.write(file);
  EXPECT_EQ(chosen.digest(), storage::sha256_of_file(file));
  const storage::ChosenSamples back(file, chosen.digest());
  EXPECT_EQ(back.totals(), (storage::ShardCounts{3, 13, 2, 2}));
  ASSERT_EQ(back.size(), 3U);
  EXPECT_EQ(back[1].sample, 0U);
  EXPECT_EQ(back[2].begin, 9U);
  EXPECT_NE(other.digest(), chosen.digest());
  EXPECT_THROW(storage::ChosenSamples(file, other.digest()), Error);
  other.write(file);
  EXPECT_THROW(storage::ChosenSamples(file, chosen.digest()), Error);
}

TEST(corpus_stream, ten_thousand_shards_cost_no_open_file) {
  const TemporaryDirectory scratch;
  storage::CorpusManifest manifest;
  manifest.format = {storage::ElementType::u8, true, 0, {}};
  std::vector<storage::ShardRecord> records;
  for (std::uint64_t s = 0; s < 10'000; ++s) {
    storage::ShardRecord record;
    record.shard = s;
    record.first_sample = 64 * s;
    record.samples = 64;
    record.values = 64 * 100;
    record.prompt_values = 64 * 10;
    record.ended_samples = 64;
    records.push_back(record);
  }
  storage::write_corpus_manifest(scratch.path(), manifest, records);
  // None of the shards is there: opening one would throw.
  const auto cache = std::make_shared<storage::ShardCache>(4);
  auto stream = std::make_unique<CorpusStream>(std::make_shared<storage::CorpusReader>(scratch.path(), cache), 0);
  EXPECT_EQ(stream->length(), 10'000U * 64 * 91);
  const WindowSource windows(std::move(stream), 256);
  EXPECT_EQ(windows.units(), (10'000U * 64 * 91 - 1) / 256);
  EXPECT_EQ(cache->open_files(), 0U);
}

TEST(corpus_stream, refuses_reals) {
  const TemporaryDirectory scratch;
  storage::CorpusManifest manifest;
  manifest.format = {storage::ElementType::f64, false, 3, {}};
  storage::write_corpus_manifest(scratch.path(), manifest, {});
  const auto corpus = std::make_shared<storage::CorpusReader>(scratch.path(), std::make_shared<storage::ShardCache>(4));
  EXPECT_THROW(CorpusStream(corpus, 0), Error);
}

TEST(window_source, predicts_every_token_but_the_first_once) {
  WindowSource windows(std::make_unique<Counting>(14), 4);
  ASSERT_EQ(windows.units(), 3U);
  ASSERT_EQ(windows.unit_bytes(), 20U);
  for (std::uint64_t unit = 0; unit < 3; ++unit) {
    std::int32_t tokens[5];
    windows.read(unit, std::as_writable_bytes(std::span(tokens)));
    for (int i = 0; i < 5; ++i) EXPECT_EQ(tokens[i], static_cast<std::int32_t>(unit) * 4 + i);
  }
}

TEST(window_source, a_window_needs_one_token_more_than_its_context) {
  EXPECT_EQ(windows_in(0, 4), 0U);
  EXPECT_EQ(windows_in(4, 4), 0U);
  EXPECT_EQ(windows_in(5, 4), 1U);
  EXPECT_EQ(windows_in(8, 4), 1U);
  EXPECT_EQ(windows_in(9, 4), 2U);
}
}  // namespace
