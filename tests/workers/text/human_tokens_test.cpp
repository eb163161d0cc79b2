// Human text as token files, and streams of tokens that are more than bytes.
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "jobs/error.hpp"
#include "storage/corpus/corpus_reader.hpp"
#include "storage/corpus/shard.hpp"
#include "storage/files/durable.hpp"
#include "tests/workers/plain/temporary_directory.hpp"
#include "workers/text/bpe/learn_merges.hpp"
#include "workers/text/encoded/encoding.hpp"
#include "workers/text/encoded/token_values.hpp"
#include "workers/text/human_prompts.hpp"
#include "workers/text/passage.hpp"
#include "workers/text/token_stream.hpp"

namespace {
using namespace genloss;
using namespace genloss::workers;
using storage::HumanSplit;
using tests::TemporaryDirectory;
using Tokens = std::vector<std::int32_t>;

constexpr std::uint64_t small_parts = 5000;

/// The tiny text in documents of some 400 bytes, a tokenizer of it, and token files of 5 kB of text.
class EncodedText : public testing::Test {
 protected:
  EncodedText() {
    storage::ImportRules rules;
    rules.by_paragraphs = true;
    rules.document_bytes = 400;
    rules.held_out_fraction = rules.test_fraction = 0.2;
    human.emplace(storage::HumanData::import(source, rules));
    const std::string text = storage::read_text(source);
    const auto words = count_words(*comms::make_self(), 1, [&](std::size_t) { return std::string_view(text); });
    tokenizer = Tokenizer(learn_merges(words, 400));
    for (const TokenPart& part : token_parts(*human, small_parts)) {
      TokenFile::write(folder.path() / part.file_name(), part, *human, tokenizer);
    }
  }
  [[nodiscard]] HumanTokens open() const { return HumanTokens::open(*human, tokenizer, folder.path(), small_parts); }
  /// One document after the other, each followed by `end` if that is an id.
  [[nodiscard]] Tokens whole(HumanSplit split, std::int32_t end = -1) const {
    Tokens all;
    for (const auto* document : human->documents(split)) {
      const auto tokens = tokenizer.encode(human->text(*document));
      all.insert(all.end(), tokens.begin(), tokens.end());
      if (end >= 0) all.push_back(end);
    }
    return all;
  }

  const std::string source = std::string(GENLOSS_SOURCE_DIR) + "/tests/data/tiny.txt";
  std::optional<storage::HumanData> human;
  Tokenizer tokenizer;
  TemporaryDirectory folder;
};

TEST_F(EncodedText, is_the_tokens_of_every_document_whatever_part_it_lies_in) {
  ASSERT_GE(token_parts(*human, small_parts).size(), 6U);
  const HumanTokens tokens = open();
  for (const auto split : {HumanSplit::train, HumanSplit::held_out, HumanSplit::test}) {
    const Tokens all = whole(split);
    ASSERT_EQ(tokens.tokens(split), all.size());
    ASSERT_EQ(tokens.documents(split), human->documents(split).size());
    EXPECT_EQ(tokens.starts(split).size(), tokens.documents(split) + 1);
    for (const std::size_t length : {std::size_t{1}, std::size_t{1000}, all.size()}) {
      for (std::size_t begin = 0; begin + length <= all.size(); begin += 97) {
        Tokens read(length);
        tokens.read(split, begin, read);
        ASSERT_EQ(read, Tokens(all.begin() + static_cast<std::ptrdiff_t>(begin),
                               all.begin() + static_cast<std::ptrdiff_t>(begin + length)));
      }
    }
    Tokens beyond(2);
    EXPECT_THROW(tokens.read(split, all.size() - 1, beyond), Error);
  }
}

TEST_F(EncodedText, streams_with_an_end_after_every_document) {
  HumanStream stream(open(), HumanSplit::train, 0);
  Tokens all(stream.length());
  stream.read(0, all);
  EXPECT_EQ(all, whole(HumanSplit::train, 0));
  for (std::size_t begin = 0; begin + 40 <= all.size(); begin += 31) {
    Tokens some(40);
    stream.read(begin, some);
    ASSERT_TRUE(std::equal(some.begin(), some.end(), all.begin() + static_cast<std::ptrdiff_t>(begin))) << begin;
  }
}

TEST_F(EncodedText, byte_that_turns_in_a_token_file_is_found_when_it_is_read) {
  const HumanTokens tokens = open();
  const auto file = folder.path() / "train-000000.tokens";
  Tokens read(8);
  tokens.read(HumanSplit::train, 0, read);
  constexpr long behind_the_tokens = 4 + 32;  // checksum of the one block, digest
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(-behind_the_tokens - 2, std::ios::end);
  const char old = static_cast<char>(stream.get());
  stream.seekp(-behind_the_tokens - 2, std::ios::end);
  stream.put(static_cast<char>(old ^ 1)).flush();
  try {
    tokens.read(HumanSplit::train, 0, read);
    ADD_FAILURE() << "damaged tokens were used";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_data);
    EXPECT_NE(error.object().find("train-000000.tokens"), std::string::npos);
  }
}

