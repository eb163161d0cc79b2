#pragma once
// Makes the artefacts of one chain: decides on the root of a group of ranks, works on all of them.

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "comms/communicator.hpp"
#include "orchestrator/attempt/time_budget.hpp"
#include "orchestrator/directory/made_by.hpp"
#include "orchestrator/directory/model_manifest.hpp"
#include "orchestrator/directory/run_paths.hpp"
#include "orchestrator/dispatch/granted_pass.hpp"
#include "orchestrator/graph/graph.hpp"
#include "orchestrator/policies/policy.hpp"
#include "orchestrator/report/console.hpp"
#include "orchestrator/run/phase_times.hpp"
#include "orchestrator/store/claim.hpp"
#include "storage/corpus/corpus_reader.hpp"
#include "workers/family.hpp"
#include "workers/scorers/scorer_type.hpp"

namespace genloss::orchestrator {

/// What a maker works with; outlives it.
struct MakerContext {
  const jobs::StudySpec& spec;  ///< of the chain alone
  workers::Family& family;
  comms::Communicator& ranks;  ///< of the group
  Console& console;
  Store store;
  Claims* claims;  ///< root of the group; null elsewhere
  RunPaths paths;  ///< folder of the chain
  /// Folders of chains that it reads.
  std::function<RunPaths(const OtherChain&)> other;
  ProgramStart start;
  std::string attempt;  ///< of this group, for temporary names
  TimeBudget& budget;
  PhaseTimes& times;
  double deadline_seconds;  ///< silence of a rank after which it counts as missing
  /// Asked often, also during long work: a signal has come to this rank, or the job is to stop. Whoever asks lives.
  std::function<bool()> stop_requested;
};

/// What training starts from: nothing (fresh), the model before, or the base model.
struct TrainingStart {
  std::optional<std::filesystem::path> directory;
  std::optional<storage::Digest> digest;
};

/// Makes one node of a chain after the other, in any order in which parents come first; finds what is there already.
/// All members are called on all ranks of the group together.
class Maker {
 public:
  explicit Maker(MakerContext context);

  /// Human text as tokens, as the nodes before have made it. To be called before mixes and what follows are made.
  void open_text();
  /// @param views folders of all chains that need the node: the artefact is linked into each
  /// @param where before lines for people: "half seed 2: "; empty: there is one chain
  /// @param stays_dropped it was dropped, and nothing needs it: it is only shown
  /// @throws Error(bad_data) if it cannot be made of what there is
  [[nodiscard]] ItemEnd make(const Node& node, const std::vector<RunPaths>& views, const std::string& where,
                             bool stays_dropped = false);

 private:
  [[nodiscard]] ItemEnd make_kind(const Node& node);
  [[nodiscard]] ItemEnd tokenizer();
  [[nodiscard]] ItemEnd tokens();
  [[nodiscard]] ItemEnd mix(int n);
  [[nodiscard]] ItemEnd model(int n);
  [[nodiscard]] ItemEnd evaluation(int n);
  [[nodiscard]] ItemEnd corpus(int n);
  [[nodiscard]] ItemEnd columns(int n, const std::string& name);
  [[nodiscard]] ItemEnd measures(int n);

  /// Whether an artefact has to be made, and where; the same on all ranks.
  struct Place {
    std::string found;           ///< why it need not be made, for people; empty: it has to be
    std::filesystem::path work;  ///< folder to make it in, which this group has claimed
    bool elsewhere = false;      ///< somebody outside this group is at it
  };
  /// Root: looks into the store, and claims what is not there. What is there is linked to before it is relied on, so
  /// that nobody drops it (orchestrator/retention/drop.hpp).
  /// @param shown a chain's link to it
  /// @param inside what of the artefact is shown; empty: its folder
  [[nodiscard]] Place look_for(std::string_view kind, const storage::Digest& recipe,
                               const std::function<std::filesystem::path(const RunPaths&)>& shown,
                               const std::string& inside = {});
  /// Shows the description of what was dropped. @return its digest
  [[nodiscard]] storage::Digest show_dropped(std::string_view kind, const storage::Digest& recipe,
                                             const std::function<std::filesystem::path(const RunPaths&)>& shown);

  void tell_waiting(std::string_view kind, const storage::Digest& recipe, const std::string& holder);

