#include "orchestrator/run/maker.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <fstream>

#include "jobs/error.hpp"
#include "orchestrator/attempt/fault_point.hpp"
#include "orchestrator/attempt/program_start.hpp"
#include "orchestrator/directory/clock.hpp"
#include "orchestrator/dispatch/beat_listener.hpp"
#include "storage/files/durable.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

constexpr auto attempts_file = "attempts";

/// The piece of work that a node begins with, for the question whether it fits into the time left.
double Pace::*pace_of_node(NodeKind kind) {
  switch (kind) {
    case NodeKind::model:
      return &Pace::step;
    case NodeKind::evaluation:
      return &Pace::evaluation;
    case NodeKind::corpus:
      return &Pace::shard;
    case NodeKind::columns:
    case NodeKind::measures:
      return &Pace::measuring;
    default:
      return nullptr;
  }
}

double& time_of_node(PhaseTimes& times, NodeKind kind) {
  switch (kind) {
    case NodeKind::corpus:
      return times.sampling;
    case NodeKind::evaluation:
    case NodeKind::columns:
    case NodeKind::measures:
      return times.measuring;
    default:
      return times.training;
  }
}

}  // namespace

Maker::Maker(MakerContext context) : context_(std::move(context)) {
  // Whoever asks lives, and gets on.
  context_.stop_requested = [this, asked = std::move(context_.stop_requested)] {
    if (claim_) claim_->advance();
    return asked();
  };
}

ItemEnd Maker::make(const Node& node, const std::vector<RunPaths>& views, const std::string& where,
                    bool stays_dropped) {
  views_ = views;
  where_ = where;
  stays_dropped_ = stays_dropped;
  if (stop_agreed(pace_of_node(node.kind))) return {ItemEnd::Kind::stopped, {}};
  const BeatListener listener([this] {
    if (claim_) claim_->advance();
  });
  const ItemEnd end = timed(time_of_node(context_.times, node.kind), [&]() -> ItemEnd {
    try {
      return make_kind(node);
    } catch (const workers::Stopped&) {
      return {ItemEnd::Kind::stopped, {}};
    }
  });
  cache_->clear();  // what was read may be dropped now, and an open file would keep its place on the disk
  if (claim_ && end.kind == ItemEnd::Kind::done) claim_->fulfil();
  claim_.reset();
  return end;
}

ItemEnd Maker::make_kind(const Node& node) {
  const int n = node.generation;
  switch (node.kind) {
    case NodeKind::tokenizer:
      return tokenizer();
    case NodeKind::tokens:
      return tokens();
    case NodeKind::mix:
      return mix(n);
    case NodeKind::model:
      return model(n);
    case NodeKind::evaluation:
      return evaluation(n);
    case NodeKind::corpus:
      return corpus(n);
    case NodeKind::columns:
      return columns(n, node.column);
    case NodeKind::measures:
      return measures(n);
  }
  return {};
}

Maker::Place Maker::look_for(std::string_view kind, const storage::Digest& recipe,
                             const std::function<fs::path(const RunPaths&)>& shown, const std::string& inside) {
  constexpr auto elsewhere = "elsewhere", there = "there already", stored = "in the store already";
  const std::string found = on_root("look for the " + std::string(kind), [&]() -> std::string {
    const fs::path own = shown(context_.paths);
    const auto before = shelf_of(own);
    const bool is_shown = before && before->kind == kind && before->sealed();
    if (context_.store.has(kind, recipe)) {
      const fs::path place = context_.store.sealed(kind, recipe);
      link(shown, inside.empty() ? place : place / inside);
      if (!context_.claims->sweep(kind, recipe)) return elsewhere;
      if (context_.store.has(kind, recipe)) return is_shown ? there : stored;
    }
    claim_ = context_.claims->take(kind, recipe);
    // Whoever held it may have sealed it in between.
    if (context_.store.has(kind, recipe)) {
      if (claim_) claim_->fulfil();
      claim_.reset();
      return stored;
    }
    if (!claim_) return elsewhere + context_.claims->holder(kind, recipe);
    std::ofstream(claim_->work() / attempts_file, std::ios::app) << utc_now() << "\n";
    return claim_->work().string();
  });
  if (found.rfind(elsewhere, 0) == 0) {
    tell_waiting(kind, recipe, found.substr(std::string_view(elsewhere).size()));
    return {{}, {}, true};
  }
  if (found == there || found == stored) return {found, {}, false};
  return {{}, found, false};
}

void Maker::tell_waiting(std::string_view kind, const storage::Digest& recipe, const std::string& holder) {
  constexpr double first_warning = 60;
  const double now = context_.budget.now();
  const auto [waiting, is_new] = waited_for_.try_emplace(recipe.text(), Waiting{now, first_warning});
  if (is_new) return context_.console.end("another job is at it; waiting for " + holder);
  const double seconds = now - waiting->second.since;
  if (seconds < waiting->second.next_warning) return;
  waiting->second.next_warning = 2 * seconds;
  context_.console.warn("waiting for the " + std::string(kind) + " of " + holder + " since " +
                        std::to_string(std::lround(seconds)) + " s; it says that it lives");
}

