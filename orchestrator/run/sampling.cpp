// EVALUATED -> SAMPLING -> SAMPLED: a corpus is drawn shard by shard, by grants.

#include <algorithm>
#include <filesystem>

#include "jobs/error.hpp"
#include "orchestrator/attempt/fault_point.hpp"
#include "orchestrator/run/adoption.hpp"
#include "orchestrator/run/coordinator.hpp"
#include "orchestrator/run/recipes.hpp"
#include "orchestrator/run/token_budget.hpp"
#include "storage/files/durable.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

/// Records of all ranks, in order of shard.
std::vector<storage::ShardRecord> gather_records(comms::Communicator& ranks,
                                                 const std::vector<storage::ShardRecord>& mine) {
  static_assert(std::is_trivially_copyable_v<storage::ShardRecord>);
  std::vector<storage::ShardRecord> all;
  for (const auto& block : ranks.gather(std::as_bytes(std::span(mine)), 0, "shard records")) {
    const std::size_t first = all.size();
    all.resize(first + block.size() / sizeof(storage::ShardRecord));
    std::copy(block.begin(), block.end(), std::as_writable_bytes(std::span(all).subspan(first)).begin());
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.shard < b.shard; });
  return all;
}

}  // namespace

bool Coordinator::sample(int n) {
  const GenerationPaths paths = context_.paths.generation(n);
  const storage::Digest recipe = corpus_recipe(context_.spec, context_.family, n, models_.back().model);
  enter(n, State::sampling);
  context_.console.begin("sampling");
  const std::string found = on_root("look for the corpus", [&]() -> std::string {
    storage::sweep_partial_shards(paths.corpus());
    if (fs::exists(paths.corpus_manifest())) {
      if (storage::read_corpus_manifest(paths.corpus()).recipe != recipe) {
        throw Error(ExitCode::bad_data, "resume", paths.corpus_manifest().string(),
                    "this corpus was drawn by another recipe than this study's",
                    "an earlier generation has changed; `genloss verify` shows which");
      }
      return "there already";
    }
    if (const auto donor = adopt_corpus(context_.paths, n, recipe)) {
      return "adopted from " + donor->filename().string() + ", which drew the same";
    }
    return {};
  });
  if (found.empty()) {
    if (!sample_now(n, recipe)) return false;
  } else {
    context_.console.end(found);
  }
  corpora_.push_back(std::make_shared<storage::CorpusReader>(paths.corpus(), cache_));
  enter(n, State::sampled, {{"digest", corpora_.back()->manifest().digest().text()}});
  return true;
}

bool Coordinator::sample_now(int n, const storage::Digest& recipe) {
  const GenerationPaths paths = context_.paths.generation(n);
  const auto& wanted = context_.spec.sampling;
  const bool by_tokens = wanted.tokens > 0;
  const storage::CorpusFormat format = context_.family.corpus_format();
  std::unique_ptr<workers::Sampler> sampler;  // opened with the first shard that has to be drawn
  std::vector<storage::ShardRecord> mine, all;

  const auto identity_of = [&](std::uint64_t shard) {
    const std::uint64_t first = shard * wanted.shard_samples;
    // By tokens all shards are drawn whole; the last one is cut when it is known which that is.
    const std::uint64_t count =
        by_tokens ? wanted.shard_samples : std::min(wanted.shard_samples, wanted.samples - first);
    return storage::ShardIdentity{context_.study, models_.back().model, n, shard, first, first + count - 1};
  };
  std::uint64_t there = 0, shards = 0;  // after the rounds before, after this one
  const Work draw = [&](std::uint64_t item, const workers::Heartbeat& beat) {
    const storage::ShardIdentity identity = identity_of(there + item);
    if (by_tokens) storage::remove_cut_shard(paths.corpus(), identity);
    // A shard that an earlier attempt has sealed is read back and checked instead of drawn.
    if (const auto sealed = storage::inspect_shard(paths.corpus(), format, identity)) {
      mine.push_back(*sealed);
      return;
    }
    const double begin = context_.budget.now();
    if (!sampler) sampler = context_.family.open_sampler(paths.model(), n);
    storage::ShardWriter writer(paths.corpus(), format, identity, context_.attempt);
    sampler->sample(identity.first_sample, identity.last_sample - identity.first_sample + 1, writer, beat);
    mine.push_back(writer.seal());
    context_.budget.took(&Pace::shard, context_.budget.now() - begin);
    fault_point(std::to_string(n) + ":SAMPLING:shard-" + std::to_string(identity.shard));
  };
  PassOptions options = pass_options();
  // Each rank knows how long its shards take; one that will not finish another ends the granting for all.
  options.stop_requested = [this] { return context_.stop_requested() || !context_.budget.fits(&Pace::shard); };
  options.progress = [&](std::uint64_t done, std::uint64_t) {
    context_.console.progress(there + done, shards, "shards");
  };

  // One round, or, by tokens, as many as it takes: how long samples are is known when they are drawn.
  for (;; there = shards) {
    shards = std::stoull(on_root("count shards", [&] {
      return std::to_string(by_tokens ? shards_for_budget(wanted, all)
                                      : (wanted.samples + wanted.shard_samples - 1) / wanted.shard_samples);
    }));
    if (shards == there) break;
    const bool complete = granted_pass(context_.ranks, "sampling", shards - there, draw, options);
    all = gather_records(context_.ranks, mine);
    if (!complete) {
      context_.console.end("stopped after " + std::to_string(all.size()) + " of " + std::to_string(shards) +
                           " shards, which are kept");
      return false;
    }
  }
  on_root("seal the corpus", [&] {
    if (by_tokens) {
      all = cut_to_budget(wanted, std::move(all), paths.corpus(), identity_of(0), context_.attempt);
      fault_point(std::to_string(n) + ":SAMPLING:cut");
    }
    const storage::CorpusManifest manifest{context_.study, models_.back().model, recipe, n, format, all};
    storage::write_corpus_manifest(paths.corpus(), manifest);
    fault_point(std::to_string(n) + ":SAMPLING:sealed");
    context_.console.end(std::to_string(manifest.samples()) + " samples, " +
                         amount_text(static_cast<double>(manifest.values() - manifest.prompt_values())) +
                         " values in " + std::to_string(all.size()) + " shards");
    return std::string();
  });
  return true;
}

}  // namespace genloss::orchestrator
