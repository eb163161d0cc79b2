#include "workers/text/encoded/token_file.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>

#include "jobs/error.hpp"
#include "jobs/numbers.hpp"
#include "storage/files/durable.hpp"
#include "workers/text/encoded/token_values.hpp"
#include "workers/text/encoder.hpp"

namespace genloss::workers {
namespace fs = std::filesystem;
namespace {

using storage::Digest;
using storage::HumanSplit;

constexpr std::uint64_t file_version = 2;
constexpr std::size_t block_bytes = std::size_t{1} << 14;
constexpr std::string_view magic = "GLTOKENS";

struct Head {
  char magic[8];
  std::uint64_t version, documents, tokens;
  Digest tokenizer, text;
};
static_assert(sizeof(Head) == 96 && sizeof(Digest) == 32, "the head is written as it lies in memory");

[[noreturn]] void refuse(const fs::path& file, const std::string& cause) {
  throw Error(ExitCode::bad_data, "read encoded text", file.string(), cause,
              "remove its folder: the text is then encoded again");
}

std::size_t blocks_of(std::size_t bytes) { return (bytes + block_bytes - 1) / block_bytes; }

/// Block number `block` of stored tokens.
std::span<const std::byte> block_of(std::span<const std::byte> tokens, std::size_t block) {
  const auto rest = tokens.subspan(block * block_bytes);
  return rest.first(std::min(rest.size(), block_bytes));
}

template <class T>
void put(const T& value, std::vector<std::byte>& out) {
  const auto at = out.size();
  out.resize(at + sizeof value);
  std::memcpy(out.data() + at, &value, sizeof value);
}

}  // namespace

std::string TokenPart::file_name() const {
  return std::string(storage::name_of(split)) + "-" + zero_padded(number, 6) + ".tokens";
}

std::vector<TokenPart> token_parts(const storage::HumanData& human, std::uint64_t part_bytes) {
  std::vector<TokenPart> parts;
  for (const auto split : {HumanSplit::train, HumanSplit::held_out, HumanSplit::validation, HumanSplit::test}) {
    const auto documents = human.documents(split);
    TokenPart part{split, 0, 0, 0, {}};
    std::vector<Digest> contents;
    std::uint64_t bytes = 0;
    for (std::size_t d = 0; d < documents.size(); ++d) {
      contents.push_back(documents[d]->content);
      bytes += documents[d]->length;
      if (bytes < part_bytes && d + 1 < documents.size()) continue;
      part.documents = contents.size();
      part.text = storage::digest_of_split(split, contents);
      parts.push_back(part);
      part = {split, part.number + 1, d + 1, 0, {}};
      contents.clear();
      bytes = 0;
    }
  }
  return parts;
}

void TokenFile::write(const fs::path& file, const TokenPart& part, const storage::HumanData& human,
                      const Tokenizer& tokenizer) {
  const auto documents = human.documents(part.split);
  Encoder encoder(tokenizer);
  std::vector<std::int32_t> tokens;
  std::vector<std::byte> bytes(sizeof(Head));
  for (std::uint64_t d = part.first; d < part.first + part.documents; ++d) {
    encoder.append(human.text(*documents[d]), tokens);
    put(std::uint64_t{tokens.size()}, bytes);
  }
  Head head{{}, file_version, part.documents, tokens.size(), tokenizer.digest(), part.text};
  std::copy(magic.begin(), magic.end(), head.magic);
  std::memcpy(bytes.data(), &head, sizeof head);
  const std::size_t begin = bytes.size();
  pack_tokens(tokens, token_type(tokenizer.vocabulary()), bytes);
  const std::size_t stored = bytes.size() - begin;
  for (std::size_t block = 0; block < blocks_of(stored); ++block) {
    put(storage::crc32c(block_of(std::span(bytes).subspan(begin, stored), block)), bytes);
  }
  put(storage::Sha256().bytes(bytes).finish(), bytes);
  storage::write_text_durably(file, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

TokenFile::TokenFile(const fs::path& file, const TokenPart& part, const Tokenizer& tokenizer)
    : path_(file), type_(token_type(tokenizer.vocabulary())) {
  if (!fs::exists(file)) refuse(file, "no such file");
  map_ = storage::MappedFile(file);
  Head head{};
  const std::size_t size = map_.bytes().size();
  if (size < sizeof head + sizeof(Digest)) refuse(file, "it is too short");
  std::memcpy(&head, map_.bytes().data(), sizeof head);
  if (std::string_view(head.magic, sizeof head.magic) != magic || head.version != file_version)
    refuse(file, "it is no such file");
  if (head.tokenizer != tokenizer.digest()) refuse(file, "it was made by another tokenizer");
  if (head.text != part.text || head.documents != part.documents) refuse(file, "it was made of another text");
  const std::size_t frame = sizeof head + head.documents * sizeof(std::uint64_t) + sizeof(Digest);
  if (head.documents > size || head.tokens > size) refuse(file, "its length is wrong");
  const std::size_t stored = head.tokens * storage::size_of(type_);
  checks_.resize(blocks_of(stored));
  if (frame + stored + checks_.size() * sizeof(std::uint32_t) != size) refuse(file, "its length is wrong");
  if (!checks_.empty()) {
    std::memcpy(checks_.data(), map_.bytes().data() + frame - sizeof(Digest) + stored,
                checks_.size() * sizeof(std::uint32_t));
  }
  documents_ = head.documents;
  tokens_ = head.tokens;
  values_ = frame - sizeof(Digest);
  std::uint64_t before = 0;
  for (std::uint64_t d = 0; d < documents_; before = end_of(d++)) {
    if (end_of(d) < before) refuse(file, "its documents run backwards");
  }
  if (before != tokens_) refuse(file, "its documents have another number of tokens");
}

std::uint64_t TokenFile::end_of(std::uint64_t document) const {
  std::uint64_t end = 0;
  std::memcpy(&end, map_.bytes().data() + sizeof(Head) + document * sizeof end, sizeof end);
  return end;
}

void TokenFile::read(std::uint64_t begin, std::span<std::int32_t> out) const {
  const std::size_t size = storage::size_of(type_);
  const auto all = map_.bytes().subspan(values_, tokens_ * size);
  for (std::size_t block = begin * size / block_bytes; block * block_bytes < (begin + out.size()) * size; ++block) {
    if (storage::crc32c(block_of(all, block)) != checks_[block]) refuse(path_, "its bytes have changed");
  }
  unpack_tokens(map_.bytes().subspan(values_ + begin * size, out.size() * size), type_, out);
}

Digest checked_token_file(const fs::path& file) {
  if (!fs::exists(file)) refuse(file, "no such file");
  const storage::MappedFile map(file);
  if (map.bytes().size() < sizeof(Head) + sizeof(Digest)) refuse(file, "it is too short");
  const auto content = map.bytes().first(map.bytes().size() - sizeof(Digest));
  Digest stored;
  std::memcpy(&stored, map.bytes().data() + content.size(), sizeof stored);
  if (storage::Sha256().bytes(content).finish() != stored) refuse(file, "its bytes have changed");
  return stored;
}

}  // namespace genloss::workers
