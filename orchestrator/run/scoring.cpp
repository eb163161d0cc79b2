// Columns of a corpus: what a scorer says of every sample, shard by shard, by grants.

#include <algorithm>
#include <filesystem>
#include <set>

#include "jobs/error.hpp"
#include "jobs/numbers.hpp"
#include "orchestrator/attempt/fault_point.hpp"
#include "orchestrator/directory/columns_file.hpp"
#include "orchestrator/graph/recipes.hpp"
#include "orchestrator/run/maker.hpp"
#include "orchestrator/run/mended_shards.hpp"
#include "orchestrator/run/shard_records.hpp"
#include "storage/corpus/shard.hpp"
#include "storage/files/durable.hpp"
#include "storage/tensors/safetensors.hpp"
#include "workers/scorers/scorer_type.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t human_block = 64;  // samples of human data that are summed up at once

const jobs::ColumnOrder& column_of(const jobs::StudySpec& spec, const std::string& name) {
  if (const jobs::ColumnOrder* column = jobs::find_column(spec, name)) return *column;
  throw Error(ExitCode::internal, "score", "column " + name, "the study has none of this name");
}

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void append_scores(storage::ShardWriter& out, const workers::ScoredBlock& scored, std::size_t samples) {
  std::vector<double> row(scored.columns.size());
  for (std::size_t i = 0; i < samples; ++i) {
    for (std::size_t c = 0; c < row.size(); ++c) row[c] = scored.columns[c][i];
    std::span<const float> tokens;
    if (!scored.token_starts.empty()) {
      tokens =
          std::span(scored.tokens).subspan(scored.token_starts[i], scored.token_starts[i + 1] - scored.token_starts[i]);
    }
    out.append(std::as_bytes(tokens), row);
  }
}

}  // namespace

Maker::Scoring Maker::scoring_of(int n, const std::string& name) const {
  const jobs::ColumnOrder& column = column_of(context_.spec, name);
  const workers::ColumnModel model = workers::model_of(column, n);
  Scoring scoring{n, column, model, manifest_of(n).digest(), std::nullopt, {}};
  if (model.kind == workers::ColumnModel::Kind::generation) scoring.model = model_of(model.generation).model;
  if (model.kind == workers::ColumnModel::Kind::outside) {
    context_.ranks.together("read the model of a column", [&] { scoring.model = workers::digest_of(model); });
  }
  scoring.recipe = columns_recipe(column, context_.family, n, context_.start.numerics, scoring.corpus, scoring.model);
  return scoring;
}

ItemEnd Maker::columns(int n, const std::string& name) {
  const Scoring scoring = scoring_of(n, name);
  context_.console.begin(where_ + "column " + name);
  const auto shown = [&](const RunPaths& view) { return view.generation(n).columns(name); };
  if (stays_dropped_) return {ItemEnd::Kind::done, show_dropped("columns", scoring.recipe, shown)};
  const Place place = look_for("columns", scoring.recipe, shown);
  if (place.elsewhere) return {ItemEnd::Kind::later, {}};
  if (!place.found.empty()) {
    context_.console.end(place.found);
  } else {
    bool complete = false;
    mending([&] { complete = score_now(scoring, place.work / "columns"); });
    if (!complete) return {ItemEnd::Kind::stopped, {}};
  }
  on_root("show the column", [&] {
    link(shown, context_.store.sealed("columns", scoring.recipe));
    return std::string();
  });
  return {ItemEnd::Kind::done, columns_of(name, n)->manifest().digest()};
}