  // What earlier nodes have made, read where the chain's folder points to.
  [[nodiscard]] workers::MixPlan plan(int n) const;
  /// Also of one that was dropped.
  [[nodiscard]] ModelManifest model_of(int n) const;
  [[nodiscard]] const std::shared_ptr<storage::CorpusReader>& corpus_of(int n);
  /// @param mix generation whose policy names the other chain
  [[nodiscard]] std::shared_ptr<storage::CorpusReader> corpus_of(const workers::CorpusSource& source, int mix);
  /// Also of one that was dropped.
  [[nodiscard]] storage::CorpusManifest manifest_of(int n) const { return manifest_of(context_.paths, n); }
  [[nodiscard]] static storage::CorpusManifest manifest_of(const RunPaths& chain, int n);
  /// Attribute shards of the corpus of generation n (docs/columns.md). Reading them notes damage, which mending()
  /// repairs.
  [[nodiscard]] const std::shared_ptr<storage::CorpusReader>& columns_of(const std::string& name, int n);
  /// One number for each sample of corpus n, in order of id. @param address NAME or NAME.VALUE
  /// @throws Error(usage) if the study has no such column; Error(bad_data) if a shard is damaged
  [[nodiscard]] std::vector<double> column(const std::string& address, int n);

  void open_tokenizer();
  [[nodiscard]] Pools pools_for(int n);
  /// Its indexes are with the root.
  [[nodiscard]] workers::MixPlan plan_now(int n);
  [[nodiscard]] std::unique_ptr<workers::MixReader> open_mix(const workers::MixPlan& plan);
  /// The samples that a source of a sealed mix is of; null: all.
  [[nodiscard]] std::shared_ptr<const storage::ChosenSamples> index_of(const workers::MixPlan& plan,
                                                                       std::size_t source) const;
  [[nodiscard]] TrainingStart training_start(int n) const;
  /// With training.reduction = fast a model that the chain has stays what it is, however many ranks there are now.
  [[nodiscard]] storage::Digest recipe_of_model(int n, const storage::Digest& mix, const TrainingStart& start);
  [[nodiscard]] bool train_now(int n, const workers::MixPlan& plan, const TrainingStart& start,
                               const storage::Digest& recipe, const std::filesystem::path& work);
  void seal_model(ModelManifest manifest, const TrainingStart& start, const std::filesystem::path& work,
                  const MadeBy& made);
  [[nodiscard]] bool sample_now(int n, const storage::Digest& model, const storage::Digest& recipe,
                                const std::filesystem::path& work);
  /// What a column is made of.
  struct Scoring {
    int generation = 0;  ///< of the corpus
    const jobs::ColumnOrder& column;
    workers::ColumnModel read;
    storage::Digest corpus;
    std::optional<storage::Digest> model;  ///< that is read
    storage::Digest recipe{};
  };
  [[nodiscard]] Scoring scoring_of(int n, const std::string& name) const;
  [[nodiscard]] bool score_now(const Scoring& scoring, const std::filesystem::path& place);
  /// A scorer that has begun: its fold is done, by all ranks together. Needs `scoring` for as long as it lives.
  [[nodiscard]] std::unique_ptr<workers::SampleScorer> open_scorer(const Scoring& scoring,
                                                                   const workers::DistributeResults& spread);
  [[nodiscard]] storage::ShardRecord score_shard(workers::SampleScorer& scorer, const storage::CorpusReader& corpus,
                                                 const storage::ShardRecord& shard, const std::filesystem::path& place,
                                                 const storage::CorpusFormat& format,
                                                 const storage::ShardIdentity& identity);

