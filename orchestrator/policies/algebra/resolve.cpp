// From terms and pools to exact quotas.

#include <algorithm>
#include <cmath>
#include <set>

#include "jobs/error.hpp"
#include "jobs/permutation.hpp"
#include "orchestrator/policies/algebra/chooser.hpp"
#include "orchestrator/policies/algebra/policy_type.hpp"
#include "orchestrator/policies/policy.hpp"

namespace genloss::orchestrator {
namespace {

using jobs::HumanDraw;
using jobs::Shortfall;

std::uint64_t rounded(double units) { return static_cast<std::uint64_t>(std::llround(units)); }

/// A term of the web is two: of human text and of earlier models', in the web's shares. Only here both sides are known.
Mixture with_webs_laid_out(Mixture mixture, const Pools& pools) {
  std::vector<Term> laid_out;
  for (Term term : mixture.terms) {
    if (!term.source.as_web) {
      laid_out.push_back(term);
      continue;
    }
    if (term.quota.of == Quota::Of::all) term.quota = {Quota::Of::mix, 1};  // nobody has all of it
    const double synthetic = pools.web.synthetic_in(term.source.without_labelled);
    const double whole = term.quota.amount, unit = static_cast<double>(pools.unit_values);
    double of_models = whole * synthetic;
    if (term.quota.of == Quota::Of::values) of_models = std::floor(of_models / unit) * unit;  // the rest is human
    const auto part = [&](double amount, const Source& source) {
      if (amount <= 0) return;
      Term one{source, {term.quota.of, amount}, {}, term.may_vanish};
      if (term.loss_share) one.loss_share = *term.loss_share * amount / whole;
      laid_out.push_back(one);
    };
    part(whole - of_models, human(jobs::TrainableSplit::train, HumanDraw::redrawn));
    part(of_models, corpora(term.source.first_corpus, term.source.end_corpus));
  }
  mixture.terms = std::move(laid_out);
  return mixture;
}

class Resolver {
 public:
  Resolver(const jobs::PolicySection& policy, const Pools& pools)
      : policy_(policy),
        now_(policy.of(pools.generation)),
        pools_(pools),
        chooser_(pools, [this](const std::string& text) { note(text); }) {
    plan_.generation = pools.generation;
    plan_.unit = pools.unit;
    plan_.unit_values = pools.unit_values;
    plan_.seed = pools.seed;
  }

  workers::MixPlan plan() {
    mixture_ = with_webs_laid_out(mixture_of(policy_, pools_.generation), pools_);
    const auto wanted = wanted_units();
    for (term_ = 0; term_ < mixture_.terms.size(); ++term_) take(wanted[term_]);
    if (plan_.sources.empty()) {
      fail("nothing is left to learn from" + (plan_.notes.empty() ? std::string() : ": " + plan_.notes.back()),
           "give the policy another source, or policy.shortfall = repeat");
    }
    weigh();
    return std::move(plan_);
  }

 private:
  /// A pool that a term takes units out of.
  struct Member {
    std::variant<workers::HumanSource, workers::CorpusSource> origin;
    storage::Digest digest;
    std::uint64_t units = 0;
    std::optional<workers::MixIndex> index{};
  };

  [[nodiscard]] std::string object() const { return "the mix of generation " + std::to_string(pools_.generation); }
  [[noreturn]] void fail(const std::string& cause, const std::string& hint) const {
    throw Error(ExitCode::bad_data, "plan", object(), cause, hint);
  }
  void note(const std::string& text) { plan_.notes.push_back(object() + ": " + text); }

  [[nodiscard]] std::vector<Member> members_of(const Term& term) {
    const Source& source = term.source;
    std::vector<Member> members;
    if (source.human) {
      const bool train = *source.human == jobs::TrainableSplit::train;
      const HumanPool& pool = train ? pools_.train : pools_.held_out;
      members.push_back({workers::HumanSource{pool.split}, pool.digest, pool.units});
    }
    const int lineage = lineage_of(source.of);
    const auto& corpora = lineage == 0 ? pools_.corpora : pools_.others.at(static_cast<std::size_t>(lineage - 1));
    for (int g = source.first_corpus; g < source.end_corpus; ++g) {
      const CorpusPool& pool = corpora.at(static_cast<std::size_t>(g));
      const workers::CorpusSource origin{pool.generation, lineage};
      members.push_back(term.selectors.empty() ? Member{origin, pool.digest, pool.units} : selected(term, pool));
    }
    return members;
  }
  /// 0: the chain itself.
  [[nodiscard]] int lineage_of(const OtherChain& chain) const {
    if (chain.is_own()) return 0;
    const auto others = others_of(policy_, pools_.generation);
    return 1 + static_cast<int>(std::find(others.begin(), others.end(), chain) - others.begin());
  }

