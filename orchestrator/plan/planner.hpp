#pragma once
// One generation after the other on paper: its mix, training, corpus and measures.

#include <vector>

#include "orchestrator/directory/run_paths.hpp"
#include "orchestrator/plan/run_plan.hpp"
#include "orchestrator/policies/policy.hpp"
#include "orchestrator/store/description.hpp"

namespace genloss::orchestrator::plan {

class Planner {
 public:
  /// @param plan has to hold ranks, directory, rates and costs already; generations are appended to it
  Planner(const jobs::StudySpec& spec, const workers::Family& family, RunPlan& plan);
  /// Generations in order, each once. @throws Error(bad_data) of operation "plan" if its mix cannot be had
  void generation(int n);

 private:
  [[nodiscard]] bool of_text() const;
  [[nodiscard]] double lanes_of_busiest_rank() const;
  [[nodiscard]] Pools pools(int n) const;
  void train(GenerationPlan& g, const workers::MixPlan& mix);
  /// How many lie on the disk at once, at most: one more than are kept, while the newest is written.
  [[nodiscard]] std::uint64_t checkpoints(const GenerationPlan& g) const;
  void draw(GenerationPlan& g);
  void count_shards(GenerationPlan& g, const std::filesystem::path& corpus);
  void plan_shards(GenerationPlan& g);
  /// Of a corpus that was drawn, and dropped.
  void recall_shards(GenerationPlan& g, const Description& dropped);
  /// Plays the pass: shards of full length, on pretended ranks, by the real grant desk. Of very many shards only the
  /// last ones are played; before them every rank is busy.
  void dispatch(GenerationPlan& g);
  void measure(GenerationPlan& g);
  void score(GenerationPlan& g);

  struct Played {
    std::uint64_t shards = 0;
    double seconds = 0, makespan = 0;
  };
  const jobs::StudySpec& spec_;
  const workers::Family& family_;
  RunPlan& plan_;
  RunPaths paths_;
  std::vector<CorpusPool> corpora_;
  Played played_;  // generations are mostly alike
};

}  // namespace genloss::orchestrator::plan
