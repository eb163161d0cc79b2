#include "workers/text/bpe/learn_merges.hpp"

#include <algorithm>
#include <queue>
#include <unordered_set>

#include "jobs/error.hpp"

namespace genloss::workers {
namespace {

using Token = std::int32_t;

struct Word {
  std::vector<Token> tokens;
  std::int64_t count = 0;
};

/// Words as tokens, the counts of all pairs in them, and which words a pair is in.
class Learner {
 public:
  explicit Learner(const WordCounts& words) : model_(BpeModel::of_bytes()), queue_(Before{&model_}) {
    for (Token byte = 0; byte < static_cast<Token>(model_.tokens.size()); ++byte) ids_.emplace(text(byte), byte);
    for (const auto& [word, count] : words) {
      Word& added = words_.emplace_back();
      added.count = static_cast<std::int64_t>(count);
      for (const char c : word) added.tokens.push_back(static_cast<unsigned char>(c));
      const auto index = static_cast<std::uint32_t>(words_.size() - 1);
      for (std::size_t i = 0; i + 1 < added.tokens.size(); ++i) {
        Pair& pair = pairs_[pair_key(added.tokens[i], added.tokens[i + 1])];
        pair.count += added.count;
        if (pair.words.empty() || pair.words.back() != index) pair.words.push_back(index);
      }
    }
    for (const auto& [key, pair] : pairs_) queue_.push({pair.count, key});
  }

  /// Makes one more merge. @return false if no pair is left
  bool step() {
    while (!queue_.empty()) {
      const Candidate best = queue_.top();
      queue_.pop();
      const std::int64_t count = pairs_[best.key].count;
      if (count == best.count) return count > 0 && (merge(best.key), true);
      if (count > 0 && count < best.count) queue_.push({count, best.key});  // it has fallen since
    }
    return false;
  }
  [[nodiscard]] std::size_t vocabulary() const { return model_.tokens.size(); }
  [[nodiscard]] BpeModel take() { return std::move(model_); }

 private:
  struct Pair {
    std::int64_t count = 0;
    std::vector<std::uint32_t> words;  // where it is, or was
  };
  struct Candidate {
    std::int64_t count;
    std::uint64_t key;
  };
  /// Whether `b` is to be merged before `a`.
  struct Before {
    const BpeModel* model;
    bool operator()(const Candidate& a, const Candidate& b) const {
      if (a.count != b.count) return a.count < b.count;
      const auto text = [&](std::uint64_t id) -> const std::string& {
        return model->tokens[static_cast<std::uint32_t>(id)];
      };
      const int first = text(a.key >> 32).compare(text(b.key >> 32));
      return first != 0 ? first < 0 : text(a.key).compare(text(b.key)) < 0;
    }
  };

  [[nodiscard]] const std::string& text(Token id) const { return model_.tokens[static_cast<std::size_t>(id)]; }

  void merge(std::uint64_t key) {
    const auto left = static_cast<Token>(key >> 32), right = static_cast<Token>(key & 0xffffffff);
    std::string joined = text(left) + text(right);
    const auto [known, is_new] = ids_.emplace(joined, static_cast<Token>(model_.tokens.size()));
    const Token result = known->second;
    if (is_new) model_.tokens.push_back(std::move(joined));
    // A pair can come back when another merge gives a token that was there; its first merge holds.
    if (merged_.insert(key).second) model_.merges.push_back({left, right, result});
    std::vector<std::uint32_t> touched = std::move(pairs_[key].words);
    std::sort(touched.begin(), touched.end());
    touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
    risen_.clear();
    for (const auto index : touched) rewrite(index, left, right, result);
    pairs_.erase(key);
    std::sort(risen_.begin(), risen_.end());
    risen_.erase(std::unique(risen_.begin(), risen_.end()), risen_.end());
    for (const auto pair : risen_) {
      const auto found = pairs_.find(pair);
      if (found != pairs_.end() && found->second.count > 0) queue_.push({found->second.count, pair});
    }
  }

  void rewrite(std::uint32_t index, Token left, Token right, Token result) {
    Word& word = words_[index];
    auto& tokens = word.tokens;
    const auto holds = [&](std::size_t i) { return tokens[i] == left && tokens[i + 1] == right; };
    std::size_t i = 0;
    while (i + 1 < tokens.size() && !holds(i)) ++i;
    if (i + 1 >= tokens.size()) return;  // it was here once
    for (std::size_t p = 0; p + 1 < tokens.size(); ++p) pairs_[pair_key(tokens[p], tokens[p + 1])].count -= word.count;
    std::size_t to = 0;
    for (std::size_t from = 0; from < tokens.size(); ++to) {
      const bool both = from + 1 < tokens.size() && holds(from);
      tokens[to] = both ? result : tokens[from];
      from += both ? 2 : 1;
    }
    tokens.resize(to);
    for (std::size_t p = 0; p + 1 < tokens.size(); ++p) {
      const std::uint64_t key = pair_key(tokens[p], tokens[p + 1]);
      Pair& pair = pairs_[key];
      pair.count += word.count;
      if (tokens[p] != result && tokens[p + 1] != result) continue;
      if (pair.words.empty() || pair.words.back() != index) pair.words.push_back(index);
      risen_.push_back(key);
    }
  }

  BpeModel model_;
  std::unordered_map<std::string, Token> ids_;
  std::unordered_set<std::uint64_t> merged_;
  std::vector<Word> words_;
  std::unordered_map<std::uint64_t, Pair> pairs_;
  std::priority_queue<Candidate, std::vector<Candidate>, Before> queue_;
  std::vector<std::uint64_t> risen_;  // pairs that may have more occurrences than any candidate in the queue says
};

}  // namespace

BpeModel learn_merges(const WordCounts& words, int vocabulary) {
  Learner learner(words);
  const auto wanted = static_cast<std::size_t>(vocabulary);
  while (learner.vocabulary() < wanted) {
    if (learner.step()) continue;
    throw Error(ExitCode::bad_data, "learn tokens", std::to_string(vocabulary) + " of them",
                "the text has only " + std::to_string(learner.vocabulary()), "lower text.vocabulary");
  }
  return learner.take();
}

}  // namespace genloss::workers