TEST_F(EncodedText, bytes_are_read_from_the_text_itself) {
  const HumanTokens bytes(*human);
  std::string text;
  for (const auto* document : human->documents(HumanSplit::test)) text += human->text(*document);
  Tokens read(bytes.tokens(HumanSplit::test));
  bytes.read(HumanSplit::test, 0, read);
  EXPECT_EQ(Tokenizer().decode(read), text);
}

TEST_F(EncodedText, an_estimate_counts_and_cannot_be_read) {
  const HumanTokens estimate = HumanTokens::estimated(*human, 2);
  const auto bytes = human->bytes(HumanSplit::train);
  EXPECT_EQ(estimate.tokens(HumanSplit::train), (bytes + 1) / 2);
  Tokens one(1);
  EXPECT_THROW(estimate.read(HumanSplit::train, 0, one), Error);
}

TEST_F(EncodedText, damage_is_seen) {
  const auto part = token_parts(*human, small_parts).at(1);
  const auto file = folder.path() / part.file_name();
  const std::string good = storage::read_text(file);
  const auto with = [&](const std::string& content) { std::ofstream(file, std::ios::binary) << content; };
  (void)checked_token_file(file);
  for (const std::size_t at : {std::size_t{100}, good.size() / 2, good.size() - 1}) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    with(bad);
    EXPECT_THROW((void)checked_token_file(file), Error) << "byte " << at;
  }
  with(good.substr(0, good.size() - 2));
  EXPECT_THROW((void)open(), Error) << "cut off";
  with("GLTOKENS");
  EXPECT_THROW((void)open(), Error) << "a head that is too short";
  EXPECT_THROW((void)checked_token_file(file), Error);
  std::filesystem::remove(file);
  EXPECT_THROW((void)open(), Error) << "gone";
}