storage::Digest Maker::show_dropped(std::string_view kind, const storage::Digest& recipe,
                                    const std::function<fs::path(const RunPaths&)>& shown) {
  const std::string digest = on_root("look for the " + std::string(kind), [&] {
    const auto description = context_.store.description(kind, recipe);
    if (!description) {
      throw Error(ExitCode::bad_data, "resume", shown(context_.paths).string(),
                  "it was dropped, and was made by another recipe than this study's now (" + recipe.short_hex() + ")",
                  "an earlier generation or the human data has changed; `genloss verify` shows which");
    }
    link(shown, context_.store.sealed(dropped_kind(kind), recipe));
    return description->digest.text();
  });
  context_.console.end("dropped before, nothing needs it");
  return storage::Digest::parse(digest);
}

ModelManifest Maker::model_of(int n) const {
  const fs::path model = context_.paths.generation(n).model();
  try {
    return read_model_manifest(model);
  } catch (const Error&) {
    if (!read_description(model)) throw;
    return read_model_manifest(model);  // dropped between the opening of the folder and of the file
  }
}

storage::CorpusManifest Maker::manifest_of(const RunPaths& chain, int n) {
  const fs::path corpus = chain.generation(n).corpus();
  try {
    return storage::read_corpus_manifest(corpus);
  } catch (const Error&) {
    if (!read_description(corpus)) throw;
    return storage::read_corpus_manifest(corpus);
  }
}

const std::shared_ptr<storage::CorpusReader>& Maker::corpus_of(int n) {
  const auto at = static_cast<std::size_t>(n);
  if (corpora_.size() <= at) corpora_.resize(at + 1);
  if (!corpora_[at]) {
    corpora_[at] = std::make_shared<storage::CorpusReader>(context_.paths.generation(n).corpus(), cache_);
  }
  return corpora_[at];
}

std::shared_ptr<storage::CorpusReader> Maker::corpus_of(const workers::CorpusSource& source, int mix) {
  if (source.lineage == 0) return corpus_of(source.generation);
  const auto others = others_of(context_.spec.policy, mix);
  const fs::path corpus =
      context_.other(others.at(static_cast<std::size_t>(source.lineage - 1))).generation(source.generation).corpus();
  auto& reader = corpora_of_others_[corpus];
  if (!reader) reader = std::make_shared<storage::CorpusReader>(corpus, cache_);
  return reader;
}

bool Maker::stop_agreed(double Pace::*next) {
  const bool stop = context_.stop_requested() || (next != nullptr && !context_.budget.fits(next));
  return context_.ranks.agree_max(stop ? 1 : 0, "stop flag") != 0;
}

std::string Maker::on_root(std::string_view what, const std::function<std::string()>& action) {
  std::string result;
  context_.ranks.on_root(what, [&] { result = action(); });
  return context_.ranks.broadcast_text(std::move(result), 0, what);
}

PassOptions Maker::pass_options() const {
  PassOptions options;
  options.stall_seconds = context_.spec.runtime.stall_seconds;
  options.deadline_seconds = context_.deadline_seconds;
  options.warn = [this](const std::string& text) { context_.console.warn(text); };
  return options;
}

void Maker::link(const std::function<fs::path(const RunPaths&)>& path, const fs::path& target) {
  const Shelf shelf = context_.store.shelf(target);
  const auto same_kind = [&](const std::string& shown) {
    return shown == shelf.kind || shown == dropped_kind(shelf.kind) || shelf.kind == dropped_kind(shown);
  };
  for (const RunPaths& view : views_) {
    const fs::path place = path(view);
    if (place.empty()) continue;
    const auto before = shelf_of(place);
    const bool other = before && before->sealed() && same_kind(before->kind) && before->recipe != shelf.made();
    if (other) {
      throw Error(ExitCode::bad_data, "resume", place.string(),
                  "it was made by another recipe (" + before->recipe.substr(0, 8) + ") than this study's now (" +
                      shelf.recipe.substr(0, 8) + ")",
                  "an earlier generation or the human data has changed; `genloss verify` shows which");
    }
    point_to(place, target);
  }
}

void Maker::link_generation(int n, fs::path (GenerationPaths::*path)() const, const fs::path& target) {
  link([&](const RunPaths& view) { return (view.generation(n).*path)(); }, target);
}

MadeBy Maker::made_by(const fs::path& work, double begin) {
  MadeBy made{.start = context_.start, .begun = utc_now(), .sealed = utc_now()};
  made.seconds = context_.budget.now() - begin;
  made.peak_memory = peak_memory(context_.ranks);
  if (!context_.ranks.is_root()) return made;
  // A line for each attempt at it; nothing that matters depends on them.
  std::ifstream attempts(work / attempts_file);
  int count = 0;
  for (std::string line; std::getline(attempts, line); ++count) {
    if (count == 0) made.begun = line;
  }
  made.attempts = std::max(1, count);
  return made;
}

void Maker::seal_file(std::string_view kind, const storage::Digest& recipe, const fs::path& work,
                      const std::string& file, const MadeBy& made, const std::function<void(const fs::path&)>& write) {
  const fs::path finished = work / "finished";
  storage::remove_directory(finished);
  storage::create_directories_durably(finished);
  write(finished / file);
  write_made_by(RunPaths::made_by(finished), made);
  context_.store.seal(finished, kind, recipe,
                      [&](const fs::path& artefact) { return storage::sha256_of_file(artefact / file); });
}

}  // namespace genloss::orchestrator
