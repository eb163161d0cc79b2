// How much more a sample looks like human data than like its corpus: importance weights of hashed n-grams (Xie et al.
// 2023, DSIR; policy P25).

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <stdexcept>

#include "jobs/option_values.hpp"
#include "workers/scorers/scorer_type.hpp"

namespace genloss::workers {
namespace {

struct BucketCount {
  std::uint32_t bucket = 0, count = 0;
};
static_assert(std::is_trivially_copyable_v<BucketCount>, "it travels as bytes");

/// FNV-1a, and the finalizer of SplitMix64, whose low bits are as good as the others.
std::uint64_t hash_of(std::span<const std::byte> bytes) {
  std::uint64_t hash = 0xcbf29ce484222325 ^ bytes.size();
  for (const std::byte b : bytes) hash = (hash ^ static_cast<std::uint64_t>(b)) * 0x100000001b3;
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111eb;
  return hash ^ (hash >> 31);
}

class ImportanceScorer final : public SampleScorer {
 public:
  ImportanceScorer(std::size_t longest, std::uint64_t buckets) : longest_(longest), buckets_(buckets) {}

  /// How often each bucket is met, those that are.
  [[nodiscard]] std::vector<std::byte> summary(const SampleBlock& block) override {
    std::map<std::uint32_t, std::uint32_t> counts;
    for (std::size_t i = 0; i < block.samples(); ++i) {
      each_bucket(block, i, [&](std::uint32_t bucket) { ++counts[bucket]; });
    }
    std::vector<BucketCount> all;
    for (const auto& [bucket, count] : counts) all.push_back({bucket, count});
    const auto bytes = std::as_bytes(std::span(all));
    return {bytes.begin(), bytes.end()};
  }

  /// Of each bucket ln of (its share of human n-grams / its share of the corpus'), both with one count more.
  [[nodiscard]] std::vector<std::byte> combined(const std::vector<std::vector<std::byte>>& human,
                                                const std::vector<std::vector<std::byte>>& corpus) override {
    const std::vector<double> of_human = logarithms(human), of_corpus = logarithms(corpus);
    std::vector<double> ratios(buckets_);
    for (std::size_t b = 0; b < ratios.size(); ++b) ratios[b] = of_human[b] - of_corpus[b];
    const auto bytes = std::as_bytes(std::span(ratios));
    return {bytes.begin(), bytes.end()};
  }

  void begin(std::span<const std::byte> combined) override {
    ratios_.resize(combined.size() / sizeof(double));
    std::memcpy(ratios_.data(), combined.data(), ratios_.size() * sizeof(double));
  }

  [[nodiscard]] ScoredBlock score(const SampleBlock& block) override {
    ScoredBlock scored{{std::vector<double>(block.samples()), std::vector<double>(block.samples())}};
    for (std::size_t i = 0; i < block.samples(); ++i) {
      double sum = 0;
      std::uint64_t ngrams = 0;
      each_bucket(block, i, [&](std::uint32_t bucket) {
        sum += ratios_[bucket];
        ++ngrams;
      });
      scored.columns[0][i] = sum;
      scored.columns[1][i] = ngrams == 0 ? 0 : sum / static_cast<double>(ngrams);
    }
    return scored;
  }

 private:
  template <class Use>
  void each_bucket(const SampleBlock& block, std::size_t sample, Use use) const {
    const auto drawn = block.drawn(sample);
    const std::size_t width = storage::size_of(block.type), values = drawn.size() / width;
    for (std::size_t n = 1; n <= longest_; ++n) {
      for (std::size_t v = 0; v + n <= values; ++v) {
        use(static_cast<std::uint32_t>(hash_of(drawn.subspan(v * width, n * width)) % buckets_));
      }
    }
  }

  [[nodiscard]] std::vector<double> logarithms(const std::vector<std::vector<std::byte>>& blocks) const {
    std::vector<std::uint64_t> counts(buckets_, 1);
    std::uint64_t all = buckets_;
    for (const auto& block : blocks) {
      std::vector<BucketCount> part(block.size() / sizeof(BucketCount));
      if (!part.empty()) std::memcpy(part.data(), block.data(), block.size());
      for (const BucketCount& entry : part) {
        counts[entry.bucket] += entry.count;
        all += entry.count;
      }
    }
    std::vector<double> logarithms(buckets_);
    for (std::size_t b = 0; b < logarithms.size(); ++b) {
      logarithms[b] = std::log(static_cast<double>(counts[b])) - std::log(static_cast<double>(all));
    }
    return logarithms;
  }

  std::size_t longest_;
  std::uint64_t buckets_;
  std::vector<double> ratios_;
};

std::function<void(std::string_view)> check_between(std::int64_t low, std::int64_t high) {
  return [=](std::string_view text) {
    const std::int64_t value = jobs::read_integer(text);
    if (value >= low && value <= high) return;
    throw std::invalid_argument(std::string(text) + " is out of range: " + std::to_string(low) + " to " +
                                std::to_string(high));
  };
}

}  // namespace

GENLOSS_SCORER(ngram_importance) {
  ScorerType type;
  type.name = "ngram_importance";
  type.help = "How much more a sample looks like human training data than like its corpus, by hashed n-grams.";
  type.settings = {
      {"n", "Longest runs of values that are counted; shorter ones are, too.", "integer, 1 to 8", "2",
       check_between(1, 8)},
      {"buckets", "That runs are hashed into.", "integer, 2 to 4194304", "10000", check_between(2, 1 << 22)}};
  type.values = {{"total", storage::ElementType::f64, "nats",
                  "Log-probability of the sample's n-grams among human ones, minus that among its corpus'."},
                 {"mean", storage::ElementType::f64, "nats", "The same, per n-gram; 0 where there are none."}};
  type.folds = type.reads_human = true;
  type.make = [](const ScorerContext& context) {
    return std::make_unique<ImportanceScorer>(static_cast<std::size_t>(jobs::read_integer(context.setting("n"))),
                                              jobs::read_count(context.setting("buckets")));
  };
  return type;
}

}  // namespace genloss::workers
