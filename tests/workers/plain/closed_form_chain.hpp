#pragma once
// A study of a closed-form family in one process, through the real shards, mixes, lanes and model files.

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "tests/workers/plain/temporary_directory.hpp"
#include "workers/families/gaussian/gaussian_family.hpp"

namespace genloss::tests {

template <class Whole>
class ClosedFormChain {
 public:
  enum class Policy { replace, accumulate };
  ClosedFormChain(jobs::StudySpec spec, Policy policy, comms::Communicator& ranks)
      : spec_(std::move(spec)), policy_(policy), ranks_(ranks), family_(spec_) {}

  /// The mix of a generation, from the corpora before it.
  using Planner = std::function<workers::MixPlan(int generation, const workers::Family& family,
                                                 const std::vector<storage::CorpusManifest>& corpora)>;
  ClosedFormChain(jobs::StudySpec spec, Planner planner, comms::Communicator& ranks)
      : spec_(std::move(spec)), planner_(std::move(planner)), ranks_(ranks), family_(spec_) {}

  /// Trains the next model, measures it, draws its corpus, measures that.
  std::vector<workers::Measure> step() {
    const int generation = generation_++;
    const auto directory = scratch_.path() / std::to_string(generation);
    train(generation, directory / "model");
    auto measures = family_.measurer().evaluate({generation, ranks_, distribute_, directory / "model"});
    sample(generation, directory);
    const auto more = family_.measurer()
                          .inspect({generation, ranks_, distribute_, corpora_.back(), scratch_.path() / "0/model"})
                          .of_corpus;
    measures.insert(measures.end(), more.begin(), more.end());
    return measures;
  }
  [[nodiscard]] std::filesystem::path model_folder(int generation) const {
    return scratch_.path() / std::to_string(generation) / "model";
  }
  [[nodiscard]] const storage::CorpusReader& corpus(int generation) const { return *corpora_.at(generation); }

 private:
  workers::MixPlan plan_of(int generation) const {
    if (planner_) {
      std::vector<storage::CorpusManifest> manifests;
      for (const auto& corpus : corpora_) manifests.push_back(corpus->manifest());
      return planner_(generation, family_, manifests);
    }
    workers::MixPlan plan{generation, family_.units().unit_name(), 1, spec_.study.seed, {}};
    const auto samples = spec_.sampling.samples;
    const auto train = jobs::TrainableSplit::train;
    if (generation == 0 || policy_ == Policy::accumulate) {
      plan.sources.push_back({workers::HumanSource{train}, family_.units().human_digest(train), samples, samples, 0});
    }
    for (int g = policy_ == Policy::accumulate ? 0 : std::max(0, generation - 1); g < generation; ++g) {
      const auto& manifest = corpora_[g]->manifest();
      plan.sources.push_back(
          {workers::CorpusSource{g}, manifest.digest(), family_.units().corpus_units(manifest), manifest.samples(), 0});
    }
    return plan;
  }

  void train(int generation, const std::filesystem::path& directory) {
    auto plan = plan_of(generation);
    std::vector<std::unique_ptr<workers::UnitSource>> sources;
    for (const auto& source : plan.sources) {
      if (const auto* human = std::get_if<workers::HumanSource>(&source.origin)) {
        sources.push_back(family_.units().open_human(human->split));
      } else {
        const auto& corpus = corpora_[std::get<workers::CorpusSource>(source.origin).generation];
        sources.push_back(family_.units().open_corpus({corpus, source.index ? source.index->content : nullptr}));
      }
    }
    workers::MixReader mix(std::move(plan), std::move(sources));
    workers::TrainJob job{generation, ranks_, mix, {}, {}, {}, {}, "test", {}, {}};
    (void)family_.learner().train(job);
    std::filesystem::create_directories(directory);
    family_.learner().save_model(directory);
  }

  void sample(int generation, const std::filesystem::path& directory) {
    const auto folder = directory / "corpus";
    const auto sampler = family_.drawer().open_sampler(directory / "model", generation);
    storage::CorpusManifest manifest;
    std::vector<storage::ShardRecord> records;
    manifest.generation = generation;
    manifest.format = family_.drawer().corpus_format();
    const auto each = spec_.sampling.shard_samples;
    for (std::uint64_t first = 0; first < spec_.sampling.samples; first += each) {
      const auto count = std::min(each, spec_.sampling.samples - first);
      storage::ShardIdentity identity{{}, {}, generation, first / each, first, first + count - 1};
      storage::ShardWriter writer(folder, manifest.format, identity, "test");
      sampler->sample(first, count, writer, {});
      records.push_back(writer.seal());
    }
    storage::write_corpus_manifest(folder, manifest, records);
    corpora_.push_back(std::make_shared<storage::CorpusReader>(folder, cache_));
  }

  jobs::StudySpec spec_;
  Policy policy_ = Policy::replace;
  Planner planner_;
  comms::Communicator& ranks_;
  Whole family_;
  TemporaryDirectory scratch_;
  std::shared_ptr<storage::ShardCache> cache_ = std::make_shared<storage::ShardCache>(8);
  std::vector<std::shared_ptr<storage::CorpusReader>> corpora_;
  workers::DistributeResults distribute_ = [](std::string_view, std::uint64_t items, const auto& work) {
    std::vector<std::vector<std::byte>> results;
    for (std::uint64_t i = 0; i < items; ++i) results.push_back(work(i));
    return results;
  };
  int generation_ = 0;
};

using GaussianChain = ClosedFormChain<workers::GaussianFamily>;

}  // namespace genloss::tests