  /// What of a corpus is chosen; the same for all terms that choose alike.
  [[nodiscard]] Member selected(const Term& term, const CorpusPool& pool) {
    Member member{workers::CorpusSource{pool.generation}, pool.digest, pool.units};
    if (pools_.foretold) {
      member.units = rounded(expected_share(term.selectors) * static_cast<double>(pool.units));
      return member;
    }
    const Pools::Chosen& chosen = chooser_.chosen(term.selectors, pool.generation);
    member.units = chosen.units;
    member.index =
        workers::MixIndex{chosen.samples->digest(), chosen.samples->size(), text_of(term.selectors), chosen.samples};
    return member;
  }
  static std::uint64_t units_of(const std::vector<Member>& members) {
    std::uint64_t sum = 0;
    for (const Member& member : members) sum += member.units;
    return sum;
  }
  static bool advances(const Source& source) {
    return source.human && (source.draw == HumanDraw::fresh || source.draw == HumanDraw::cumulative);
  }

  [[nodiscard]] std::uint64_t mix_size() {
    if (now_.size == 0 && mixture_.size == Mixture::Size::rest) {
      double left = 1;
      std::uint64_t all = 0;
      for (const Term& term : mixture_.terms) {
        if (term.quota.of == Quota::Of::mix) left -= term.quota.amount;
        if (term.quota.of == Quota::Of::all) all += units_of(members_of(term));
      }
      return left > 0 ? rounded(static_cast<double>(all) / left) : 0;
    }
    if (now_.size == 0) {
      const bool of_corpus = mixture_.size == Mixture::Size::latest_corpus && !pools_.corpora.empty();
      return of_corpus ? pools_.corpora.back().units : pools_.train.units;
    }
    if (now_.size < pools_.unit_values) {
      fail("policy.size = " + std::to_string(now_.size) + " is less than one unit (" + pools_.unit + ")",
           "give policy.size in tokens (text) or samples (reals)");
    }
    return now_.size / pools_.unit_values;
  }

  /// What each term asks for, were there enough. Shares are rounded so that their sums are: the parts of a mix make up
  /// the whole.
  /// @param only_human of terms that take from human splits: no corpus is looked at unless the mix size needs it
  [[nodiscard]] std::vector<std::uint64_t> wanted_units(bool only_human = false) {
    std::vector<std::uint64_t> wanted;
    double share = 0;
    const auto size = pools_.generation == 0 ? 0.0 : static_cast<double>(mix_size());
    for (const Term& term : mixture_.terms) {
      const double amount = term.quota.amount;
      switch (term.quota.of) {
        case Quota::Of::all:
          wanted.push_back(only_human && !term.source.human ? 0 : units_of(members_of(term)));
          break;
        case Quota::Of::mix:
          wanted.push_back(rounded((share + amount) * size) - rounded(share * size));
          share += amount;
          break;
        case Quota::Of::human:
          wanted.push_back(rounded(amount * static_cast<double>(pools_.train.units)));
          break;
        case Quota::Of::values:
          wanted.push_back(static_cast<std::uint64_t>(amount) / pools_.unit_values);
          break;
      }
    }
    return wanted;
  }

  /// Fresh human units that the mixes before this one, and the terms of it before this term, have asked for.
  [[nodiscard]] std::uint64_t drawn_before(jobs::TrainableSplit split, const std::vector<std::uint64_t>& wanted) {
    std::uint64_t sum = 0;
    const auto count = [&](const Mixture& mixture, const std::vector<std::uint64_t>& units, std::size_t end) {
      for (std::size_t t = 0; t < end; ++t) {
        const Source& source = mixture.terms[t].source;
        if (advances(source) && source.human == split) sum += units[t];
      }
    };
    for (int g = 1; g < pools_.generation; ++g) {
      Pools earlier = pools_;
      earlier.generation = g;
      earlier.corpora.resize(static_cast<std::size_t>(g));
      // Others are not known for earlier policies; what is fresh does not depend on what they hold.
      earlier.others.assign(others_of(policy_, g).size(), earlier.corpora);
      Resolver then(policy_, earlier);
      then.mixture_ = with_webs_laid_out(mixture_of(policy_, g), pools_);
      count(then.mixture_, then.wanted_units(true), then.mixture_.terms.size());
    }
    count(mixture_, wanted, term_);
    return sum;
  }

