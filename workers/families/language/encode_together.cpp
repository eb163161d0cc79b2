#include "workers/families/language/encode_together.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "workers/text/encoded/encoding.hpp"
#include "workers/text/encoded/token_file.hpp"

namespace genloss::workers {
namespace fs = std::filesystem;
namespace {

/// What the rank that made or checked a part says of it.
struct PartRecord {
  std::uint64_t part = 0, tokens = 0;
  storage::Digest content;
};
static_assert(std::is_trivially_copyable_v<PartRecord>);

std::vector<PartRecord> gather(comms::Communicator& ranks, const std::vector<PartRecord>& mine) {
  std::vector<PartRecord> all;
  for (const auto& bytes : ranks.gather(std::as_bytes(std::span(mine)), 0, "token files")) {
    const std::size_t first = all.size();
    all.resize(first + bytes.size() / sizeof(PartRecord));
    std::copy(bytes.begin(), bytes.end(), std::as_writable_bytes(std::span(all).subspan(first)).begin());
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.part < b.part; });
  return all;
}

}  // namespace

storage::Digest encode_together(comms::Communicator& ranks, const Distribute& distribute,
                                const storage::HumanData& human, const Tokenizer& tokenizer, const fs::path& directory,
                                const std::function<void(std::uint64_t part)>& told) {
  const auto parts = token_parts(human);
  std::vector<PartRecord> mine;
  distribute("encoding human text", parts.size(), [&](std::uint64_t number) {
    const TokenPart& part = parts[number];
    const fs::path file = directory / part.file_name();
    if (!fs::exists(file)) TokenFile::write(file, part, human, tokenizer);
    const TokenFile made(file, part, tokenizer);
    mine.push_back({number, made.tokens(), checked_token_file(file)});
    told(number);
  });
  const auto records = gather(ranks, mine);
  std::string digest;
  ranks.on_root("note the token files", [&] {
    std::vector<EncodedPart> encoded;
    for (const PartRecord& r : records) {
      encoded.push_back({parts[r.part].file_name(), parts[r.part].documents, r.tokens, r.content});
    }
    digest = write_encoding(directory, tokenizer.digest(), encoded).text();
  });
  return storage::Digest::parse(ranks.broadcast_text(digest, 0, "digest of the tokens"));
}

}  // namespace genloss::workers
