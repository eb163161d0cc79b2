#include "orchestrator/retention/retention.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "orchestrator/policies/algebra/policy_type.hpp"
#include "orchestrator/policies/policy.hpp"
#include "orchestrator/retention/high_water.hpp"

namespace genloss::orchestrator {
namespace {

jobs::StudySpec study(const std::string& policy, int generations) {
  jobs::StudySpec study;
  study.study.generations = generations;
  jobs::set_arm(study, "one", "policy.name=" + policy, "test");
  return study;
}

/// A graph, and what a job does to it: makes every node in order.
class Play {
 public:
  Play(const jobs::StudySpec& study, jobs::Keep keep, Presence before = Presence::absent)
      : chains_(jobs::chains_of(study)), nodes_(graph_of(chains_)), presence_(nodes_.size(), Presence::absent) {
    keep_ = keep;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (before == Presence::absent) continue;
      presence_[i] = is_large(nodes_[i].kind) ? before : Presence::sealed;
    }
  }
  void set(NodeKind kind, int generation, Presence presence) { presence_[place(kind, generation)] = presence; }
  Retention retention() const { return {nodes_, presence_, kept_nodes(chains_, nodes_, keep_)}; }
  /// "model 0 after measures 1": when each goes. Fails if something goes that is read later, or twice.
  std::set<std::string> all() {
    std::set<std::string> gone;
    std::set<std::size_t> dropped;
    Retention retention = this->retention();
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (!retention.stays_dropped(i) && presence_[i] != Presence::sealed) {
        for (const int read : nodes_[i].reads) EXPECT_EQ(dropped.count(static_cast<std::size_t>(read)), 0u);
      }
      for (const std::size_t going : retention.ended(i)) {
        EXPECT_TRUE(dropped.insert(going).second);
        gone.insert(name(going) + " after " + name(i));
      }
    }
    return gone;
  }
  std::size_t place(NodeKind kind, int generation) const {
    const auto found = std::find_if(nodes_.begin(), nodes_.end(), [&](const Node& node) {
      return node.kind == kind && node.generation == generation;
    });
    return static_cast<std::size_t>(found - nodes_.begin());
  }

 private:
  std::string name(std::size_t i) const {
    return std::string(name_of(nodes_[i].kind)) + " " + std::to_string(nodes_[i].generation);
  }
  std::vector<jobs::Chain> chains_;
  std::vector<Node> nodes_;
  std::vector<Presence> presence_;
  jobs::Keep keep_ = jobs::Keep::all;
};

using Names = std::set<std::string>;

}  // namespace

TEST(retention, all_keeps_all) { EXPECT_EQ(Play(study("replace", 3), jobs::Keep::all).all(), Names()); }

TEST(retention, measures_keep_nothing_once_it_is_read) {
  EXPECT_EQ(Play(study("replace", 3), jobs::Keep::measures).all(),
            (Names{"corpus 0 after model 1", "model 0 after measures 2", "corpus 1 after model 2",
                   "model 1 after model 2", "corpus 2 after measures 2", "model 2 after measures 2"}))
      << "model 0 is the reader of all corpora";
  EXPECT_EQ(Play(study("accumulate", 2), jobs::Keep::measures).all(),
            (Names{"corpus 0 after model 1", "model 0 after measures 1", "corpus 1 after measures 1",
                   "model 1 after measures 1"}));
}

TEST(retention, mixes_keep_what_one_more_generation_reads) {
  EXPECT_EQ(Play(study("replace", 3), jobs::Keep::mixes).all(),
            (Names{"corpus 0 after model 1", "corpus 1 after model 2", "model 1 after model 2"}));
  EXPECT_EQ(Play(study("accumulate", 3), jobs::Keep::mixes).all(), Names());
  EXPECT_EQ(Play(study("human_fraction policy.human_fraction=1 policy.human_pool=train", 2), jobs::Keep::mixes).all(),
            (Names{"corpus 0 after measures 0", "corpus 1 after measures 1", "model 1 after measures 1"}))
      << "a control trains on human text alone";
  EXPECT_EQ(Play(study("replace training.init=previous", 3), jobs::Keep::mixes).all().count("model 1 after model 2"),
            1u);
}