std::unique_ptr<workers::SampleScorer> Maker::open_scorer(const Scoring& scoring,
                                                          const workers::DistributeResults& spread) {
  const workers::ScorerType& type = workers::scorer_type(scoring.column.scorer);
  const workers::ScorerContext context{scoring.column, context_.family, [this, &scoring] {
                                         if (scoring.read.kind == workers::ColumnModel::Kind::generation) {
                                           return checked_model(scoring.read.generation);
                                         }
                                         if (workers::digest_of(scoring.read) == scoring.model) {
                                           return scoring.read.folder;
                                         }
                                         throw Error(ExitCode::bad_data, "load model", scoring.read.folder.string(),
                                                     "it has changed since the column was begun",
                                                     "run again: what was made with the earlier one stays");
                                       }};
  std::unique_ptr<workers::SampleScorer> scorer;
  context_.ranks.together("open the scorer", [&] { scorer = type.make(context); });
  if (!type.folds) return scorer;
  const storage::CorpusReader& corpus = *corpus_of(scoring.generation);
  std::vector<std::vector<std::byte>> of_human;
  if (type.reads_human) {
    const workers::TrainingUnits& units = context_.family.units();
    const auto train = jobs::TrainableSplit::train;
    const std::uint64_t samples = units.human_samples(train);
    of_human = spread("summing up human data", (samples + human_block - 1) / human_block, [&](std::uint64_t block) {
      const std::uint64_t first = block * human_block;
      return scorer->human_summary(
          units.human_block(train, corpus.manifest().format.values, first, std::min(human_block, samples - first)));
    });
  }
  const auto summaries = spread("summing up", corpus.manifest().shards, [&](std::uint64_t shard) {
    return scorer->summary(workers::read_block(corpus, corpus.table().at(shard).record));
  });
  const std::string combined =
      on_root("combine what was summed up", [&] { return text_of(scorer->combined(of_human, summaries)); });
  context_.ranks.together("begin to score", [&] { scorer->begin(std::as_bytes(std::span(combined))); });
  return scorer;
}

bool Maker::score_now(const Scoring& scoring, const fs::path& place) {
  const int n = scoring.generation;
  const std::string& name = scoring.column.name;
  on_root("begin the column", [&] {
    if (fs::exists(place)) {
      storage::sweep_partials(place);
      storage::sweep_partial_shards(place);
    }
    storage::create_directories_durably(place);
    const auto shown = [&](const RunPaths& view) {
      const fs::path columns = view.generation(n).columns(name);
      return read_description(columns) ? fs::path() : columns;
    };
    link(shown, place);
    return std::string();
  });
  const double begin = context_.budget.now();
  const storage::CorpusFormat format = workers::format_of(scoring.column);
  const auto corpus = corpus_of(n);
  const std::uint64_t shards = corpus->manifest().shards;
  const auto scorer = open_scorer(
      scoring, distribute_results(place.parent_path(), &Pace::measuring, std::to_string(n) + ":SCORING:" + name));
  std::vector<storage::ShardRecord> mine;
  const Work score = [&](std::uint64_t shard, const workers::Heartbeat&) {
    const storage::ShardRecord of = corpus->table().at(shard).record;
    const storage::ShardIdentity identity{scoring.recipe, scoring.corpus,  n,
                                          shard,          of.first_sample, of.first_sample + of.samples - 1};
    if (const auto sealed = storage::inspect_shard(place, format, identity)) {
      mine.push_back(*sealed);
      return;
    }
    const double shard_begin = context_.budget.now();
    mine.push_back(score_shard(*scorer, *corpus, of, place, format, identity));
    context_.budget.took(&Pace::measuring, context_.budget.now() - shard_begin);
    fault_point(std::to_string(n) + ":SCORING:" + name + ":shard-" + std::to_string(shard));
  };
  PassOptions options = pass_options();
  options.stop_requested = [this] { return context_.stop_requested() || !context_.budget.fits(&Pace::measuring); };
  options.progress = [&](std::uint64_t done, std::uint64_t all) { context_.console.progress(done, all, "shards"); };
  const bool complete = granted_pass(context_.ranks, "scoring", shards, score, options);
  const auto all = gather_records(context_.ranks, mine);
  if (!complete) {
    context_.console.end("stopped after " + std::to_string(all.size()) + " of " + std::to_string(shards) +
                         " shards, which are kept");
    return false;
  }
  const MadeBy made = made_by(place.parent_path(), begin);
  on_root("seal the column", [&] {
    write_made_by(RunPaths::made_by(place), made);
    write_columns_file(place, {jobs::identity_of(scoring.column), scoring.recipe, scoring.corpus, scoring.model},
                       scoring.column);
    const storage::CorpusManifest manifest = storage::write_corpus_manifest(
        place, {.recipe = scoring.recipe, .model = scoring.corpus, .generation = n, .format = format}, all);
    context_.store.seal(place, "columns", scoring.recipe,
                        [](const fs::path& columns) { return storage::read_corpus_manifest(columns).digest(); });
    fault_point(std::to_string(n) + ":SCORING:" + name + ":sealed");
    context_.console.end(std::to_string(manifest.samples()) + " samples, " + jobs::column_text(scoring.column));
    return std::string();
  });
  return true;
}

