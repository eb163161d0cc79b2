#include "workers/text/tokenizer.hpp"

#include <nlohmann/json.hpp>

#include "jobs/error.hpp"
#include "storage/files/durable.hpp"

namespace genloss::workers {
namespace {

using Json = nlohmann::ordered_json;

bool stands_for_itself(int byte) {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
}

std::string utf8(int code_point) {
  if (code_point < 0x80) return {static_cast<char>(code_point)};
  return {static_cast<char>(0xc0 | (code_point >> 6)), static_cast<char>(0x80 | (code_point & 0x3f))};
}

/// GPT-2's printable names of bytes: those that are printable Latin-1 stand for themselves, the other 68 are U+0100
/// upward in byte order.
Json byte_alphabet() {
  Json vocabulary = Json::object();
  int next = 0x100;
  for (int byte = 0; byte < ByteTokenizer::vocabulary; ++byte) {
    vocabulary[utf8(stands_for_itself(byte) ? byte : next++)] = byte;
  }
  return vocabulary;
}

Json byte_level(bool add_prefix_space, bool trim_offsets) {
  return {{"type", "ByteLevel"},
          {"add_prefix_space", add_prefix_space},
          {"trim_offsets", trim_offsets},
          {"use_regex", true}};
}

Json tokenizer_json() {
  // No added token: declaring byte 0 special would make the letter U+0100 of a text end a document.
  // The end-of-document id stands in config.json.
  Json model{{"type", "BPE"},
             {"dropout", nullptr},
             {"unk_token", nullptr},
             {"continuing_subword_prefix", nullptr},
             {"end_of_word_suffix", nullptr},
             {"fuse_unk", false},
             {"byte_fallback", false},
             {"ignore_merges", false},
             {"vocab", byte_alphabet()},
             {"merges", Json::array()}};
  return {{"version", "1.0"},
          {"truncation", nullptr},
          {"padding", nullptr},
          {"added_tokens", Json::array()},
          {"normalizer", nullptr},
          {"pre_tokenizer", byte_level(false, true)},
          {"post_processor", byte_level(true, false)},
          {"decoder", byte_level(true, true)},
          {"model", std::move(model)}};
}

}  // namespace

std::vector<std::int32_t> ByteTokenizer::encode(std::string_view text) {
  std::vector<std::int32_t> tokens;
  tokens.reserve(text.size());
  for (const char c : text) tokens.push_back(static_cast<unsigned char>(c));
  return tokens;
}

std::string ByteTokenizer::decode(std::span<const std::int32_t> tokens) {
  std::string text;
  text.reserve(tokens.size());
  for (const auto token : tokens) {
    if (token < 0 || token >= vocabulary) {
      throw Error(ExitCode::internal, "decode tokens", "token " + std::to_string(token), "is not the id of a byte");
    }
    text.push_back(static_cast<char>(token));
  }
  return text;
}

void ByteTokenizer::save(const std::filesystem::path& directory, int context) {
  const Json config{{"tokenizer_class", "PreTrainedTokenizerFast"},
                    {"clean_up_tokenization_spaces", false},
                    {"model_max_length", context}};
  storage::write_text_durably(directory / "tokenizer.json", tokenizer_json().dump(2) + "\n");
  storage::write_text_durably(directory / "tokenizer_config.json", config.dump(2) + "\n");
}

}  // namespace genloss::workers
