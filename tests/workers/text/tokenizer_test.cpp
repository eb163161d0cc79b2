// Tokenizers: what they promise of any text, and what they are on disk.
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include <nlohmann/json.hpp>

#include "jobs/error.hpp"
#include "jobs/random.hpp"
#include "storage/files/durable.hpp"
#include "tests/test_world.hpp"
#include "tests/workers/plain/temporary_directory.hpp"
#include "workers/text/bpe/byte_alphabet.hpp"
#include "workers/text/bpe/learn_merges.hpp"
#include "workers/text/bpe/pretokenizer.hpp"
#include "workers/text/encoder.hpp"

namespace {
using namespace genloss;
using namespace genloss::workers;
using namespace std::string_literals;
using tests::TemporaryDirectory;

BpeModel learned(int vocabulary, const std::string& text) {
  WordCounts counts;
  Pretokenizer().cut(text, [&](std::string_view word) { ++counts[std::string(word)]; });
  return learn_merges(counts, vocabulary);
}
Tokenizer of_tiny_text(int vocabulary = 512) {
  static const std::string text = storage::read_text(std::string(GENLOSS_SOURCE_DIR) + "/tests/data/tiny.txt");
  return Tokenizer(learned(vocabulary, text));
}
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  Pretokenizer().cut(text, [&](std::string_view word) { words.emplace_back(word); });
  return words;
}
using Words = std::vector<std::string>;

TEST(byte_alphabet, names_every_byte_and_reads_it_back) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  EXPECT_EQ(bytes_of_printable(printable(all)), all);
  EXPECT_EQ(printable(" the\n"), "ĠtheĊ");
  EXPECT_EQ(printable("\0"s), "Ā");
  EXPECT_FALSE(bytes_of_printable("a b")) << "a blank names no byte";
  EXPECT_FALSE(bytes_of_printable("日"));
  EXPECT_FALSE(bytes_of_printable("\xc4")) << "half a character";
}

TEST(pretokenizer, cuts_as_gpt2_does) {
  EXPECT_EQ(words_of("I'll go,  now\n\n x2"), (Words{"I", "'ll", " go", ",", " ", " now", "\n\n", " x", "2"}));
  EXPECT_EQ(words_of("x   "), (Words{"x", "   "})) << "white space at the end is one word";
  EXPECT_EQ(words_of("a\xc2\xa0z"), (Words{"a", "\xc2\xa0", "z"})) << "no-break space is white space";
}

TEST(pretokenizer, bytes_that_are_no_text_stand_alone) {
  EXPECT_EQ(words_of("ab\xff\xfe cd"), (Words{"ab", "\xff", "\xfe", " cd"}));
  EXPECT_EQ(words_of("a\xe2\x82"), (Words{"a", "\xe2", "\x82"}));
  EXPECT_EQ(words_of("!\0?"s), (Words{"!\0?"s})) << "NUL is a character";
}

TEST(pretokenizer, long_runs_need_no_stack) {
  const std::string blanks(3'000'000, ' '), letters(3'000'000, 'a');
  EXPECT_EQ(words_of(blanks + letters).size(), 2U);
}

TEST(tokenizer, without_merges_tokens_are_bytes) {
  const Tokenizer bytes;
  EXPECT_EQ(bytes.vocabulary(), 256);
  EXPECT_EQ(bytes.end_of_document(), 0);
  EXPECT_TRUE(bytes.is_bytes());
  EXPECT_EQ(bytes.encode("aé"), (std::vector<std::int32_t>{97, 0xc3, 0xa9}));
  EXPECT_EQ(bytes.decode(bytes.encode("aé")), "aé");
  EXPECT_THROW((void)bytes.decode(std::vector<std::int32_t>{256}), Error);
  EXPECT_THROW((void)bytes.decode(std::vector<std::int32_t>{-1}), Error);
}

TEST(tokenizer, ids_below_256_are_the_bytes_and_no_token_holds_the_end_of_a_document) {
  const Tokenizer tokenizer = of_tiny_text();
  ASSERT_EQ(tokenizer.vocabulary(), 512);
  EXPECT_FALSE(tokenizer.is_bytes());
  EXPECT_EQ(tokenizer.end_of_document(), 0);
  for (int id = 0; id < 256; ++id) EXPECT_EQ(tokenizer.bytes_of(id), std::string(1, static_cast<char>(id)));
  for (int id = 256; id < 512; ++id) {
    EXPECT_GE(tokenizer.bytes_of(id).size(), 2U);
    EXPECT_EQ(tokenizer.bytes_of(id).find('\0'), std::string_view::npos);
  }
}

