#pragma once
// n-gram chains of human text, whose tokens are bytes.

#include <memory>
#include <utility>
#include <vector>

#include "storage/human/human_data.hpp"
#include "workers/families/closed_form_family.hpp"
#include "workers/families/ngram/ngram_kind.hpp"
#include "workers/text/encoded/human_tokens.hpp"

namespace genloss::workers {

/// Passages of `length` tokens that follow each other inside documents; what is left at a document's end is left out.
class HumanPassages {
 public:
  HumanPassages(const storage::HumanData& human, std::uint64_t length);
  [[nodiscard]] std::uint64_t count(storage::HumanSplit split) const { return firsts(split).size(); }
  void read(storage::HumanSplit split, std::uint64_t passage, std::span<std::uint8_t> out) const;

 private:
  [[nodiscard]] const std::vector<std::uint64_t>& firsts(storage::HumanSplit split) const {
    return firsts_.at(static_cast<std::size_t>(split));
  }
  HumanTokens tokens_;
  std::uint64_t length_;
  std::vector<std::vector<std::uint64_t>> firsts_;  // of each split, the first token of each passage
};

/// A unit is a passage for each replicate: chains learn from different parts of the text.
class NgramFamily final : public ClosedFormFamily<NgramKind> {
 public:
  /// @throws Error(bad_data) if a split is too short for its chains
  NgramFamily(const jobs::StudySpec& spec, storage::HumanData human);
  /// Imports data.source itself.
  explicit NgramFamily(const jobs::StudySpec& spec);

  [[nodiscard]] std::string unit_name() const override;
  [[nodiscard]] std::uint64_t human_units(jobs::TrainableSplit split) const override;
  [[nodiscard]] storage::Digest human_digest(jobs::TrainableSplit split) const override;
  [[nodiscard]] storage::Digest data_digest() const override { return human_.digest(); }
  [[nodiscard]] nlohmann::ordered_json provenance() const override { return human_.provenance(); }
  [[nodiscard]] std::unique_ptr<UnitSource> open_human(jobs::TrainableSplit split) const override;
  [[nodiscard]] std::vector<std::string_view> model_sections() const override { return {"data", "ngram", "training"}; }

 private:
  storage::HumanData human_;
  std::shared_ptr<const HumanPassages> passages_;
};

}  // namespace genloss::workers
