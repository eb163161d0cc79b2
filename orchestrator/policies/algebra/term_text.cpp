#include "orchestrator/policies/algebra/term_text.hpp"

#include <algorithm>
#include <cctype>
#include <sstream>
#include <stdexcept>
#include <string>

#include "jobs/error.hpp"
#include "jobs/option_values.hpp"

namespace genloss::orchestrator {
namespace {

using jobs::HumanDraw;
using jobs::TrainableSplit;

/// The words of one term, from left to right.
class Words {
 public:
  explicit Words(std::string_view text) {
    std::string spaced;
    for (const char c : text) spaced += c == '%' ? std::string(" % ") : std::string(1, c);
    std::istringstream in(spaced);
    for (std::string word; in >> word;) words_.push_back(word);
  }
  [[nodiscard]] bool done() const { return next_ == words_.size(); }
  [[nodiscard]] std::string peek() const { return done() ? std::string() : words_[next_]; }
  bool take(std::string_view word) {
    if (peek() != word) return false;
    ++next_;
    return true;
  }
  std::string need(const std::string& what) {
    if (done()) throw std::invalid_argument("it ends where " + what + " should follow");
    return words_[next_++];
  }

 private:
  std::vector<std::string> words_;
  std::size_t next_ = 0;
};

TrainableSplit split_of(const std::string& word) {
  if (word == "train") return TrainableSplit::train;
  if (word == "held_out") return TrainableSplit::held_out;
  throw std::invalid_argument("'" + word + "' is no human text that may be trained on: train or held_out");
}

HumanDraw draw_of(Words& words) {
  if (words.take("fresh")) return HumanDraw::fresh;
  if (words.take("cumulative")) return HumanDraw::cumulative;
  if (words.take("redrawn")) return HumanDraw::redrawn;
  (void)words.take("kept");
  return HumanDraw::kept;
}

Source corpus_of(Words& words, int generation) {
  const std::string which = words.need("'latest' or a generation");
  if (which == "latest") return corpus(generation - 1);
  const auto g = jobs::read_integer(which);
  if (g < 0 || g >= generation) {
    throw std::invalid_argument("there is no corpus " + which + " yet when generation " + std::to_string(generation) +
                                " learns");
  }
  return corpus(static_cast<int>(g));
}

Source corpora_of(Words& words, int generation) {
  const std::string which = words.need("'all', 'before' or 'last'");
  if (which == "all") return corpora(0, generation);
  if (which == "before") return corpora(0, generation - 1);
  if (which != "last") throw std::invalid_argument("'" + which + "' is none of all | before | last K");
  const auto k = jobs::read_integer(words.need("how many"));
  if (k < 1) throw std::invalid_argument("'last' is of 1 or more corpora");
  return corpora(static_cast<int>(std::max<std::int64_t>(0, generation - k)), generation);
}

/// "of ARM", "of lineage K of L", or nothing.
OtherChain chain_of(Words& words) {
  if (!words.take("of")) return {};
  if (!words.take("lineage")) return {words.need("the name of an arm"), 0, 1};
  const auto step = jobs::read_integer(words.need("a number"));
  if (!words.take("of")) throw std::invalid_argument("'lineage K' is of a number of lineages: lineage 1 of 3");
  const auto ring = jobs::read_integer(words.need("how many lineages there are"));
  if (ring < 2 || ring > 1000 || step < 1 || step >= ring) {
    throw std::invalid_argument("lineage " + std::to_string(step) + " of " + std::to_string(ring) +
                                ": of 2 or more, 1 is the next one, and the chain itself is none");
  }
  return {"", static_cast<int>(step), static_cast<int>(ring)};
}

Source source_of(Words& words, int generation) {
  const std::string kind = words.need("a source");
  if (kind == "human") {
    const TrainableSplit split = split_of(words.need("'train' or 'held_out'"));
    return human(split, draw_of(words));
  }
  if (kind == "corpus" || kind == "corpora") {
    const Source source = kind == "corpus" ? corpus_of(words, generation) : corpora_of(words, generation);
    return of_chain(source, chain_of(words));
  }
  if (kind == "everything") return everything_before(generation);
  if (kind == "web") return web(generation, words.take("unlabelled"));
  throw std::invalid_argument("'" + kind + "' is no source: human | corpus | corpora | everything | web");
}

double positive(const std::string& word, const std::string& what) {
  const double value = jobs::read_number(word);
  if (!(value > 0)) throw std::invalid_argument(what + " of " + word + ": it has to be above 0");
  return value;
}

double share_of(Words& words) {
  const std::string amount = words.need("a share such as 50 %");
  const double share = positive(amount, "a share") / 100;
  if (!words.take("%")) throw std::invalid_argument("a share is said in percent: " + amount + " %");
  return share;
}

double probability_of(Words& words) {
  const std::string text = words.need("a probability");
  const double value = jobs::read_number(text);
  if (value < 0 || value > 1) throw std::invalid_argument("a probability of " + text);
  return value;
}

std::uint64_t whole_number(Words& words, std::uint64_t least, const std::string& what) {
  const std::string text = words.need(what);
  const std::uint64_t value = jobs::read_count(text);
  if (value < least) throw std::invalid_argument(what + " of " + text + ": at least " + std::to_string(least));
  return value;
}

void read_check(Words& words, Selector& selector) {
  selector.threshold = jobs::read_number(words.need("a value"));
  if (!words.take("hits")) return;
  selector.hits = probability_of(words);
  if (!words.take("false")) throw std::invalid_argument("'hits P' is followed by 'false Q'");
  selector.false_hits = probability_of(words);
}

void read_weights(Words& words, Selector& selector) {
  const std::string function = words.need("'exp', 'identity' or 'rank'");
  if (function == "exp") {
    selector.weight = Selector::Weight::exponential;
  } else if (function == "identity") {
    selector.weight = Selector::Weight::identity;
  } else if (function == "rank") {
    selector.weight = Selector::Weight::rank;
  } else {
    throw std::invalid_argument("'" + function + "' is none of exp | identity | rank");
  }
  if (words.take("cap")) selector.cap = whole_number(words, 1, "a cap");
  if (words.take("draw")) selector.share = share_of(words);
}

std::string column_of(Words& words) {
  const std::string name = words.need("a column");
  const bool fits = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.';
  });
  if (!fits) throw std::invalid_argument("'" + name + "' is no column, such as surprise.mean");
  return name;
}