  /// Runs what all ranks do together and what reads corpora or columns. Where any rank finds a shard damaged or missing
  /// on the way, what is damaged is drawn, or scored, again, and `action` runs once more: it goes on from what it has
  /// left on disk.
  void mending(const std::function<void()>& action);
  /// The same with another way to mend. @param mend collective; whether there was something to mend
  static void mending(const std::function<void()>& action, const std::function<bool()>& mend);
  /// Collective. @return whether a corpus had been found damaged; it is now whole
  /// @throws Error(bad_data) if a shard comes out otherwise than it was sealed, or is damaged again and again
  [[nodiscard]] bool mend_corpora();
  /// Generations and names of columns that any rank has found damaged. Collective.
  [[nodiscard]] std::vector<std::pair<int, std::string>> damaged_columns();
  void mend_columns(int n, const std::string& name);
  /// @throws Error(bad_data) if it has been mended too often
  void count_mending(const std::string& what, int n, const std::filesystem::path& place);
  void mend(int n);
  /// @return whether the shard had to be drawn
  [[nodiscard]] bool draw_again(int n, const storage::ShardRecord& record, std::unique_ptr<workers::Sampler>& sampler,
                                const workers::Heartbeat& beat);
  /// Directory of a model that is about to be loaded, on every rank that loads it. @throws Error(bad_data) if its
  /// weights are not those that were sealed
  [[nodiscard]] std::filesystem::path checked_model(int n) const;
  [[nodiscard]] PassOptions pass_options() const;
  /// Spreads work over the group, by grants.
  [[nodiscard]] workers::Distribute distribute() const;
  /// The same for work with results, sealed in blocks below `work`: for the passes of one artefact, in their order.
  /// @param piece an item of it, for the question whether the next one fits into the time left
  /// @param state that the chain is in, for fault points
  [[nodiscard]] workers::DistributeResults distribute_results(const std::filesystem::path& work, double Pace::*piece,
                                                              const std::string& state);
  /// The same without a folder: what is not done when a start ends is done again.
  [[nodiscard]] workers::DistributeResults distribute_in_memory();
  [[nodiscard]] std::vector<std::vector<std::byte>> results_of_pass(
      const std::filesystem::path& folder, std::string_view what, std::uint64_t items, double Pace::*piece,
      const std::string& state, const std::function<std::vector<std::byte>(std::uint64_t)>& work);
  /// Root: the chains' links to what is being measured.
  void show_measuring(int n, const std::filesystem::path& work);
  void hide_measuring(int n);
  /// A signal has come to a rank, or the next piece of work would not fit into the time left.
  [[nodiscard]] bool stop_agreed(double Pace::*next);
  /// Runs `action` on the root; an error of it is everyone's. The text it returns reaches all ranks.
  std::string on_root(std::string_view what, const std::function<std::string()>& action);

  /// Root: makes a path of every chain that needs the node at hand a link to `target` in the store;
  /// not in a chain for which `path` is empty.
  /// @throws Error(bad_data) if it leads to another sealed artefact of the kind: what it was made from has changed
  void link(const std::function<std::filesystem::path(const RunPaths&)>& path, const std::filesystem::path& target);
  void link_generation(int n, std::filesystem::path (GenerationPaths::*path)() const,
                       const std::filesystem::path& target);
  /// Collective: for made-by.json of what is made in `work` and was worked on since `begin` on the budget's clock.
  [[nodiscard]] MadeBy made_by(const std::filesystem::path& work, double begin);
  /// Root: seals a folder with one file and made-by.json. @param write is given the file's path
  void seal_file(std::string_view kind, const storage::Digest& recipe, const std::filesystem::path& work,
                 const std::string& file, const MadeBy& made,
                 const std::function<void(const std::filesystem::path&)>& write);

  MakerContext context_;
  std::vector<RunPaths> views_;   // of the node at hand
  std::string where_;             // before lines about it
  std::unique_ptr<Claim> claim_;  // root: of the node at hand
  std::shared_ptr<storage::ShardCache> cache_ = std::make_shared<storage::ShardCache>();
  std::vector<std::shared_ptr<storage::CorpusReader>> corpora_;  // opened as they are needed
  std::map<std::filesystem::path, std::shared_ptr<storage::CorpusReader>> corpora_of_others_;
  std::map<std::pair<int, std::string>, std::shared_ptr<storage::CorpusReader>> columns_;  // by generation and name
  std::map<std::pair<int, std::string>, int> mended_;  // what of a generation was found damaged: how often
  bool text_is_open_ = false;
  bool stays_dropped_ = false;  // the node at hand
  struct Waiting {
    double since, next_warning;  // seconds on the budget's clock; of waiting
  };
  std::map<std::string, Waiting> waited_for_;  // by recipe: what somebody else was at
};

}  // namespace genloss::orchestrator