TEST(tokenizer, any_bytes_come_back) {
  const Tokenizer tokenizer = of_tiny_text();
  const jobs::CounterRandom random({1, jobs::Purpose::sampling, 0});
  std::string noise;
  for (std::uint64_t i = 0; i < 200'000; ++i) noise.push_back(static_cast<char>(random.below(256, i, 0)));
  EXPECT_EQ(tokenizer.decode(tokenizer.encode(noise)), noise);
  Encoder encoder(tokenizer);
  std::vector<std::int32_t> pieces;
  for (std::size_t at = 0; at < noise.size(); at += 777) encoder.append(noise.substr(at, 777), pieces);
  EXPECT_EQ(tokenizer.decode(pieces), noise) << "also in pieces";
}

TEST(tokenizer, any_tokens_can_be_decoded) {
  const Tokenizer tokenizer = of_tiny_text();
  const jobs::CounterRandom random({2, jobs::Purpose::sampling, 0});
  std::vector<std::int32_t> tokens;
  std::string bytes;
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    tokens.push_back(static_cast<std::int32_t>(random.below(512, i, 0)));
    bytes += tokenizer.bytes_of(tokens.back());
  }
  EXPECT_EQ(tokenizer.decode(tokens), bytes);
}

TEST(tokenizer, a_long_word_encodes_as_the_rule_says) {
  // Longer words go another way through the code than short ones; both are the rule.
  const Tokenizer tokenizer = of_tiny_text();
  for (const std::size_t length : {23U, 24U, 25U, 40U, 100U}) {
    const std::string word =
        std::string("thethereanditheringhandtherewiththinkingtherandthattheand").substr(0, length) +
        std::string(length > 57 ? length - 57 : 0, 'a');
    std::vector<std::int32_t> expected;  // the rule, word for word
    for (const char c : word) expected.push_back(static_cast<unsigned char>(c));
    for (const auto& merge : tokenizer.model().merges) {
      for (std::size_t i = 0; i + 1 < expected.size(); ++i) {
        if (expected[i] != merge.left || expected[i + 1] != merge.right) continue;
        expected[i] = merge.result;
        expected.erase(expected.begin() + static_cast<std::ptrdiff_t>(i) + 1);
      }
    }
    EXPECT_EQ(tokenizer.encode(word), expected) << word;
  }
}

TEST(tokenizer, of_equal_pairs_the_leftmost_merges_first) {
  BpeModel model = BpeModel::of_bytes();
  model.tokens.emplace_back("aa");
  model.merges.push_back({'a', 'a', 256});
  const Tokenizer tokenizer(model);
  EXPECT_EQ(tokenizer.encode("aaa"), (std::vector<std::int32_t>{256, 'a'}));
  std::vector<std::int32_t> many(50, 256);
  many.push_back('a');
  EXPECT_EQ(tokenizer.encode(std::string(101, 'a')), many) << "a long word too";
}

TEST(tokenizer, comes_back_from_disk_and_its_digest_names_it) {
  const TemporaryDirectory scratch;
  for (const int vocabulary : {256, 300, 512}) {
    const Tokenizer tokenizer = of_tiny_text(vocabulary);
    tokenizer.save(scratch.path(), 64);
    EXPECT_EQ(Tokenizer::load(scratch.path()), tokenizer);
    EXPECT_EQ(Tokenizer::load(scratch.path()).model(), tokenizer.model());
  }
  EXPECT_NE(of_tiny_text(300).digest(), of_tiny_text(301).digest());
  EXPECT_EQ(of_tiny_text(256).digest(), Tokenizer().digest());
}

TEST(tokenizer, a_special_token_ends_documents_of_a_tokenizer_that_has_one) {
  const TemporaryDirectory scratch;
  BpeModel model = of_tiny_text(300).model();
  model.tokens.emplace_back();
  model.specials.push_back({300, "<|endoftext|>"});
  const Tokenizer tokenizer(model, 300);
  tokenizer.save(scratch.path(), 64);
  const Tokenizer loaded = Tokenizer::load(scratch.path());
  EXPECT_EQ(loaded, tokenizer);
  EXPECT_EQ(loaded.end_of_document(), 300);
  EXPECT_EQ(loaded.decode(std::vector<std::int32_t>{97, 300, 98}), "ab");
  EXPECT_EQ(loaded.decode(loaded.encode("<|endoftext|>")), "<|endoftext|>") << "text cannot spell it";
  std::ofstream(scratch.path() / "config.json") << R"({"eos_token_id": 10})";
  const Tokenizer by_model = Tokenizer::load(scratch.path());
  EXPECT_EQ(by_model.end_of_document(), 10) << "the model knows best";
  std::filesystem::remove(scratch.path() / "config.json");
  by_model.save(scratch.path(), 64);
  EXPECT_EQ(Tokenizer::load(scratch.path()), by_model) << "and it stays so without the model";
}

