#include "orchestrator/graph/graph.hpp"

#include <algorithm>
#include <map>

#include "jobs/columns.hpp"
#include "jobs/error.hpp"
#include "jobs/option_table.hpp"
#include "jobs/study_file.hpp"
#include "orchestrator/policies/policy.hpp"
#include "workers/families/family_type.hpp"
#include "workers/scorers/scorer_type.hpp"

namespace genloss::orchestrator {
namespace {

using Sections = std::vector<std::string_view>;

/// Grows the graph by one generation of one chain after the other.
class Builder {
 public:
  explicit Builder(const std::vector<jobs::Chain>& chains) : chains_(chains), grown_(chains.size()) {}

  /// What a chain makes once, before its first generation.
  void begin(int chain) {
    look_at(chain);
    // What is outside the study digest because its content is inside: two names of one content are two nodes, and
    // become one artefact in the store.
    const std::string places = jobs::places_of(*spec_);
    Sections data = workers::family_type(*spec_).data_sections;
    data.emplace_back("study");
    jobs::StudySpec splits = *spec_;
    splits.study.repetition = 0;  // splits and tokenizer are the study's
    const int tokenizer = node(NodeKind::tokenizer, -1, {}, places + jobs::identity_text(splits, data));
    now().tokens = node(NodeKind::tokens, -1, {tokenizer}, "");
  }

  /// Generation n of a chain; all chains have the ones before.
  void add(int chain, int n) {
    look_at(chain);
    Grown& grown = now();
    // The mix of generation 0 is human data, whatever the policy says of later ones.
    std::vector<int> sources = grown.corpora, read;
    sources.insert(sources.begin(), grown.tokens);
    for (const int g : corpora_of_mix(spec_->policy, n)) {
      read.insert(read.end(), {grown.models[static_cast<std::size_t>(g)], grown.corpora[static_cast<std::size_t>(g)]});
    }
    for (const OtherChain& of : others_of(spec_->policy, n)) {
      const auto other = other_chain(chains_, chain, of);
      if (!other) continue;  // a part of a study: its corpora are there, or are found missing
      const std::vector<int>& corpora = grown_[static_cast<std::size_t>(*other)].corpora;
      for (const int g : corpora_of_mix(spec_->policy, n, of)) {
        sources.push_back(corpora[static_cast<std::size_t>(g)]);
        read.push_back(corpora[static_cast<std::size_t>(g)]);
      }
    }
    const std::vector<int> chosen_by = columns_for_mix(n, sources);
    const int mix = node(
        NodeKind::mix, n, sources,
        text({"study"}, n) + (n == 0 ? std::to_string(spec_->policy.size) : text({"policy", "web"}, n)), chosen_by);
    std::vector<int> of_model{mix};
    if (spec_->training.follows_model_before(n)) of_model.push_back(grown.models.back());
    read.insert(read.end(), of_model.begin() + 1, of_model.end());
    grown.models.push_back(node(NodeKind::model, n, of_model, text({"training"}, n), read));
    const int model = grown.models.back();
    const int evaluation = node(NodeKind::evaluation, n, {model}, text({"measures"}, n), {model});
    grown.corpora.push_back(node(NodeKind::corpus, n, {model}, text({"sampling"}, n), {model}));
    add_columns(n, grown.models, grown.corpora);
    (void)node(NodeKind::measures, n, {grown.models.front(), evaluation, grown.corpora.back()}, text({"measures"}, n),
               {grown.models.front(), model, grown.corpora.back()});
  }
  [[nodiscard]] std::vector<Node> take() { return std::move(nodes_); }

 private:
  /// Columns that can be made once generation n is drawn: of its corpus; and, where the model of this generation judges
  /// all corpora, of the earlier ones.
  void add_columns(int n, const std::vector<int>& models, const std::vector<int>& corpora) {
    for (const jobs::ColumnOrder& column : spec_->columns) {
      const workers::ColumnModel read = workers::model_of(column, n);
      const bool by_one = read.kind == workers::ColumnModel::Kind::generation && read.generation != n;
      if (by_one && read.generation > n) continue;  // it comes with that model
      for (int g = is_judge(column, n) ? 0 : n; g <= n; ++g) add_column(column, g, models, corpora);
    }
  }
  /// The model of generation n is named by its number.
  static bool is_judge(const jobs::ColumnOrder& column, int n) {
    const workers::ColumnModel read = workers::model_of(column, n + 1);
    return read.kind == workers::ColumnModel::Kind::generation && read.generation == n;
  }

