#include "orchestrator/graph/graph.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "jobs/error.hpp"
#include "jobs/study_file.hpp"
#include "orchestrator/graph/grouping.hpp"
#include "orchestrator/graph/node_source.hpp"

namespace genloss::orchestrator {
namespace {

jobs::StudySpec study(int seeds) {
  jobs::StudySpec study;
  study.study.generations = 3;
  study.study.seeds = seeds;
  jobs::set_arm(study, "replace", "policy.name=replace", "test");
  jobs::set_arm(study, "accumulate", "policy.name=accumulate", "test");
  return study;
}

std::size_t count(const std::vector<Node>& nodes, NodeKind kind) {
  return static_cast<std::size_t>(
      std::count_if(nodes.begin(), nodes.end(), [&](const Node& node) { return node.kind == kind; }));
}

/// Lets `groups` groups work in turns, each on one node; the order in which chains' nodes ended.
std::vector<std::uint64_t> run(NodeSource& source, int groups) {
  std::vector<std::optional<std::uint64_t>> held(static_cast<std::size_t>(groups));
  std::vector<std::uint64_t> order;
  for (int turn = 0; !source.exhausted() && turn < 10'000; ++turn) {
    auto& mine = held[static_cast<std::size_t>(turn % groups)];
    if (mine) {
      source.done(*mine, turn % groups, {});
      order.push_back(*mine);
    }
    mine = source.take(turn % groups);
  }
  return order;
}

}  // namespace

TEST(graph, has_one_node_for_what_chains_share) {
  const auto nodes = graph_of(jobs::chains_of(study(2)));
  EXPECT_EQ(count(nodes, NodeKind::tokenizer), 1u) << "splits and tokenizer are the study's";
  EXPECT_EQ(count(nodes, NodeKind::model), 2u + 4u * 2u) << "generation 0 once a seed, then each chain its own";
  for (const Node& node : nodes) {
    if (node.kind != NodeKind::model || node.generation != 0) continue;
    EXPECT_EQ(node.chains.size(), 2u);
  }
}

TEST(graph, does_not_share_what_differs) {
  jobs::StudySpec hot = study(1);
  jobs::set_arm(hot, "accumulate", "sampling.temperature=0.5", "test");
  const auto nodes = graph_of(jobs::chains_of(hot));
  EXPECT_EQ(count(nodes, NodeKind::model), 1u + 2u * 2u);
  EXPECT_EQ(count(nodes, NodeKind::corpus), 2u * 3u);
}

TEST(node_source, gives_every_node_once_and_parents_first) {
  const auto nodes = graph_of(jobs::chains_of(study(3)));
  for (const int groups : {1, 2, 5}) {
    NodeSource source(nodes, 6, {});
    const auto order = run(source, groups);
    ASSERT_EQ(order.size(), nodes.size()) << groups << " groups";
    std::vector<std::size_t> place(nodes.size());
    for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = i;
    for (std::size_t node = 0; node < nodes.size(); ++node) {
      for (const int parent : nodes[node].parents) EXPECT_LT(place[static_cast<std::size_t>(parent)], place[node]);
    }
  }
}

TEST(node_source, leaves_a_chain_with_the_group_that_has_it_at_hand) {
  const auto nodes = graph_of(jobs::chains_of(study(2)));
  NodeSource source(nodes, 4, {});
  // One group alone goes through a chain before it begins the next one.
  const auto order = run(source, 1);
  int changes = 0;
  for (std::size_t i = 1; i < order.size(); ++i) {
    changes += nodes[order[i]].chains.front() != nodes[order[i - 1]].chains.front() ? 1 : 0;
  }
  EXPECT_LE(changes, 4);
}

TEST(node_source, closes_a_chain_and_what_only_it_needs) {
  const auto nodes = graph_of(jobs::chains_of(study(1)));
  std::size_t closed_nodes = 0;
  NodeSource source(nodes, 2, {.granted = {[](const Node&) {}}, .ended = [&](const Node&, const ItemEnd& end) {
                                 closed_nodes += end.kind == ItemEnd::Kind::closed ? 1 : 0;
                               }});
  std::size_t done = 0;
  while (const auto node = source.take(0)) {
    const bool breaks =
        nodes[*node].kind == NodeKind::mix && nodes[*node].generation == 1 && nodes[*node].chains.front() == 1;
    source.done(*node, 0, {breaks ? ItemEnd::Kind::closed : ItemEnd::Kind::done, {}});
    done += breaks ? 0 : 1;
  }
  EXPECT_TRUE(source.exhausted());
  EXPECT_EQ(closed_nodes, 1u);
  EXPECT_EQ(source.closed(), std::vector<int>{1});
  EXPECT_EQ(done, static_cast<std::size_t>(2 + 5 * 3)) << "the other chain is whole";
}

TEST(node_source, offers_what_was_put_back_after_all_else) {
  const auto nodes = graph_of(jobs::chains_of(study(2)));
  NodeSource source(nodes, 4, {});
  for (int i = 0; i < 2; ++i) source.done(*source.take(0), 0, {});  // tokenizer, tokens
  const auto first = source.take(0);
  source.put_back(*first);
  const auto second = source.take(0);
  EXPECT_NE(first, second);
}

TEST(graph, an_option_that_another_overrules_makes_no_other_node) {
  const auto nodes_of = [](const std::string& both) {
    jobs::StudySpec study;
    study.study.generations = 2;
    jobs::set_arm(study, "few", both + " sampling.samples=64", "test");
    jobs::set_arm(study, "many", both + " sampling.samples=128", "test");
    return graph_of(jobs::chains_of(study)).size();
  };
  EXPECT_EQ(nodes_of("sampling.tokens=10k"), 2u + 2 * 5) << "tokens decide: one chain's nodes";
  EXPECT_GT(nodes_of("sampling.max_tokens=100"), 2u + 2 * 5);
}

jobs::StudySpec long_first_generation(const char* first_budget) {
  jobs::StudySpec study;
  study.study.generations = 3;
  study.sampling.samples = 100;
  study.sampling.max_tokens = 100;
  study.training.lanes = 2;
  jobs::set_option(study, "training.budget", std::string("0:") + first_budget + ",1:10k tokens", "test");
  for (const char* arm : {"1.0", "0.9", "0.8", "0.7"}) {
    jobs::set_arm(study, "t" + std::string(arm).substr(0, 1) + arm[2], "sampling.temperature=" + std::string(arm),
                  "test");
  }
  return study;
}

TEST(grouping, takes_all_ranks_for_a_long_generation_that_all_chains_need) {
  const auto chains = jobs::chains_of(long_first_generation("2M"));
  const auto nodes = graph_of(chains);
  EXPECT_EQ(groups_for(nodes, chains, 2).groups, 1);
  EXPECT_LT(played(nodes, chains, 2, {1}), played(nodes, chains, 2, {2}));
}

TEST(grouping, gives_each_chain_ranks_of_its_own_where_they_share_nothing) {
  jobs::StudySpec study;
  study.study.seeds = 4;
  const auto chains = jobs::chains_of(study);
  const auto nodes = graph_of(chains);
  EXPECT_EQ(groups_for(nodes, chains, 2).groups, 2);
  EXPECT_EQ(groups_for(nodes, chains, 4).groups, 4);
  EXPECT_EQ(groups_for(nodes, chains, 16).groups, 4);
}

TEST(graph, keeps_arms_of_other_texts_apart_in_every_family) {  // paths are in no digest
  jobs::StudySpec study;
  study.study.family = "categorical";
  study.study.generations = 2;
  jobs::set_arm(study, "a", "categorical.distribution=counts categorical.counts=/a.txt", "test");
  jobs::set_arm(study, "b", "categorical.distribution=counts categorical.counts=/b.txt", "test");
  for (const Node& node : graph_of(jobs::chains_of(study))) EXPECT_EQ(node.chains.size(), 1U) << name_of(node.kind);
}

TEST(grouping, leaves_ranks_alone_with_nodes_that_take_less_than_meeting_does) {
  jobs::StudySpec study;
  study.study.family = "gaussian";
  study.study.seeds = 3;
  for (const char* arm : {"a", "b", "c"})
    jobs::set_arm(study, arm,
                  "sampling.samples=10" + std::string(arm == std::string("a")   ? "1"
                                                      : arm == std::string("b") ? "2"
                                                                                : "3"),
                  "test");
  const auto chains = jobs::chains_of(study);
  EXPECT_EQ(groups_for(graph_of(chains), chains, 2).groups, 2) << "though nine chains do not divide by two";
}

TEST(grouping, knows_that_ranks_beyond_the_lanes_do_not_train) {
  auto study = long_first_generation("2M");
  study.training.lanes = 1;
  const auto chains = jobs::chains_of(study);
  EXPECT_GT(groups_for(graph_of(chains), chains, 2).groups, 1);
}

TEST(grouping, leaves_the_ranks_of_gpus_in_one_group) {
  auto study = long_first_generation("10k");
  study.runtime.device = jobs::DeviceKind::cuda;
  const auto chains = jobs::chains_of(study);
  EXPECT_EQ(groups_for(graph_of(chains), chains, 4).groups, 1);
}

TEST(grouping, plays_one_worker_as_the_sum_of_all_work) {
  const auto chains = jobs::chains_of(long_first_generation("2M"));
  const auto nodes = graph_of(chains);
  double sum = 0;
  for (const Node& node : nodes) sum += work_of(node, chains);
  EXPECT_NEAR(played(nodes, chains, 1, {1}), sum, 1e-6 * sum);
}

TEST(grouping, divides_ranks_evenly) {
  const GroupLayout layout{3};
  EXPECT_EQ(layout.size(0, 8), 3);
  EXPECT_EQ(layout.size(1, 8), 3);
  EXPECT_EQ(layout.size(2, 8), 2);
}

jobs::StudySpec three_lineages() {
  jobs::StudySpec study;
  study.study.family = "gaussian";
  study.study.generations = 3;
  study.study.seeds = 3;
  study.policy.name = "lineages";
  study.policy.lineage_shares = {"0.5", "0.25", "0.25"};
  return study;
}

TEST(lineages, a_mix_waits_for_the_corpora_of_all_that_it_reads) {
  const auto chains = jobs::chains_of(three_lineages());
  check_lineages(chains);
  const auto nodes = graph_of(chains);
  int mixes = 0;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (const int parent : nodes[i].parents) EXPECT_LT(parent, static_cast<int>(i)) << "parents come first";
    if (nodes[i].kind != NodeKind::mix || nodes[i].generation != 2) continue;
    ++mixes;
    std::set<int> seeds;
    for (const int parent : nodes[i].parents) {
      const Node& corpus = nodes[static_cast<std::size_t>(parent)];
      if (corpus.kind == NodeKind::corpus && corpus.generation == 1) seeds.insert(corpus.chains.front());
    }
    EXPECT_EQ(seeds, (std::set<int>{0, 1, 2}));
  }
  EXPECT_EQ(mixes, 3);
}

