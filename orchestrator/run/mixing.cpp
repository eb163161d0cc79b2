// PLANNED -> MIXED: the policy is asked, its plan is stored.

#include <filesystem>

#include "jobs/error.hpp"
#include "orchestrator/attempt/fault_point.hpp"
#include "orchestrator/attempt/preflight.hpp"
#include "orchestrator/run/coordinator.hpp"
#include "storage/files/durable.hpp"

namespace genloss::orchestrator {
namespace {

constexpr auto schema = "genloss mix";
constexpr int version = 1;

std::string describe(const workers::MixSource& source, std::uint64_t total) {
  char share[16];
  std::snprintf(share, sizeof share, "%.1f %%", 100.0 * static_cast<double>(source.quota) / static_cast<double>(total));
  if (const auto* human = std::get_if<workers::HumanSource>(&source.origin)) {
    return std::string("human ") + (human->split == jobs::TrainableSplit::train ? "train " : "held-out ") + share;
  }
  return "corpus " + std::to_string(std::get<workers::CorpusSource>(source.origin).generation) + " " + share;
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

Pools Coordinator::pools_for(int n) const {
  Pools pools = pools_of_humans(context_.spec, context_.family, n);
  for (int g = 0; g < n; ++g) {
    const auto& manifest = corpora_[static_cast<std::size_t>(g)]->manifest();
    pools.corpora.push_back({g, context_.family.corpus_units(manifest), manifest.digest()});
  }
  return pools;
}

void Coordinator::mix(int n) {
  // A pure function of what all ranks see, so every rank plans for itself; rank 0 stores it.
  plan_ = plan_mix(context_.spec.policy, pools_for(n));
  context_.console.begin("mix");
  on_root("store the mix", [&] {
    const auto file = context_.paths.generation(n).mix();
    if (std::filesystem::exists(file)) {
      const auto stored = workers::MixPlan::parse(storage::read_json(file, schema, version), file.string());
      if (stored.digest() != plan_.digest()) {
        throw Error(ExitCode::bad_data, "resume", file.string(),
                    "the stored mix " + stored.digest().text() + " is not the one this study gives now (" +
                        plan_.digest().text() + ")",
                    "an earlier generation or the human data has changed; `genloss verify` shows which");
      }
    } else {
      storage::write_json_durably(file, schema, version, plan_.json());
    }
    fault_point(std::to_string(n) + ":PLANNED:sealed");
    return std::string();
  });
  context_.console.end(describe(plan_));
  enter(n, State::mixed, {{"digest", plan_.digest().text()}});
}

std::unique_ptr<workers::MixReader> Coordinator::open_mix() const {
  std::vector<std::unique_ptr<workers::UnitSource>> sources;
  for (const auto& source : plan_.sources) {
    if (const auto* human = std::get_if<workers::HumanSource>(&source.origin)) {
      sources.push_back(context_.family.open_human(human->split));
    } else {
      const int g = std::get<workers::CorpusSource>(source.origin).generation;
      sources.push_back(context_.family.open_corpus(corpora_[static_cast<std::size_t>(g)]));
    }
  }
  return std::make_unique<workers::MixReader>(plan_, std::move(sources));
}

}  // namespace genloss::orchestrator