  static std::string name_of(const Source& source) {
    const std::string split = source.human == jobs::TrainableSplit::held_out ? "held_out" : "train";
    const std::string text = source.human ? "the human " + split + " split" : "";
    const int corpora = source.end_corpus - source.first_corpus;
    if (corpora == 0) return text;
    const std::string last = std::to_string(source.end_corpus - 1);
    if (source.human) return "everything so far";
    const std::string chain = source.of.is_own() ? "" : " " + source.of.text();
    if (corpora == 1) return "the corpus of generation " + last + chain;
    return "the corpora of generations " + std::to_string(source.first_corpus) + " to " + last + chain;
  }
  static std::string name_of(const Term& term) {
    const std::string source = name_of(term.source);
    return term.selectors.empty() ? source : "the samples of " + source + " where " + text_of(term.selectors);
  }
  [[nodiscard]] std::string hint_for(const Term& term) const {
    const Source& source = term.source;
    const std::string otherwise = ", or set policy.shortfall = repeat or shrink";
    if (!term.selectors.empty()) return "choose more, draw more samples, lower policy.size" + otherwise;
    if (source.human && source.end_corpus > source.first_corpus) return "lower policy.size" + otherwise;
    if (!source.human)
      return "draw more samples (sampling.samples, sampling.max_tokens), lower policy.size" + otherwise;
    if (source.human == jobs::TrainableSplit::train) {
      return "add human text, lower policy.human_fraction or policy.size" + otherwise;
    }
    return "hold out more human text (data.held_out, data.held_out_fraction), lower policy.human_fraction, take it "
           "from "
           "the train split (policy.human_pool = train)" +
           otherwise;
  }

  void take(std::uint64_t wanted) {
    const Term& term = mixture_.terms[term_];
    const auto members = members_of(term);
    if (members.empty()) return note("a term has no corpus to take from yet, and is left out");
    if (wanted == 0) {
      if (term.may_vanish) return;
      if (!term.selectors.empty() && units_of(members) == 0) {
        return nothing_chosen(term);
      }
      fail("the share of " + name_of(term.source) + " comes to no unit (" + pools_.unit + ")",
           "make the mix larger (policy.size, sampling.samples) or the unit smaller");
    }
    const std::uint64_t available = units_of(members);
    const bool fresh = advances(term.source) && term.source.draw == HumanDraw::fresh;
    std::uint64_t first = 0, left = available;
    if (advances(term.source)) {
      const std::uint64_t before = drawn_before(*term.source.human, wanted_units(true));
      if (fresh) {
        first = available > 0 ? before % available : 0;
        left = available - std::min(before, available);
      } else {
        wanted += before;
      }
    }
    if (wanted > left) wanted = short_of(term, {wanted, left, available, fresh});
    for (std::uint32_t pass = 0; wanted > 0; ++pass) {
      const std::uint64_t once = std::min(wanted, available);
      distribute(term, members, {once, first, pass});
      wanted -= once;
      first = available > 0 ? (first + once) % available : 0;
    }
  }

  void nothing_chosen(const Term& term) {
    const std::string text = name_of(term) + " come to no unit (" + pools_.unit + ")";
    if (now_.shortfall != Shortfall::shrink) fail(text, "choose otherwise, or set policy.shortfall = shrink");
    note(text + "; the term is left out (policy.shortfall = shrink)");
  }

  struct Want {
    std::uint64_t wanted, left, available;
    bool fresh;
  };
  /// Of a source that holds too little: what is taken. @throws Error(bad_data) if that is for nobody to say
  std::uint64_t short_of(const Term& term, const Want& want) {
    const std::string units = " units (" + pools_.unit + ")";
    const std::string text =
        std::to_string(want.wanted) + units + " wanted from " + name_of(term) +
        (term.selectors.empty() ? ", which holds " : ", which come to ") +
        (want.fresh && want.left < want.available
             ? std::to_string(want.available) + ", of which earlier mixes left " + std::to_string(want.left)
             : std::to_string(want.available));
    if (now_.shortfall == Shortfall::stop || want.available == 0) fail("quota cannot be met: " + text, hint_for(term));
    if (now_.shortfall == Shortfall::repeat) {
      note(text + "; " + (want.fresh ? "the pool begins again" : "units are repeated") +
           " (policy.shortfall = repeat)");
      return want.wanted;
    }
    note(text + "; the mix is smaller by " + std::to_string(want.wanted - want.left) + " (policy.shortfall = shrink)");
    return want.left;
  }

