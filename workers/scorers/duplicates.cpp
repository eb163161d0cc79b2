// Which samples are equal to others of their corpus, value by value.

#include <algorithm>
#include <array>
#include <compare>
#include <cstring>
#include <map>

#include "storage/files/digest.hpp"
#include "workers/scorers/scorer_type.hpp"

namespace genloss::workers {
namespace {

/// 128 bits of SHA-256 over a sample's drawn values: equal ones are equal samples, for any corpus that fits on a disk.
using SampleKey = std::array<std::uint64_t, 2>;

SampleKey key_of(std::span<const std::byte> drawn) {
  const storage::Digest digest = storage::Sha256().number(drawn.size()).bytes(drawn).finish();
  SampleKey key{};
  std::memcpy(key.data(), digest.bytes.data(), sizeof key);
  return key;
}

/// A key that more than one sample may have, the first of these samples, and how many have it.
struct Repeated {
  SampleKey key{};
  std::uint64_t first = 0, count = 0;
};
static_assert(std::is_trivially_copyable_v<Repeated>, "it travels as bytes");

template <class T>
std::vector<T> unpacked_as(std::span<const std::byte> bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
  return values;
}

template <class T>
std::vector<std::byte> packed_bytes(const std::vector<T>& values) {
  const auto bytes = std::as_bytes(std::span(values));
  return {bytes.begin(), bytes.end()};
}

class DuplicatesScorer final : public SampleScorer {
 public:
  /// Every key of the block, once.
  [[nodiscard]] std::vector<std::byte> summary(const SampleBlock& block) override {
    std::map<SampleKey, Repeated> keys;
    for (std::size_t i = 0; i < block.samples(); ++i) {
      Repeated& entry = keys.try_emplace(key_of(block.drawn(i)), Repeated{{}, block.first + i, 0}).first->second;
      ++entry.count;
    }
    std::vector<Repeated> all;
    for (auto& [key, entry] : keys) {
      entry.key = key;
      all.push_back(entry);
    }
    return packed_bytes(all);
  }

  /// Those that come more than once: a few, of most corpora.
  [[nodiscard]] std::vector<std::byte> combined(const std::vector<std::vector<std::byte>>&,
                                                const std::vector<std::vector<std::byte>>& corpus) override {
    std::vector<Repeated> all;
    for (const auto& block : corpus) {
      const auto part = unpacked_as<Repeated>(block);
      all.insert(all.end(), part.begin(), part.end());
    }
    std::sort(all.begin(), all.end(),
              [](const Repeated& a, const Repeated& b) { return a.key != b.key ? a.key < b.key : a.first < b.first; });
    std::vector<Repeated> repeated;
    for (std::size_t i = 0; i < all.size();) {
      Repeated merged = all[i];
      for (++i; i < all.size() && all[i].key == merged.key; ++i) merged.count += all[i].count;
      if (merged.count > 1) repeated.push_back(merged);
    }
    return packed_bytes(repeated);
  }

  void begin(std::span<const std::byte> combined) override { repeated_ = unpacked_as<Repeated>(combined); }

  [[nodiscard]] ScoredBlock score(const SampleBlock& block) override {
    ScoredBlock scored{std::vector<std::vector<double>>(3, std::vector<double>(block.samples()))};
    for (std::size_t i = 0; i < block.samples(); ++i) {
      const SampleKey key = key_of(block.drawn(i));
      const auto found = std::lower_bound(repeated_.begin(), repeated_.end(), key,
                                          [](const Repeated& entry, const SampleKey& of) { return entry.key < of; });
      const bool is_there = found != repeated_.end() && found->key == key;
      scored.columns[0][i] = static_cast<double>(is_there ? found->first : block.first + i);
      scored.columns[1][i] = static_cast<double>(is_there ? found->count : 1);
      scored.columns[2][i] = is_there && found->first != block.first + i ? 1 : 0;
    }
    return scored;
  }

 private:
  std::vector<Repeated> repeated_;  // ascending by key
};

}  // namespace

GENLOSS_SCORER(duplicates) {
  ScorerType type;
  type.name = "duplicates";
  type.help = "Exact duplicates: the first sample of the corpus with equal drawn values, and how many there are.";
  type.values = {
      {"first", storage::ElementType::u64, "sample id",
       "The first sample with the same drawn values; itself, if none."},
      {"count", storage::ElementType::u64, "samples", "How many samples have these drawn values; 1: no other one."},
      {"again", storage::ElementType::u8, "", "1: an earlier sample has the same drawn values; 0: none has."}};
  type.folds = true;
  type.make = [](const ScorerContext&) { return std::make_unique<DuplicatesScorer>(); };
  return type;
}

}  // namespace genloss::workers
