// The corpus of a generation: drawn shard by shard, by grants.

#include <algorithm>
#include <filesystem>

#include "jobs/error.hpp"
#include "jobs/numbers.hpp"
#include "orchestrator/attempt/fault_point.hpp"
#include "orchestrator/graph/recipes.hpp"
#include "orchestrator/run/maker.hpp"
#include "orchestrator/run/shard_records.hpp"
#include "orchestrator/run/token_budget.hpp"
#include "storage/corpus/shard.hpp"
#include "storage/files/durable.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;

ItemEnd Maker::corpus(int n) {
  const storage::Digest model = model_of(n).model;
  const storage::Digest recipe = corpus_recipe(context_.spec, context_.family, n, context_.start.numerics, model);
  context_.console.begin(where_ + "sampling");
  const auto shown = [n](const RunPaths& view) { return view.generation(n).corpus(); };
  if (stays_dropped_) return {ItemEnd::Kind::done, show_dropped("corpus", recipe, shown)};
  const Place place = look_for("corpus", recipe, shown);
  if (place.elsewhere) return {ItemEnd::Kind::later, {}};
  if (place.found.empty()) {
    if (!sample_now(n, model, recipe, place.work / "corpus")) return {ItemEnd::Kind::stopped, {}};
  } else {
    context_.console.end(place.found);
  }
  on_root("show the corpus", [&] {
    link_generation(n, &GenerationPaths::corpus, context_.store.sealed("corpus", recipe));
    return std::string();
  });
  return {ItemEnd::Kind::done, corpus_of(n)->manifest().digest()};
}

bool Maker::sample_now(int n, const storage::Digest& model, const storage::Digest& recipe, const fs::path& place) {
  on_root("begin the corpus", [&] {
    if (fs::exists(place)) {
      storage::sweep_partials(place);
      storage::sweep_partial_shards(place);
    }
    storage::create_directories_durably(place);
    // What is made again is shown as dropped until it is sealed.
    const auto shown = [n](const RunPaths& view) {
      const fs::path corpus = view.generation(n).corpus();
      return read_description(corpus) ? fs::path() : corpus;
    };
    link(shown, place);
    return std::string();
  });
  const double begin = context_.budget.now();
  const auto& wanted = context_.spec.sampling;
  const bool by_tokens = wanted.tokens > 0;
  const storage::CorpusFormat format = context_.family.drawer().corpus_format();
  std::unique_ptr<workers::Sampler> sampler;  // opened with the first shard that has to be drawn
  std::vector<storage::ShardRecord> mine, all;

  const auto identity_of = [&](std::uint64_t shard) {
    const std::uint64_t first = shard * wanted.shard_samples;
    // By tokens all shards are drawn whole; the last one is cut when it is known which that is.
    const std::uint64_t count =
        by_tokens ? wanted.shard_samples : std::min(wanted.shard_samples, wanted.samples - first);
    return storage::ShardIdentity{recipe, model, n, shard, first, first + count - 1};
  };
  std::uint64_t there = 0, shards = 0;  // after the rounds before, after this one
  const Work draw = [&](std::uint64_t item, const workers::Heartbeat& beat) {
    const storage::ShardIdentity identity = identity_of(there + item);
    if (by_tokens) storage::remove_cut_shard(place, identity);
    // A shard that an earlier attempt has sealed is read back and checked instead of drawn.
    if (const auto sealed = storage::inspect_shard(place, format, identity)) {
      mine.push_back(*sealed);
      return;
    }
    const double shard_begin = context_.budget.now();
    if (!sampler) sampler = context_.family.drawer().open_sampler(checked_model(n), n);
    storage::ShardWriter writer(place, format, identity, context_.attempt);
    sampler->sample(identity.first_sample, identity.last_sample - identity.first_sample + 1, writer, beat);
    mine.push_back(writer.seal());
    context_.budget.took(&Pace::shard, context_.budget.now() - shard_begin);
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
  const MadeBy made = made_by(place.parent_path(), begin);
  on_root("seal the corpus", [&] {
    if (by_tokens) {
      all = cut_to_budget(wanted, std::move(all), place, identity_of(0), context_.attempt);
      fault_point(std::to_string(n) + ":SAMPLING:cut");
    }
    write_made_by(RunPaths::made_by(place), made);
    const storage::CorpusManifest manifest = storage::write_corpus_manifest(
        place, {.recipe = recipe, .model = model, .generation = n, .format = format}, all);
    context_.store.seal(place, "corpus", recipe,
                        [](const fs::path& corpus) { return storage::read_corpus_manifest(corpus).digest(); });
    fault_point(std::to_string(n) + ":SAMPLING:sealed");
    context_.console.end(std::to_string(manifest.samples()) + " samples, " +
                         amount_text(static_cast<double>(manifest.values() - manifest.prompt_values())) +
                         " values in " + std::to_string(all.size()) + " shards");
    return std::string();
  });
  return true;
}

}  // namespace genloss::orchestrator