TEST_F(EncodedText, belongs_to_its_tokenizer_and_its_text) {
  const auto shorter = tokenizer.model().tokens.size() - 1;
  BpeModel other = tokenizer.model();
  other.tokens.resize(shorter);
  other.merges.pop_back();
  EXPECT_THROW((void)HumanTokens::open(*human, Tokenizer(other), folder.path(), small_parts), Error);
  const auto parts = token_parts(*human, small_parts);
  TokenPart edited = parts[0];
  edited.text = {};
  EXPECT_THROW(TokenFile(folder.path() / parts[0].file_name(), edited, tokenizer), Error) << "other words";
  std::filesystem::copy_file(folder.path() / parts[0].file_name(), folder.path() / parts[1].file_name(),
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_THROW((void)open(), Error) << "another part of the text";
}

TEST_F(EncodedText, the_list_of_files_names_them_all) {
  std::vector<EncodedPart> parts;
  for (const TokenPart& part : token_parts(*human, small_parts)) {
    const TokenFile file(folder.path() / part.file_name(), part, tokenizer);
    parts.push_back(
        {part.file_name(), part.documents, file.tokens(), checked_token_file(folder.path() / part.file_name())});
  }
  const auto digest = write_encoding(folder.path(), tokenizer.digest(), parts);
  EXPECT_EQ(check_encoding(folder.path()), digest);
  // A whole file in the place of another is no damage of its own bytes.
  std::filesystem::copy_file(folder.path() / parts[0].file, folder.path() / parts[1].file,
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_THROW((void)check_encoding(folder.path()), Error);
}

TEST_F(EncodedText, prompts_are_passages_of_one_document_and_say_where_they_stand) {
  constexpr std::uint64_t length = 40;
  const jobs::CounterRandom random({5, jobs::Purpose::prompts, 1});
  const HumanPrompts prompts(*human, open(), tokenizer, length, random);
  std::set<std::uint64_t> documents;
  for (std::uint64_t sample = 0; sample < 200; ++sample) {
    const Prompt prompt = prompts(sample);
    ASSERT_EQ(prompt.tokens.size(), length);
    ASSERT_LT(prompt.document, human->documents().size());
    const auto& document = human->documents()[prompt.document];
    EXPECT_EQ(document.split, HumanSplit::train);
    const std::string text = tokenizer.decode(prompt.tokens);
    EXPECT_EQ(human->text(document).substr(prompt.offset, text.size()), text);
    documents.insert(prompt.document);
    EXPECT_EQ(prompts(sample).tokens, prompt.tokens);
  }
  EXPECT_GT(documents.size(), 10U);
  EXPECT_THROW(HumanPrompts(*human, open(), tokenizer, 100'000, random), Error);
}

TEST(token_values, are_as_narrow_as_the_vocabulary_allows) {
  EXPECT_EQ(token_type(256), storage::ElementType::u8);
  EXPECT_EQ(token_type(257), storage::ElementType::u16);
  EXPECT_EQ(token_type(65'536), storage::ElementType::u16);
  EXPECT_EQ(token_type(65'537), storage::ElementType::u32);
  for (const auto& [type, last] : {std::pair{storage::ElementType::u8, 255},
                                   {storage::ElementType::u16, 65'535},
                                   {storage::ElementType::u32, 100'000}}) {
    const Tokens tokens{0, 1, last};
    std::vector<std::byte> stored;
    pack_tokens(tokens, type, stored);
    EXPECT_EQ(stored.size(), 3 * storage::size_of(type));
    Tokens read(3);
    unpack_tokens(stored, type, read);
    EXPECT_EQ(read, tokens);
  }
}

TEST(corpus_stream, reads_tokens_of_any_width_with_an_end_only_where_a_sample_ended) {
  for (const int vocabulary : {256, 2048, 100'000}) {
    const TemporaryDirectory folder;
    storage::CorpusManifest manifest;
    manifest.format = {token_type(vocabulary), true, 0, {{storage::stop_column, storage::ElementType::u8}}};
    const storage::ShardIdentity identity{{}, {}, 0, 0, 0, 2};
    storage::ShardWriter writer(folder.path(), manifest.format, identity, "test");
    constexpr double cut = 0;
    const auto append = [&](const Tokens& sample, double reason) {
      std::vector<std::byte> stored;
      pack_tokens(sample, manifest.format.values, stored);
      writer.append(stored, std::span(&reason, 1));
    };
    append({7, vocabulary - 1, 1}, storage::stop_ended);
    append({vocabulary - 2, 5}, cut);
    append({9}, storage::stop_ended);
    const storage::ShardRecord record = writer.seal();
    storage::write_corpus_manifest(folder.path(), manifest, std::span(&record, 1));
    CorpusStream stream(
        std::make_shared<storage::CorpusReader>(folder.path(), std::make_shared<storage::ShardCache>(2)), 3);
    ASSERT_EQ(stream.length(), 8U);
    Tokens all(8);
    stream.read(0, all);
    // Nothing foresees the first token of a shard, nor the one behind a cut.
    EXPECT_EQ(all, (Tokens{not_a_target(7), vocabulary - 1, 1, 3, vocabulary - 2, 5, not_a_target(9), 3}));
  }
}

}  // namespace
