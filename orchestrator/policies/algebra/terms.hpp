#pragma once
// What a policy says: a list of terms, which know no sizes. There is no way to say the test split, and no label of a
// sample: a source is a split that may be trained on, or whole corpora.

#include <optional>
#include <string>
#include <vector>

#include "jobs/study_spec.hpp"
#include "orchestrator/policies/algebra/selection.hpp"

namespace genloss::orchestrator {

/// Another chain of the study, seen from one: a lineage that reads what another wrote.
struct OtherChain {
  std::string arm;         ///< the chain of that arm with the same seed; empty: of the same arm
  int step = 0, ring = 1;  ///< seeds stand in rings of so many; the chain so many steps on in its ring
  [[nodiscard]] bool is_own() const noexcept { return arm.empty() && step % ring == 0; }
  /// Repetition of the chain that is meant by the chain of `repetition`.
  [[nodiscard]] int repetition(int of) const noexcept { return of - of % ring + (of % ring + step) % ring; }
  [[nodiscard]] std::string text() const;  ///< "of control", "of lineage 1 of 3"
  bool operator==(const OtherChain&) const = default;
};

/// Pools laid end to end, out of which a term takes units: a human split, corpora, or both.
struct Source {
  std::optional<jobs::TrainableSplit> human;
  int first_corpus = 0, end_corpus = 0;  ///< corpora of generations [first_corpus, end_corpus)
  /// kept: an equal key of selection in all generations; fresh and cumulative are of human splits alone
  jobs::HumanDraw draw = jobs::HumanDraw::redrawn;
  /// All of it is laid out as the web is (web.hpp): a draw has the web's share of synthetic text, which is not said
  /// here and cannot be: a policy sees no labels but those that are left.
  bool as_web = false;
  bool without_labelled = false;  ///< of the web: what says that it is synthetic
  OtherChain of{};                ///< whose corpora
};
[[nodiscard]] Source human(jobs::TrainableSplit split, jobs::HumanDraw draw);
[[nodiscard]] Source corpus(int generation);
[[nodiscard]] Source corpora(int first, int end);
/// The same of another chain.
[[nodiscard]] Source of_chain(Source corpora, OtherChain of);
/// Human training text and every corpus before `generation`.
[[nodiscard]] Source everything_before(int generation);
/// What a crawler finds when `generation` is trained.
[[nodiscard]] Source web(int generation, bool without_labelled);

/// How much of it, drawn uniformly without replacement where it is not all.
struct Quota {
  enum class Of {
    all,
    mix,    ///< share of the mix size
    human,  ///< share of the human training text, R
    values  ///< tokens (text) or samples (reals)
  } of = Of::all;
  double amount = 1;
};

struct Term {
  Source source;
  Quota quota;
  std::optional<double> loss_share;  ///< of the whole loss; nothing: as its units weigh
  bool may_vanish = false;           ///< a quota of less than one unit is none, and no error
  /// What of each corpus is chosen, before units are drawn: the first of all samples, the next of what is left.
  std::vector<Selector> selectors{};
};

struct Mixture {
  enum class Size {
    latest_corpus,
    human_train,
    rest                         ///< such that terms which take all are what the shares of the others leave
  } size = Size::latest_corpus;  ///< of the mix, unless policy.size says it
  std::vector<Term> terms;

  /// A share of the mix size; nothing if it is 0.
  void add_share(const Source& source, double share) {
    if (share > 0) terms.push_back({source, {Quota::Of::mix, share}, {}, false});
  }
  void add_all(const Source& source) { terms.push_back({source, {}, {}, false}); }
};

}  // namespace genloss::orchestrator
