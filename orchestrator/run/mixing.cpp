// The mix of a generation: the policy is asked, its plan is stored.

#include <filesystem>

#include "jobs/error.hpp"
#include "jobs/numbers.hpp"
#include "orchestrator/attempt/fault_point.hpp"
#include "orchestrator/attempt/preflight.hpp"
#include "orchestrator/run/maker.hpp"
#include "storage/files/durable.hpp"
#include "storage/files/json.hpp"

namespace genloss::orchestrator {
namespace {

constexpr auto mix_schema = "genloss mix";
constexpr int mix_version = 1;
constexpr auto mix_file = "mix.json";

std::string describe(const workers::MixSource& source, std::uint64_t total) {
  const std::string share = percent_text(static_cast<double>(source.quota) / static_cast<double>(total), 1);
  if (const auto* human = std::get_if<workers::HumanSource>(&source.origin)) {
    return std::string("human ") + (human->split == jobs::TrainableSplit::train ? "train " : "held-out ") + share;
  }
  const auto& corpus = std::get<workers::CorpusSource>(source.origin);
  const std::string chain = corpus.lineage == 0 ? "" : " of lineage " + std::to_string(corpus.lineage);
  const std::string chosen = source.index ? " where " + source.index->by + "," : "";
  return "corpus " + std::to_string(corpus.generation) + chain + chosen + " " + share;
}

std::string describe(const workers::MixPlan& plan) {
  std::string text = amount_text(static_cast<double>(plan.units())) + " units (" + plan.unit + "): ";
  constexpr std::size_t most = 4;
  for (std::size_t i = 0; i < plan.sources.size() && i < most; ++i) {
    text += (i > 0 ? ", " : "") + describe(plan.sources[i], plan.units());
  }
  if (plan.sources.size() > most) text += " and " + std::to_string(plan.sources.size() - most) + " more";
  return text;
}

}  // namespace

Pools Maker::pools_for(int n) {
  Pools pools = pools_of_humans(context_.spec, context_.family, n);
  const auto corpora_of = [&](const RunPaths& chain) {
    std::vector<CorpusPool> corpora;
    for (int g = 0; g < n; ++g) {
      const storage::CorpusManifest corpus = manifest_of(chain, g);
      corpora.push_back({g, context_.family.units().corpus_units(corpus), corpus.digest()});
    }
    return corpora;
  };
  pools.corpora = corpora_of(context_.paths);
  for (const OtherChain& of : others_of(context_.spec.policy, n))
    pools.others.push_back(corpora_of(context_.other(of)));
  pools.columns = [this](const std::string& address, int g) { return column(address, g); };
  pools.chosen = [this](int g, std::span<const std::uint64_t> samples) -> Pools::Chosen {
    const storage::SampleView view(corpus_of(g),
                                   std::make_shared<const storage::ChosenSamples>(*corpus_of(g), samples));
    return {view.shared(), context_.family.units().corpus_units(view.manifest())};
  };
  return pools;
}

ItemEnd Maker::mix(int n) {
  const double begin = context_.budget.now();
  const workers::MixPlan plan = plan_now(n);
  context_.console.begin(where_ + "mix");
  const storage::Digest recipe = plan.digest();
  const Place place = look_for(
      "mix", recipe, [n](const RunPaths& view) { return view.generation(n).mix(); }, mix_file);
  if (place.elsewhere) return {ItemEnd::Kind::later, {}};
  const MadeBy made = made_by(place.work, begin);
  on_root("store the mix", [&] {
    if (place.found.empty()) {
      seal_file("mix", recipe, place.work, mix_file, made, [&](const std::filesystem::path& file) {
        for (std::size_t s = 0; s < plan.sources.size(); ++s) {
          const auto& index = plan.sources[s].index;
          if (index) index->content->write(file.parent_path() / plan.index_file(s));
        }
        storage::write_json_durably(file, mix_schema, mix_version, plan.json());
      });
    }
    link_generation(n, &GenerationPaths::mix_made_by, RunPaths::made_by(context_.store.sealed("mix", recipe)));
    link_generation(n, &GenerationPaths::mix, context_.store.sealed("mix", recipe) / mix_file);
    fault_point(std::to_string(n) + ":PLANNED:sealed");
    return std::string();
  });
  context_.console.end(describe(plan));
  for (const std::string& note : plan.notes) context_.console.warn(note);
  return {ItemEnd::Kind::done, recipe};
}

workers::MixPlan Maker::plan_now(int n) {
  workers::MixPlan plan;
  const auto plan_it = [&] { plan = plan_mix(context_.spec.policy, pools_for(n)); };
  if (columns_of_mix(context_.spec.policy, n).empty()) {
    // A pure function of what all ranks see, so every rank plans for itself; the root stores it.
    context_.ranks.together("plan the mix", plan_it);
    return plan;
  }
  mending([&] {  // the root reads columns and samples, for all
    const std::string text = on_root("choose samples for the mix", [&] {
      plan_it();
      return plan.json().dump();
    });
    if (!context_.ranks.is_root())
      plan = workers::MixPlan::parse(storage::parse_json(text, "the plan of rank 0", storage::document_limits),
                                     "the plan of rank 0");
  });
  return plan;
}

workers::MixPlan Maker::plan(int n) const {
  const auto file = context_.paths.generation(n).mix();
  return workers::MixPlan::parse(storage::read_json(file, mix_schema, mix_version), file.string());
}

std::shared_ptr<const storage::ChosenSamples> Maker::index_of(const workers::MixPlan& plan, std::size_t source) const {
  const auto& index = plan.sources[source].index;
  if (!index) return nullptr;
  const auto file = context_.store.sealed("mix", plan.digest()) / plan.index_file(source);
  return std::make_shared<const storage::ChosenSamples>(file, index->digest);
}

std::unique_ptr<workers::MixReader> Maker::open_mix(const workers::MixPlan& plan) {
  std::vector<std::unique_ptr<workers::UnitSource>> sources;
  for (const auto& source : plan.sources) {
    if (const auto* human = std::get_if<workers::HumanSource>(&source.origin)) {
      sources.push_back(context_.family.units().open_human(human->split));
    } else {
      const auto reader = corpus_of(std::get<workers::CorpusSource>(source.origin), plan.generation);
      sources.push_back(context_.family.units().open_corpus({reader, index_of(plan, sources.size())}));
    }
  }
  return std::make_unique<workers::MixReader>(plan, std::move(sources));
}

}  // namespace genloss::orchestrator