storage::ShardRecord Maker::score_shard(workers::SampleScorer& scorer, const storage::CorpusReader& corpus,
                                        const storage::ShardRecord& shard, const fs::path& place,
                                        const storage::CorpusFormat& format, const storage::ShardIdentity& identity) {
  const workers::SampleBlock block = workers::read_block(corpus, shard);
  const workers::ScoredBlock scored = scorer.score(block);
  storage::ShardWriter writer(place, format, identity, context_.attempt);
  append_scores(writer, scored, block.samples());
  return writer.seal();
}

const std::shared_ptr<storage::CorpusReader>& Maker::columns_of(const std::string& name, int n) {
  auto& reader = columns_[{n, name}];
  if (!reader) {
    reader = std::make_shared<storage::CorpusReader>(context_.paths.generation(n).columns(name), cache_);
  }
  return reader;
}

std::vector<double> Maker::column(const std::string& address, int n) {
  const workers::ColumnAddress at = workers::column_address(context_.spec, address);
  return workers::column_values(*columns_of(at.column->name, n), at.value);
}

std::vector<std::pair<int, std::string>> Maker::damaged_columns() {
  std::set<std::uint64_t> mine;  // generation and place among the study's columns, as one number
  const std::uint64_t each = std::max<std::size_t>(1, context_.spec.columns.size());
  for (const auto& [which, reader] : columns_) {
    if (!reader || reader->damaged().empty()) continue;
    const auto* column = jobs::find_column(context_.spec, which.second);
    mine.insert(static_cast<std::uint64_t>(which.first) * each +
                static_cast<std::uint64_t>(column - context_.spec.columns.data()));
  }
  std::vector<std::pair<int, std::string>> all;
  for (const std::uint64_t number : gathered(context_.ranks, mine, "damaged columns")) {
    all.emplace_back(static_cast<int>(number / each), context_.spec.columns[number % each].name);
  }
  return all;
}

void Maker::mend_columns(int n, const std::string& name) {
  const fs::path place = context_.paths.generation(n).columns(name);
  count_mending("columns " + name, n, place);
  const Scoring scoring = scoring_of(n, name);
  storage::CorpusReader& columns = *columns_of(name, n);
  const storage::CorpusManifest manifest = columns.manifest();
  const auto corpus = corpus_of(n);
  std::set<std::uint64_t> scored;
  const auto score_again = [&] {
    const auto scorer = open_scorer(scoring, distribute_in_memory());
    const Work check = [&](std::uint64_t shard, const workers::Heartbeat&) {
      const storage::ShardRecord record = columns.table().at(shard).record;
      const fs::path file = storage::shard_path(place, shard);
      if (is_whole_shard(file, manifest, record)) return;
      storage::remove_durably(file);
      const storage::ShardIdentity identity{
          manifest.recipe, manifest.model, n, shard, record.first_sample, record.first_sample + record.samples - 1};
      const auto made = score_shard(*scorer, *corpus, corpus->table().at(shard).record, place,
                                    workers::format_of(scoring.column), identity);
      take_again(made, record, file);
      scored.insert(shard);
    };
    PassOptions options = pass_options();
    options.stop_requested = [this] { return (void)context_.stop_requested(), false; };  // only a sign of life
    (void)granted_pass(context_.ranks, "check column", manifest.shards, check, options);
  };
  mending(score_again, [this] { return mend_corpora(); });
  scored = gathered(context_.ranks, scored, "shards scored again");
  columns.renew(scored);
  context_.console.warn("columns " + name + " of generation " + std::to_string(n) + ": " +
                        std::to_string(scored.size()) +
                        (scored.size() == 1 ? " damaged shard was" : " damaged shards were") +
                        " scored again, and what was sealed came out");
}

}  // namespace genloss::orchestrator
