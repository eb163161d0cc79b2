#include "workers/text/bpe/word_counts.hpp"

#include <cstring>
#include <exception>
#include <unordered_map>
#include <vector>

#include "jobs/error.hpp"
#include "workers/text/bpe/pretokenizer.hpp"

namespace genloss::workers {
namespace {

struct Hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>()(text); }
};
using Unordered = std::unordered_map<std::string, std::uint64_t, Hash, std::equal_to<>>;

Unordered count_mine(int rank, int ranks, std::size_t documents,
                     const std::function<std::string_view(std::size_t)>& text) {
  Unordered counts;
  Pretokenizer pretokenizer;
  for (auto d = static_cast<std::size_t>(rank); d < documents; d += static_cast<std::size_t>(ranks)) {
    pretokenizer.cut(text(d), [&](std::string_view word) {
      const auto found = counts.find(word);
      if (found != counts.end()) {
        ++found->second;
      } else {
        counts.emplace(word, 1);
      }
    });
  }
  return counts;
}

// A message is (count u64, length u64, bytes) of every word; ranks of one run have one byte order.
void put(std::uint64_t value, std::vector<std::byte>& out) {
  const auto at = out.size();
  out.resize(at + sizeof value);
  std::memcpy(out.data() + at, &value, sizeof value);
}

std::vector<std::byte> to_message(const Unordered& counts) {
  std::vector<std::byte> message;
  for (const auto& [word, count] : counts) {
    put(count, message);
    put(word.size(), message);
    const auto* bytes = reinterpret_cast<const std::byte*>(word.data());
    message.insert(message.end(), bytes, bytes + word.size());
  }
  return message;
}

void add_message(const std::vector<std::byte>& message, WordCounts& counts) {
  for (std::size_t at = 0; at < message.size();) {
    std::uint64_t head[2];
    std::memcpy(head, message.data() + at, sizeof head);
    at += sizeof head;
    counts[std::string(reinterpret_cast<const char*>(message.data()) + at, head[1])] += head[0];
    at += head[1];
  }
}

}  // namespace

WordCounts count_words(comms::Communicator& ranks, std::size_t documents,
                       const std::function<std::string_view(std::size_t)>& text) {
  constexpr auto what = "count the words of human text";
  std::vector<std::byte> mine;
  ranks.together(what, [&] { mine = to_message(count_mine(ranks.rank(), ranks.size(), documents, text)); });
  WordCounts counts;
  for (const auto& message : ranks.gather(mine, 0, what)) add_message(message, counts);
  return counts;
}

}  // namespace genloss::workers
