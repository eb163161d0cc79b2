#include "orchestrator/graph/graph.hpp"

#include <algorithm>
#include <map>

#include "jobs/option_table.hpp"
#include "jobs/study_file.hpp"
#include "orchestrator/policies/policy.hpp"
#include "workers/families/family_type.hpp"

namespace genloss::orchestrator {
namespace {

using Sections = std::vector<std::string_view>;

/// Grows the graph by one chain after the other.
class Builder {
 public:
  void add(int chain, const jobs::StudySpec& spec) {
    chain_ = chain;
    spec_ = &spec;
    // What is outside the study digest because its content is inside: two names of one content are two nodes, and
    // become one artefact in the store.
    const std::string places = jobs::places_of(spec);
    Sections data = workers::family_type(spec).data_sections;
    data.emplace_back("study");
    jobs::StudySpec splits = spec;
    splits.study.repetition = 0;  // splits and tokenizer are the study's
    const int tokenizer = node(NodeKind::tokenizer, -1, {}, places + jobs::identity_text(splits, data));
    const int tokens = node(NodeKind::tokens, -1, {tokenizer}, "");
    std::vector<int> models, corpora;
    for (int n = 0; n < spec.study.generations; ++n) {
      // The mix of generation 0 is human data, whatever the policy says of later ones.
      std::vector<int> sources = corpora;
      sources.insert(sources.begin(), tokens);
      const int mix = node(NodeKind::mix, n, sources,
                           text({"study"}, n) + (n == 0 ? std::to_string(spec.policy.size) : text({"policy", "web"}, n)));
      std::vector<int> of_model{mix};
      if (n > 0 && spec.training.init == jobs::Initialisation::previous) of_model.push_back(models.back());
      std::vector<int> read;
      for (const int c : corpora_of_mix(spec.policy, n)) {
        read.insert(read.end(), {models[static_cast<std::size_t>(c)], corpora[static_cast<std::size_t>(c)]});
      }
      read.insert(read.end(), of_model.begin() + 1, of_model.end());
      models.push_back(node(NodeKind::model, n, of_model, text({"training"}, n), read));
      const int model = models.back();
      const int evaluation = node(NodeKind::evaluation, n, {model}, text({"measures"}, n), {model});
      corpora.push_back(node(NodeKind::corpus, n, {model}, text({"sampling"}, n), {model}));
      (void)node(NodeKind::measures, n, {models.front(), evaluation, corpora.back()}, text({"measures"}, n),
                 {models.front(), model, corpora.back()});
    }
  }
  [[nodiscard]] std::vector<Node> take() { return std::move(nodes_); }

 private:
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
    case NodeKind::measures:
      return "measures";
  }
  return "?";
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

std::vector<Node> graph_of(const std::vector<jobs::Chain>& chains) {
  Builder builder;
  for (std::size_t c = 0; c < chains.size(); ++c) builder.add(static_cast<int>(c), chains[c].spec);
  return builder.take();
}

}  // namespace genloss::orchestrator