Selector selector_of(Words& words) {
  using Kind = Selector::Kind;
  Selector selector;
  selector.column = column_of(words);
  const std::string how = words.need("how it is chosen");
  if (how == "top" || how == "bottom") {
    selector.kind = how == "top" ? Kind::top : Kind::bottom;
    selector.share = share_of(words);
    if (selector.share > 1) throw std::invalid_argument("more than 100 % of the samples");
  } else if (how == "above" || how == "below" || how == "equal") {
    selector.kind = how == "above" ? Kind::above : how == "below" ? Kind::below : Kind::equal;
    read_check(words, selector);
  } else if (how == "not") {
    if (!words.take("equal")) throw std::invalid_argument("'not' is followed by 'equal'");
    selector.kind = Kind::not_equal;
    read_check(words, selector);
  } else if (how == "softmax") {
    selector.kind = Kind::softmax;
    selector.among = whole_number(words, 1, "a number of samples to choose among");
    if (words.take("temperature")) selector.temperature = positive(words.need("a temperature"), "a temperature");
  } else if (how == "weighted") {
    selector.kind = Kind::weighted;
    read_weights(words, selector);
  } else {
    throw std::invalid_argument("'" + how +
                                "' is no selection: top | bottom | above | below | equal | not equal | softmax | "
                                "weighted");
  }
  return selector;
}

std::vector<Selector> selectors_of(Words& words) {
  std::vector<Selector> selectors{selector_of(words)};
  while (words.take("and")) selectors.push_back(selector_of(words));
  return selectors;
}

Quota quota_of(Words& words) {
  if (words.done() || words.peek() == "weight" || words.take("all")) return {};
  const std::string amount = words.need("a quota");
  if (words.take("%")) {
    constexpr double percent = 100;
    const double share = positive(amount, "a quota") / percent;
    if (!words.take("of")) return {Quota::Of::mix, share};
    const std::string whole = words.need("'mix' or 'human'");
    if (whole != "mix" && whole != "human") throw std::invalid_argument("'" + whole + "' is neither mix nor human");
    return {whole == "mix" ? Quota::Of::mix : Quota::Of::human, share};
  }
  if (words.take("tokens") || words.take("samples")) {
    const std::uint64_t count = jobs::read_count(amount);
    if (count == 0) throw std::invalid_argument("a quota of 0: it has to be above 0");
    return {Quota::Of::values, static_cast<double>(count)};
  }
  throw std::invalid_argument("'" + amount + "' is no quota: all | P % | P % of human | N tokens | N samples");
}

Term term_of(std::string_view text, int generation) {
  Words words(text);
  Term term;
  term.source = source_of(words, generation);
  if (words.take("where")) {
    if (term.source.human) throw std::invalid_argument("human text has no columns to choose by: select from corpora");
    if (!term.source.of.is_own()) throw std::invalid_argument("columns are of corpora of the chain's own");
    term.selectors = selectors_of(words);
  }
  if (!term.selectors.empty() && (!term.source.of.is_own() || term.source.as_web)) {
    throw std::invalid_argument("samples of another chain, or of the web, cannot be chosen by a column of this one");
  }
  term.quota = quota_of(words);
  if (words.take("weight")) {
    const std::string weight = words.need("a share of the loss");
    const double share = jobs::read_number(weight);
    if (share < 0 || share > 1)
      throw std::invalid_argument("a weight of " + weight + ": it is a share of the loss, 0 to 1");
    term.loss_share = share;
  }
  if (!words.done()) throw std::invalid_argument("'" + words.peek() + "' is left over");
  return term;
}

}  // namespace

std::vector<Selector> read_selection(const std::string& column, const std::string& text) {
  try {
    Words words(column + " " + text);
    auto selectors = selectors_of(words);
    if (!words.done()) throw std::invalid_argument("'" + words.peek() + "' is left over");
    return selectors;
  } catch (const std::invalid_argument& e) {
    throw Error(ExitCode::usage, "read study", "policy.select '" + text + "'", e.what(),
                "such as: top 50 % (docs/policies.md)");
  }
}

std::vector<Term> read_terms(std::string_view text, int generation) {
  std::vector<Term> terms;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find('|', begin), text.size());
    const std::string_view term = jobs::trimmed(text.substr(begin, end - begin));
    try {
      terms.push_back(term_of(term, generation));
    } catch (const std::invalid_argument& e) {
      throw Error(ExitCode::usage, "read study",
                  "policy.terms, term " + std::to_string(terms.size() + 1) + " '" + std::string(term) + "'", e.what(),
                  "such as: human train fresh 20 % | corpus latest 80 % (docs/policies.md)");
    }
    begin = end + 1;
  }
  return terms;
}

}  // namespace genloss::orchestrator