  void add_column(const jobs::ColumnOrder& column, int g, const std::vector<int>& models,
                  const std::vector<int>& corpora) {
    const auto at = static_cast<std::size_t>(g);
    std::string options = column.name + " = " + jobs::identity_of(column) + "\n";
    for (const auto& path : jobs::paths_of(column)) options += path.string() + "\n";
    std::vector<int> parents{corpora[at]}, read{corpora[at], models[at]};  // the latter to draw damaged shards again
    const workers::ColumnModel model = workers::model_of(column, g);
    if (model.kind == workers::ColumnModel::Kind::generation) {
      parents.push_back(models[static_cast<std::size_t>(model.generation)]);
      read.push_back(parents.back());
    }
    const int made = node(NodeKind::columns, g, parents, options, read);
    nodes_[static_cast<std::size_t>(made)].column = column.name;
    now().columns[{column.name, g}] = made;
  }

  /// Adds the columns that a mix chooses by to its parents. @return what it reads: them, and what they are made of
  [[nodiscard]] std::vector<int> columns_for_mix(int n, std::vector<int>& parents) {
    std::vector<int> read;
    for (const auto& [name, g] : columns_of_mix(spec_->policy, n)) {
      const auto column = now().columns.find({name, g});
      if (column == now().columns.end()) {
        throw Error(ExitCode::usage, "plan", "the mix of generation " + std::to_string(n),
                    "the column " + name + " of corpus " + std::to_string(g) + " is not there when it is mixed",
                    "choose by a column of [columns] that reads an earlier model");
      }
      parents.push_back(column->second);
      read.push_back(column->second);
      const auto& of_column = nodes_[static_cast<std::size_t>(column->second)].reads;
      read.insert(read.end(), of_column.begin(), of_column.end());
    }
    return read;
  }

  /// Options of `sections` as they hold in a generation: of a schedule, what comes later makes no other artefact.
  [[nodiscard]] std::string text(const Sections& sections, int generation) const {
    return jobs::identity_text(spec_->of(std::max(0, generation)), sections);
  }

  int node(NodeKind kind, int generation, std::vector<int> parents, const std::string& options,
           std::vector<int> reads = {}) {
    storage::Sha256 hash;
    hash.text("genloss node 1").text(name_of(kind)).number(static_cast<std::uint64_t>(generation + 1)).text(options);
    for (const int parent : parents) hash.digest(nodes_[static_cast<std::size_t>(parent)].key);
    const storage::Digest key = hash.finish();
    const auto [place, is_new] = by_key_.try_emplace(key.text(), static_cast<int>(nodes_.size()));
    std::sort(reads.begin(), reads.end());
    reads.erase(std::unique(reads.begin(), reads.end()), reads.end());
    if (is_new) nodes_.push_back({kind, generation, {}, std::move(parents), key, std::move(reads)});
    nodes_[static_cast<std::size_t>(place->second)].chains.push_back(chain_);
    return place->second;
  }

  void look_at(int chain) {
    chain_ = chain;
    spec_ = &chains_[static_cast<std::size_t>(chain)].spec;
  }
  /// Nodes of a chain so far, by generation.
  struct Grown {
    int tokens = 0;
    std::vector<int> models, corpora;
    std::map<std::pair<std::string, int>, int> columns{};  // by name and generation
  };
  [[nodiscard]] Grown& now() { return grown_[static_cast<std::size_t>(chain_)]; }