  struct Taken {
    std::uint64_t quota, first;
    std::uint32_t pass;
  };
  void distribute(const Term& term, const std::vector<Member>& members, const Taken& taken) {
    const auto quotas = quotas_of(members, taken);
    for (std::size_t m = 0; m < members.size(); ++m) {
      if (quotas[m] == 0) continue;
      plan_.sources.push_back({members[m].origin, members[m].digest, members[m].units, quotas[m],
                               selection_of(term, members[m]), taken.first, taken.pass, 1, members[m].index});
      terms_.push_back(term_);
    }
  }
  [[nodiscard]] std::uint32_t selection_of(const Term& term, const Member& member) const {
    const bool all_of_human =
        term.quota.of == Quota::Of::all && std::holds_alternative<workers::HumanSource>(member.origin);
    return term.source.draw == HumanDraw::redrawn && !all_of_human ? static_cast<std::uint32_t>(pools_.generation) : 0;
  }

  /// The first places of a random order of the pools laid end to end fix how many units each gives: exactly the
  /// multivariate hypergeometric counts of a uniform draw. Which of its units a pool gives is again uniform, by its own
  /// key.
  [[nodiscard]] std::vector<std::uint64_t> quotas_of(const std::vector<Member>& members, const Taken& taken) const {
    std::vector<std::uint64_t> quotas, ends;
    for (const Member& member : members) {
      quotas.push_back(member.units);
      ends.push_back((ends.empty() ? 0 : ends.back()) + member.units);
    }
    if (taken.quota == ends.back()) return quotas;
    if (members.size() == 1) return {taken.quota};
    std::fill(quotas.begin(), quotas.end(), 0);
    const jobs::Permutation draw(
        ends.back(), {pools_.seed, jobs::Purpose::mix_select, static_cast<std::uint32_t>(pools_.generation)}, term_);
    for (std::uint64_t place = 0; place < taken.quota; ++place) {
      ++quotas[static_cast<std::size_t>(std::upper_bound(ends.begin(), ends.end(), draw(place)) - ends.begin())];
    }
    return quotas;
  }

  /// weight of a unit = share of its term in the loss x units of the mix / units of the term.
  void weigh() {
    std::vector<std::uint64_t> units(mixture_.terms.size(), 0);
    for (std::size_t s = 0; s < plan_.sources.size(); ++s) units[terms_[s]] += plan_.sources[s].quota;
    double present = 0;  // a term that is left out has no share
    for (std::size_t t = 0; t < units.size(); ++t) {
      if (units[t] > 0) present += mixture_.terms[t].loss_share.value_or(0);
    }
    if (present <= 0) return;
    const auto all = static_cast<double>(plan_.units());
    for (std::size_t s = 0; s < plan_.sources.size(); ++s) {
      const double share = mixture_.terms[terms_[s]].loss_share.value_or(0) / present;
      plan_.sources[s].weight = share * all / static_cast<double>(units[terms_[s]]);
    }
  }

  const jobs::PolicySection& policy_;
  const jobs::PolicySection now_;
  const Pools& pools_;
  Mixture mixture_;
  std::size_t term_ = 0;
  workers::MixPlan plan_;
  std::vector<std::size_t> terms_;  // of each source
  Chooser chooser_;
};

}  // namespace

workers::MixPlan plan_mix(const jobs::PolicySection& policy, const Pools& pools) {
  return Resolver(policy, pools).plan();
}

std::vector<OtherChain> others_of(const jobs::PolicySection& policy, int generation) {
  std::vector<OtherChain> others;
  for (const Term& term : mixture_of(policy, generation).terms) {
    const OtherChain& of = term.source.of;
    if (!of.is_own() && std::find(others.begin(), others.end(), of) == others.end()) others.push_back(of);
  }
  return others;
}

std::vector<std::pair<std::string, int>> columns_of_mix(const jobs::PolicySection& policy, int generation) {
  std::set<std::pair<std::string, int>> all;
  for (const Term& term : mixture_of(policy, generation).terms) {
    for (const Selector& selector : term.selectors) {
      const std::string name = selector.column.substr(0, selector.column.find('.'));
      for (int g = term.source.first_corpus; g < term.source.end_corpus; ++g) all.emplace(name, g);
    }
  }
  return {all.begin(), all.end()};
}

std::vector<int> corpora_of_mix(const jobs::PolicySection& policy, int generation, const OtherChain& chain) {
  std::set<int> all;
  for (const Term& term : mixture_of(policy, generation).terms) {
    const Source& source = term.source;
    if (source.of == chain || (source.of.is_own() && chain.is_own())) {
      for (int g = source.first_corpus; g < source.end_corpus; ++g) all.insert(g);
    }
  }
  return {all.begin(), all.end()};
}

std::vector<int> corpora_of_mix(const jobs::PolicySection& policy, int generation) {
  return corpora_of_mix(policy, generation, {});
}

}  // namespace genloss::orchestrator
