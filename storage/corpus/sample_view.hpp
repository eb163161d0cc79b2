#pragma once
// A corpus as a mix reads it: all of its samples, or those that were chosen.

#include <cstdint>
#include <memory>
#include <utility>

#include "storage/corpus/chosen_samples.hpp"
#include "storage/corpus/corpus_reader.hpp"

namespace genloss::storage {

class SampleView {
 public:
  /// @param chosen samples of this corpus; null: all, in their order
  SampleView(std::shared_ptr<CorpusReader> corpus,  // NOLINT(google-explicit-constructor): a corpus is a view of itself
             std::shared_ptr<const ChosenSamples> chosen = nullptr)
      : corpus_(std::move(corpus)), chosen_(std::move(chosen)) {}

  [[nodiscard]] const CorpusReader& corpus() const noexcept { return *corpus_; }
  /// Null: all samples are in view.
  [[nodiscard]] const ChosenSamples* chosen() const noexcept { return chosen_.get(); }
  [[nodiscard]] const std::shared_ptr<const ChosenSamples>& shared() const noexcept { return chosen_; }
  [[nodiscard]] std::uint64_t samples() const noexcept { return chosen_ ? chosen_->size() : corpus_->samples(); }
  /// The id in the corpus of what is read as `place` of samples().
  [[nodiscard]] std::uint64_t sample(std::uint64_t place) const { return chosen_ ? (*chosen_)[place].sample : place; }
  /// The manifest of the corpus, with the counts of what is in view.
  [[nodiscard]] CorpusManifest manifest() const {
    CorpusManifest manifest = corpus_->manifest();
    if (chosen_) manifest.totals = chosen_->totals();
    return manifest;
  }

 private:
  std::shared_ptr<CorpusReader> corpus_;
  std::shared_ptr<const ChosenSamples> chosen_;
};

}  // namespace genloss::storage