TEST(retention, what_was_dropped_is_made_again_only_if_something_needs_it) {
  Play complete(study("replace", 3), jobs::Keep::measures, Presence::dropped);
  const Retention at_rest = complete.retention();
  for (int n = 0; n < 3; ++n) {
    EXPECT_TRUE(at_rest.stays_dropped(complete.place(NodeKind::model, n)));
    EXPECT_TRUE(at_rest.stays_dropped(complete.place(NodeKind::corpus, n)));
  }
  complete.set(NodeKind::measures, 2, Presence::absent);  // reads corpus 2 and model 2, which need those before
  const Retention again = complete.retention();
  for (int n = 0; n < 3; ++n) EXPECT_FALSE(again.stays_dropped(complete.place(NodeKind::corpus, n))) << n;

  Play control(study("human_fraction policy.human_fraction=1 policy.human_pool=train", 3), jobs::Keep::measures,
               Presence::dropped);
  control.set(NodeKind::measures, 2, Presence::absent);
  const Retention alone = control.retention();
  EXPECT_TRUE(alone.stays_dropped(control.place(NodeKind::corpus, 1)));
  EXPECT_FALSE(alone.stays_dropped(control.place(NodeKind::model, 0))) << "the reader";
  EXPECT_FALSE(alone.stays_dropped(control.place(NodeKind::model, 2)));

  Play wanted(study("replace", 3), jobs::Keep::all, Presence::dropped);
  EXPECT_FALSE(wanted.retention().stays_dropped(wanted.place(NodeKind::model, 1)));
}

TEST(retention, what_arms_share_stays_until_the_last_has_read_it) {
  jobs::StudySpec two = study("replace", 2);
  jobs::set_arm(two, "other", "policy.name=accumulate", "test");
  const auto chains = jobs::chains_of(two);
  const auto nodes = graph_of(chains);
  Retention retention(nodes, std::vector<Presence>(nodes.size(), Presence::absent),
                      kept_nodes(chains, nodes, jobs::Keep::measures));
  std::vector<std::size_t> gone;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (std::find(nodes[i].chains.begin(), nodes[i].chains.end(), 0) == nodes[i].chains.end()) continue;
    for (const std::size_t going : retention.ended(i)) gone.push_back(going);  // a job of one arm
  }
  for (const std::size_t i : gone) EXPECT_EQ(nodes[i].generation, 1) << "generation 0 is read by the other arm";
  EXPECT_EQ(gone.size(), 2u);
}

TEST(high_water, is_that_of_the_moment_with_most) {
  const auto most = [](const std::string& policy, int generations, jobs::Keep keep, int groups, int seeds,
                       Presence before = Presence::absent) {
    jobs::StudySpec spec = study(policy, generations);
    spec.study.seeds = seeds;
    const auto chains = jobs::chains_of(spec);
    const auto nodes = graph_of(chains);
    return high_water(nodes, std::vector<Presence>(nodes.size(), before), kept_nodes(chains, nodes, keep),
                      static_cast<int>(chains.size()), groups, [](const Node& node) -> NodeBytes {
                        if (node.kind == NodeKind::model) return {1, 3};
                        if (node.kind == NodeKind::corpus) return {100, 0};
                        return {};
                      });
  };
  using jobs::Keep;
  EXPECT_EQ(most("replace", 10, Keep::all, 1, 1), 10u * 101);
  EXPECT_EQ(most("replace", 10, Keep::measures, 1, 1), 100u + 1 + 1 + 1 + 3)
      << "a corpus, its model and model 0; a model in the making with its checkpoints";
  EXPECT_EQ(most("replace", 20, Keep::measures, 1, 1), most("replace", 10, Keep::measures, 1, 1));
  EXPECT_EQ(most("accumulate", 10, Keep::measures, 1, 1), 9u * 101 + 1 + 3) << "the last training reads all";
  EXPECT_EQ(most("replace", 10, Keep::measures, 3, 3), 3 * most("replace", 10, Keep::measures, 1, 1));
  EXPECT_EQ(most("replace", 10, Keep::all, 1, 1, Presence::sealed), 0u) << "there already";
}

TEST(policies, name_the_corpora_that_they_take_units_of) {
  jobs::PolicySection policy;
  Pools pools;
  pools.unit = "sample";
  pools.train.units = 1000;
  pools.foretold = true;
  policy.shortfall = jobs::Shortfall::repeat;
  policy.terms = "human train kept 10 % | corpus latest 50 % | corpora before 40 %";
  for (const auto* type : policy_types()) {
    policy.name = type->name;
    policy.column = "reward";
    policy.human_fraction = 0.5;
    policy.human_pool = jobs::TrainableSplit::train;
    pools.corpora.clear();
    for (int n = 0; n < 5; ++n, pools.corpora.push_back({n - 1, 1000, {}})) {
      pools.generation = n;
      pools.others.assign(others_of(policy, n).size(), pools.corpora);
      const auto named = corpora_of_mix(policy, n);
      std::set<int> taken;
      for (const auto& source : plan_mix(policy, pools).sources) {
        if (const auto* corpus = std::get_if<workers::CorpusSource>(&source.origin)) taken.insert(corpus->generation);
      }
      EXPECT_EQ(taken, std::set<int>(named.begin(), named.end())) << type->name << ", generation " << n;
    }
  }
}

}  // namespace genloss::orchestrator
