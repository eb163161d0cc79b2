#include "orchestrator/run/mended_shards.hpp"

#include <iterator>
#include <span>
#include <sstream>
#include <string>

#include "jobs/error.hpp"
#include "storage/corpus/shard.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;

std::set<std::uint64_t> gathered(comms::Communicator& ranks, const std::set<std::uint64_t>& mine,
                                 std::string_view what) {
  std::string text;
  for (const std::uint64_t one : mine) text += std::to_string(one) + " ";
  std::string all;
  for (const auto& part : ranks.gather(std::as_bytes(std::span(text)), 0, what)) {
    all.append(reinterpret_cast<const char*>(part.data()), part.size());
  }
  std::istringstream in(ranks.broadcast_text(std::move(all), 0, what));
  return {std::istream_iterator<std::uint64_t>(in), {}};
}

bool is_whole_shard(const fs::path& file, const storage::CorpusManifest& manifest, const storage::ShardRecord& record) {
  try {
    const storage::ShardReader shard(file);
    return shard.identity().recipe == manifest.recipe && shard.content_digest() == record.content;
  } catch (const Error&) {
    return false;
  }
}

void take_again(const storage::ShardRecord& made, const storage::ShardRecord& sealed, const fs::path& file) {
  if (made.content != sealed.content) {
    throw Error(ExitCode::bad_data, "draw a damaged shard again", file.string(),
                "it is not the shard that was sealed: the model or the manifest has changed",
                "`genloss verify` shows which; restore it from a copy, or remove the artefact from the store");
  }
  fs::permissions(file, fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read);
}

}  // namespace genloss::orchestrator
