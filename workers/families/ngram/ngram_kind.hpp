#pragma once
// n-gram models of text: a model is how often each token followed each n - 1 tokens. Under replacement it is a
// Wright-Fisher population in every context (science.md, CF12; Suresh et al. 2024).

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "jobs/random.hpp"
#include "jobs/study_spec.hpp"
#include "workers/families/chain_fitting.hpp"
#include "workers/families/chain_model.hpp"
#include "workers/families/ngram/ngram_index.hpp"
#include "workers/families/ngram/ngram_options.hpp"
#include "workers/measures/records/record.hpp"

namespace genloss::workers {

class NgramKind {
 public:
  using Value = std::uint8_t;  // a byte is a token
  static constexpr std::string_view section = "ngram";
  static constexpr std::uint64_t passes = 1;
  enum State : std::uint8_t { alive, one_text };

  explicit NgramKind(const jobs::StudySpec& spec);
  /// Human test text, in passages of `length` tokens.
  void set_test(std::vector<Value> passages) { test_ = std::move(passages); }

  [[nodiscard]] std::uint64_t replicates() const noexcept { return replicates_; }
  [[nodiscard]] std::uint64_t sample_values() const noexcept { return length_; }
  [[nodiscard]] static bool slow_to_measure() noexcept { return true; }
  [[nodiscard]] ChainFormat format() const;

  struct Model {
    std::size_t length;
    std::vector<std::vector<Value>> texts;  // of each chain
    std::vector<NgramIndex> indices;
    void draw(const jobs::CounterRandom& random, std::uint64_t sample, std::uint64_t chain,
              std::span<Value> out) const {
      const NgramIndex& index = indices[chain];
      for (std::size_t t = 0; t < length; ++t) {
        const auto range = index.following(out.first(t));
        out[t] = index.token(range.begin + random.below(range.size(), sample, chain * length + t));
      }
    }
  };
  [[nodiscard]] Model drawer(const ChainModel& model) const;
  [[nodiscard]] ChainModel fit(ChainFitting& fitting) const;

  [[nodiscard]] static const std::vector<Record>& model_records();
  [[nodiscard]] static const std::vector<Record>& corpus_records();
  [[nodiscard]] static const std::vector<Record>& state_records();
  void numbers(const ChainModel& model, std::uint64_t chain, std::span<double> out) const;
  /// Of each byte.
  [[nodiscard]] static std::uint64_t corpus_sums() noexcept { return 256; }
  static void add_to_sums(std::span<const Value> sample, std::span<double> sums) {
    for (const Value token : sample) sums[token] += 1;
  }
  static void corpus_numbers(std::span<const double> sums, double samples, std::span<double> out);

 private:
  [[nodiscard]] std::vector<Value> text_of(const ChainModel& model, std::uint64_t chain) const;

  NgramOptions options_;
  std::uint64_t replicates_, length_;
  std::vector<Value> test_;
};

}  // namespace genloss::workers