TEST(lineages, seeds_stand_in_rings) {
  const OtherChain next{"", 1, 3}, after{"", 2, 3};
  EXPECT_EQ(next.repetition(0), 1);
  EXPECT_EQ(next.repetition(2), 0);
  EXPECT_EQ(after.repetition(4), 3);
  EXPECT_EQ(next.repetition(5), 3);
  EXPECT_TRUE((OtherChain{"", 3, 3}).is_own());
}

TEST(lineages, that_read_a_chain_which_ended_end_too) {
  const auto chains = jobs::chains_of(three_lineages());
  const auto nodes = graph_of(chains);
  NodeSource source(nodes, 3, {});
  while (const auto node = source.take(0)) {
    const bool ends =
        nodes[*node].kind == NodeKind::model && nodes[*node].generation == 1 && nodes[*node].chains.front() == 0;
    source.done(*node, 0, {ends ? ItemEnd::Kind::closed : ItemEnd::Kind::done, {}});
  }
  EXPECT_TRUE(source.exhausted()) << "nobody waits for what nobody makes";
  EXPECT_EQ(source.closed(), (std::vector<int>{0, 1, 2}));
}

TEST(lineages, have_to_be_there_and_of_one_kind_of_data) {
  auto study = three_lineages();
  study.study.seeds = 2;
  EXPECT_THROW(check_lineages(jobs::chains_of(study)), Error);
  jobs::StudySpec arms;
  arms.study.family = "gaussian";
  arms.policy.name = "custom";
  arms.policy.terms = "corpus latest";
  jobs::set_arm(arms, "a", "policy.terms=\"corpus latest of b 50 % | corpus latest 50 %\"", "test");
  jobs::set_arm(arms, "b", "sampling.samples=200", "test");
  check_lineages(jobs::chains_of(arms));
  jobs::set_arm(arms, "b", "gaussian.dimension=2", "test");
  EXPECT_THROW(check_lineages(jobs::chains_of(arms)), Error);
  jobs::set_arm(arms, "a", "policy.terms=\"corpus latest of c 50 %\"", "test");
  EXPECT_THROW(check_lineages(jobs::chains_of(arms)), Error);
}

}  // namespace genloss::orchestrator
