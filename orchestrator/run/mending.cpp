// Shards that were found damaged when they were read are drawn again: a shard is a function of its recipe.

#include <filesystem>
#include <set>

#include "jobs/error.hpp"
#include "orchestrator/run/maker.hpp"
#include "orchestrator/run/mended_shards.hpp"
#include "storage/corpus/shard.hpp"
#include "storage/files/durable.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

/// More often in one start, and it is the disk that does not keep what it is given.
constexpr int most_mendings = 3;

}  // namespace

void Maker::mending(const std::function<void()>& action, const std::function<bool()>& mend) {
  for (;;) {
    try {
      return action();
    } catch (const Error& error) {
      if (error.code() != ExitCode::bad_data || !mend()) throw;
    }
  }
}

void Maker::mending(const std::function<void()>& action) {
  mending(action, [this] {
    const bool corpora = mend_corpora();
    const auto columns = damaged_columns();
    for (const auto& [n, name] : columns) mend_columns(n, name);
    return corpora || !columns.empty();
  });
}

void Maker::count_mending(const std::string& what, int n, const fs::path& place) {
  if (++mended_[{n, what}] <= most_mendings) return;
  throw Error(ExitCode::bad_data, "make damaged shards again", place.string(),
              "it is damaged once more, after " + std::to_string(most_mendings) + " times",
              "this disk does not keep what is written to it");
}

bool Maker::mend_corpora() {
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
  count_mending("corpus", n, context_.paths.generation(n).corpus());
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
  if (is_whole_shard(file, manifest, record)) return false;
  if (!sampler) sampler = context_.family.drawer().open_sampler(checked_model(n), n);
  storage::remove_durably(file);
  const storage::ShardIdentity identity{manifest.recipe, manifest.model,      n,
                                        record.shard,    record.first_sample, record.first_sample + record.samples - 1};
  storage::ShardWriter writer(place, manifest.format, identity, context_.attempt);
  sampler->sample(record.first_sample, record.samples, writer, beat);
  take_again(writer.seal(), record, file);
  return true;
}

}  // namespace genloss::orchestrator
