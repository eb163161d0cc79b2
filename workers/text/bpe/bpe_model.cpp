#include "workers/text/bpe/bpe_model.hpp"

#include <queue>
#include <tuple>

#include "jobs/error.hpp"

namespace genloss::workers {
namespace {

constexpr std::size_t bytes = 256;
constexpr std::size_t short_word = 24;  // bytes: looking at all pairs again is faster than a queue

[[noreturn]] void refuse(const std::string& object, const std::string& cause) {
  throw Error(ExitCode::bad_data, "read tokenizer", object, cause, "only byte-level BPE as GPT-2's is supported");
}

}  // namespace

BpeModel BpeModel::of_bytes() {
  BpeModel model;
  for (std::size_t byte = 0; byte < bytes; ++byte) model.tokens.emplace_back(1, static_cast<char>(byte));
  return model;
}

WordMerger::WordMerger(const BpeModel& model) : of_byte_(bytes, -1) {
  const auto count = static_cast<std::int32_t>(model.tokens.size());
  for (std::int32_t id = 0; id < count; ++id) {
    const std::string& token = model.tokens[static_cast<std::size_t>(id)];
    if (token.size() == 1) of_byte_[static_cast<unsigned char>(token[0])] = id;
  }
  for (std::size_t byte = 0; byte < bytes; ++byte) {
    if (of_byte_[byte] < 0) refuse("byte " + std::to_string(byte), "no token stands for it");
  }
  rules_.reserve(model.merges.size());
  std::int32_t rank = 0;
  for (const auto& [left, right, result] : model.merges) {
    const auto token = [&](std::int32_t id) -> const std::string& {
      if (id < 0 || id >= count) refuse("merge " + std::to_string(rank), "it names a token that is not there");
      return model.tokens[static_cast<std::size_t>(id)];
    };
    if (token(left).empty() || token(right).empty() || token(left) + token(right) != token(result)) {
      refuse("merge " + std::to_string(rank), "its parts do not make its result");
    }
    rules_.emplace(pair_key(left, right), Rule{rank++, result});
  }
}

const WordMerger::Rule* WordMerger::rule(std::int32_t left, std::int32_t right) const {
  const auto found = rules_.find(pair_key(left, right));
  return found == rules_.end() ? nullptr : &found->second;
}

void WordMerger::append(std::string_view word, std::vector<std::int32_t>& out) const {
  if (word.size() > short_word) return append_long(word, out);
  const std::size_t first = out.size();
  for (const char c : word) out.push_back(of_byte_[static_cast<unsigned char>(c)]);
  while (out.size() - first > 1) {
    const Rule* best = nullptr;
    std::size_t where = 0;
    for (std::size_t i = first; i + 1 < out.size(); ++i) {
      const Rule* here = rule(out[i], out[i + 1]);
      if (here == nullptr || (best != nullptr && here->rank >= best->rank)) continue;
      best = here;
      where = i;
    }
    if (best == nullptr) return;
    out[where] = best->result;
    out.erase(out.begin() + static_cast<std::ptrdiff_t>(where) + 1);
  }
}

/// The same by a list and a queue of candidates; one whose tokens have changed since is left out when its turn comes.
void WordMerger::append_long(std::string_view word, std::vector<std::int32_t>& out) const {
  struct Place {
    std::int32_t token, before, next;  // -1: none; a place that was merged away has token -1
  };
  struct Candidate {
    std::int32_t rank, at, left, right, result;
    bool operator<(const Candidate& other) const {  // the largest comes first
      return std::tie(other.rank, other.at) < std::tie(rank, at);
    }
  };
  std::vector<Place> places;
  places.reserve(word.size());
  const auto last = static_cast<std::int32_t>(word.size()) - 1;
  for (std::int32_t i = 0; i <= last; ++i) {
    places.push_back(
        {of_byte_[static_cast<unsigned char>(word[static_cast<std::size_t>(i)])], i - 1, i < last ? i + 1 : -1});
  }
  const auto place = [&](std::int32_t i) -> Place& { return places[static_cast<std::size_t>(i)]; };
  std::priority_queue<Candidate> queue;
  const auto consider = [&](std::int32_t at) {
    if (at < 0 || place(at).next < 0) return;
    const std::int32_t left = place(at).token, right = place(place(at).next).token;
    if (const Rule* found = rule(left, right)) queue.push({found->rank, at, left, right, found->result});
  };
  for (std::int32_t i = 0; i < last; ++i) consider(i);
  while (!queue.empty()) {
    const Candidate c = queue.top();
    queue.pop();
    Place& left = place(c.at);
    if (left.token != c.left || left.next < 0 || place(left.next).token != c.right) continue;
    Place& right = place(left.next);
    left.token = c.result;
    right.token = -1;
    left.next = right.next;
    if (left.next >= 0) place(left.next).before = c.at;
    consider(left.before);
    consider(c.at);
  }
  for (std::int32_t i = 0; i >= 0; i = place(i).next) out.push_back(place(i).token);
}

}  // namespace genloss::workers