  const std::vector<jobs::Chain>& chains_;
  std::vector<Grown> grown_;
  int chain_ = 0;
  const jobs::StudySpec* spec_ = nullptr;
  std::vector<Node> nodes_;
  std::map<std::string, int> by_key_;
};

}  // namespace

std::string_view name_of(NodeKind kind) noexcept {
  switch (kind) {
    case NodeKind::tokenizer:
      return "tokenizer";
    case NodeKind::tokens:
      return "tokens";
    case NodeKind::mix:
      return "mix";
    case NodeKind::model:
      return "model";
    case NodeKind::evaluation:
      return "evaluation";
    case NodeKind::corpus:
      return "corpus";
    case NodeKind::columns:
      return "columns";
    case NodeKind::measures:
      return "measures";
  }
  return "?";
}

std::string title_of(const Node& node) {
  return std::string(name_of(node.kind)) + (node.column.empty() ? "" : " " + node.column);
}

std::optional<State> state_when_granted(NodeKind kind) noexcept {
  switch (kind) {
    case NodeKind::mix:
      return State::planned;
    case NodeKind::model:
      return State::training;
    case NodeKind::corpus:
      return State::sampling;
    default:
      return std::nullopt;
  }
}

std::optional<State> state_when_made(NodeKind kind) noexcept {
  switch (kind) {
    case NodeKind::mix:
      return State::mixed;
    case NodeKind::model:
      return State::trained;
    case NodeKind::evaluation:
      return State::evaluated;
    case NodeKind::corpus:
      return State::sampled;
    case NodeKind::measures:
      return State::scored;
    default:
      return std::nullopt;
  }
}

std::optional<int> other_chain(const std::vector<jobs::Chain>& chains, int chain, const OtherChain& of) {
  const jobs::Chain& own = chains[static_cast<std::size_t>(chain)];
  const int repetition = of.repetition(own.spec.study.repetition);
  const auto found = std::find_if(chains.begin(), chains.end(), [&](const jobs::Chain& other) {
    return other.arm == (of.arm.empty() ? own.arm : of.arm) && other.spec.study.repetition == repetition;
  });
  if (found == chains.end()) return std::nullopt;
  return static_cast<int>(found - chains.begin());
}

void check_lineages(const std::vector<jobs::Chain>& chains) {
  constexpr int most = 1000;  // generations that are looked at
  const auto data_of = [](const jobs::StudySpec& spec) {
    Sections data = workers::family_type(spec).data_sections;
    return spec.study.family + jobs::places_of(spec) + jobs::identity_text(spec, data);
  };
  for (std::size_t c = 0; c < chains.size(); ++c) {
    const jobs::StudySpec& spec = chains[c].spec;
    for (int n = 1; n < std::min(spec.study.generations, most); ++n) {
      for (const OtherChain& of : others_of(spec.policy, n)) {
        const std::string object = "the mix of generation " + std::to_string(n) +
                                   (chains[c].name.empty() ? "" : " of " + chains[c].name) + ", corpora " + of.text();
        const auto other = other_chain(chains, static_cast<int>(c), of);
        if (!other) {
          throw Error(ExitCode::usage, "check study", object, "there is no such chain in what is to be run",
                      of.ring > 1 ? "study.seeds has to be a multiple of the number of lineages, and all of them run "
                                    "in one job: leave out --seed"
                                  : "name an arm of [arms], and run both in one job: leave out --arm");
        }
        if (data_of(spec) != data_of(chains[static_cast<std::size_t>(*other)].spec)) {
          throw Error(ExitCode::usage, "check study", object, "the two have different human data or tokens",
                      "chains that read each other need one family, data and tokenizer");
        }
      }
    }
  }
}

std::vector<Node> graph_of(const std::vector<jobs::Chain>& chains) {
  Builder builder(chains);
  bool read_each_other = false;
  int generations = 0;
  for (const jobs::Chain& chain : chains) {
    generations = std::max(generations, chain.spec.study.generations);
    for (int n = 1; n < chain.spec.study.generations && !read_each_other; ++n) {
      read_each_other = !others_of(chain.spec.policy, n).empty();
    }
  }
  // Parents come first: of chains that read each other, generation by generation.
  const int last = static_cast<int>(chains.size());
  for (int c = 0; c < last; ++c) {
    builder.begin(c);
    for (int n = 0; n < generations && !read_each_other; ++n) builder.add(c, n);
  }
  for (int n = 0; n < generations && read_each_other; ++n) {
    for (int c = 0; c < last; ++c) builder.add(c, n);
  }
  return builder.take();
}

}  // namespace genloss::orchestrator
