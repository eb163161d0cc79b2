// Shards that were found damaged when they were read are drawn again: a shard is a function of its recipe.

#include <filesystem>
#include <iterator>
#include <set>
#include <sstream>

#include "jobs/error.hpp"
#include "orchestrator/run/maker.hpp"
#include "storage/corpus/shard.hpp"
#include "storage/files/durable.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

/// More often in one start, and it is the disk that does not keep what it is given.
constexpr int most_mendings = 3;

/// What any rank has noted, on all ranks.
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

bool is_whole(const fs::path& file, const storage::CorpusManifest& manifest, const storage::ShardRecord& record) {
  try {
    const storage::ShardReader shard(file);
    return shard.identity().recipe == manifest.recipe && shard.content_digest() == record.content;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

void Maker::mending(const std::function<void()>& action) {
  for (;;) {
    try {
      return action();
    } catch (const Error& error) {
      if (error.code() != ExitCode::bad_data || !mend()) throw;
    }
  }
}

bool Maker::mend() {
  std::set<std::uint64_t> mine;  // generations
  for (std::size_t n = 0; n < corpora_.size(); ++n) {
    if (corpora_[n] && !corpora_[n]->damaged().empty()) mine.insert(n);
  }
  std::string foreign;  // which another chain drew: by its options, and from its model
  for (const auto& [corpus, reader] : corpora_of_others_) {
    if (!reader->damaged().empty()) foreign = corpus.string();
  }
  if (context_.ranks.agree_max(foreign.empty() ? 0 : 1, "damaged corpora of other chains") != 0) return false;
  const auto all = gathered(context_.ranks, mine, "damaged corpora");
  for (const std::uint64_t n : all) mend(static_cast<int>(n));
  return !all.empty();
}

void Maker::mend(int n) {
  if (++mended_[n] > most_mendings) {
    throw Error(ExitCode::bad_data, "draw damaged shards again", context_.paths.generation(n).corpus().string(),
                "it is damaged once more, after " + std::to_string(most_mendings) + " times",
                "this disk does not keep what is written to it");
  }
  // Damage seldom comes alone, so all of the corpus is looked at, each shard by one rank.
  storage::CorpusReader& corpus = *corpus_of(n);
  std::unique_ptr<workers::Sampler> sampler;  // opened with the first shard that has to be drawn again
  std::set<std::uint64_t> drawn;
  const Work check = [&](std::uint64_t shard, const workers::Heartbeat& beat) {
    if (draw_again(n, corpus.table().at(shard).record, sampler, beat)) drawn.insert(shard);
  };
  PassOptions options = pass_options();
  options.stop_requested = [this] { return (void)context_.stop_requested(), false; };  // only a sign of life
  (void)granted_pass(context_.ranks, "check corpus", corpus.manifest().shards, check, options);
  drawn = gathered(context_.ranks, drawn, "shards drawn again");
  corpus.renew(drawn);
  context_.console.warn("corpus " + std::to_string(n) + ": " + std::to_string(drawn.size()) +
                        (drawn.size() == 1 ? " damaged shard was" : " damaged shards were") +
                        " drawn again, and what was sealed came out");
}

bool Maker::draw_again(int n, const storage::ShardRecord& record, std::unique_ptr<workers::Sampler>& sampler,
                       const workers::Heartbeat& beat) {
  const storage::CorpusManifest& manifest = corpus_of(n)->manifest();
  const fs::path place = context_.paths.generation(n).corpus(), file = storage::shard_path(place, record.shard);
  if (is_whole(file, manifest, record)) return false;
  if (!sampler) sampler = context_.family.drawer().open_sampler(checked_model(n), n);
  storage::remove_durably(file);
  const storage::ShardIdentity identity{manifest.recipe, manifest.model,      n,
                                        record.shard,    record.first_sample, record.first_sample + record.samples - 1};
  storage::ShardWriter writer(place, manifest.format, identity, context_.attempt);
  sampler->sample(record.first_sample, record.samples, writer, beat);
  if (writer.seal().content != record.content) {
    throw Error(ExitCode::bad_data, "draw a damaged shard again", file.string(),
                "it is not the shard that was sealed: the model or the manifest has changed",
                "`genloss verify` shows which; restore it from a copy, or remove the corpus from the store");
  }
  fs::permissions(file, fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read);
  return true;
}

}  // namespace genloss::orchestrator