TEST(tokenizer, refuses_what_it_would_encode_differently) {
  const TemporaryDirectory scratch;
  of_tiny_text(300).save(scratch.path(), 64);
  const auto file = scratch.path() / "tokenizer.json";
  const auto good = nlohmann::json::parse(storage::read_text(file));
  const auto refused = [&](const char* what, const std::function<void(nlohmann::json&)>& change) {
    auto changed = good;
    change(changed);
    std::ofstream(file) << changed.dump();
    EXPECT_THROW((void)Tokenizer::load(scratch.path()), Error) << what;
  };
  refused("another model", [](auto& j) { j["model"]["type"] = "Unigram"; });
  refused("a normalizer", [](auto& j) { j["normalizer"] = {{"type", "NFC"}}; });
  refused("dropout", [](auto& j) { j["model"]["dropout"] = 0.1; });
  refused("byte fallback", [](auto& j) { j["model"]["byte_fallback"] = true; });
  refused("other words", [](auto& j) { j["pre_tokenizer"] = {{"type", "Whitespace"}}; });
  refused("a blank in front", [](auto& j) { j["pre_tokenizer"]["add_prefix_space"] = true; });
  refused("a gap in the ids", [](auto& j) { j["model"]["vocab"]["Ā"] = 4000; });
  refused("an id twice", [](auto& j) { j["model"]["vocab"]["Ā"] = 1; });
  refused("a byte that is missing", [](auto& j) { j["model"]["vocab"].erase("a"); });
  refused("a merge of no token", [](auto& j) { j["model"]["merges"].push_back({"Ā", "Ā"}); });
  refused("a token that is no bytes", [](auto& j) { j["model"]["vocab"]["日"] = 300; });
  std::ofstream(file) << good.dump().substr(0, 1000);
  EXPECT_THROW((void)Tokenizer::load(scratch.path()), Error) << "a torn file";
  std::filesystem::remove(file);
  EXPECT_THROW((void)Tokenizer::load(scratch.path()), Error) << "none";
  of_tiny_text(300).save(scratch.path(), 64);
  EXPECT_EQ(Tokenizer::load(scratch.path()), of_tiny_text(300));
}

TEST(learn_merges, of_equally_frequent_pairs_the_greater_one_wins) {
  // ab, cd and xc occur three times each: 'x' is the greatest first token.
  const BpeModel model = learned(257, "ab ab ab\nxcd xcd xcd");
  EXPECT_EQ(model.tokens[256], "xc");
  // Equal first tokens: the greater second one.
  EXPECT_EQ(learned(257, "Xa\nXb\nXa\nXb").tokens[256], "Xb");
}

TEST(learn_merges, a_vocabulary_holds_no_bytes_twice) {
  // Runs of one letter can be put together in many ways.
  std::string text;
  for (int length = 1; length < 40; ++length) text += std::string(static_cast<std::size_t>(length), 'a') + "\n";
  const BpeModel model = learned(280, text);
  std::set<std::string> tokens(model.tokens.begin(), model.tokens.end());
  EXPECT_EQ(tokens.size(), 280U);
  std::set<std::pair<std::int32_t, std::int32_t>> pairs;
  for (const auto& merge : model.merges) EXPECT_TRUE(pairs.emplace(merge.left, merge.right).second);
  const Tokenizer tokenizer(model);
  EXPECT_EQ(tokenizer.decode(tokenizer.encode(text)), text);
}

TEST(learn_merges, says_when_the_text_is_too_small) {
  try {
    (void)learned(300, "abc");
    FAIL() << "three bytes have no 44 merges";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_data);
    EXPECT_EQ(error.cause(), "the text has only 258");
  }
}

TEST(learn_merges, is_the_same_however_the_words_are_spread_over_ranks) {
  const std::string text = storage::read_text(std::string(GENLOSS_SOURCE_DIR) + "/tests/data/tiny.txt");
  constexpr std::size_t length = 1000;
  const std::size_t documents = text.size() / length;
  const auto document = [&](std::size_t d) { return std::string_view(text).substr(d * length, length); };
  const auto counts = count_words(tests::ranks(), documents, document);
  if (!tests::ranks().is_root()) {
    EXPECT_TRUE(counts.empty());
    return;
  }
  EXPECT_EQ(counts, count_words(*comms::make_self(), documents, document));
  EXPECT_EQ(learn_merges(counts, 400).tokens.size(), 400U);
}

}  // namespace
