#include "workers/families/ngram/ngram_family.hpp"

#include <algorithm>
#include <string>

#include "jobs/error.hpp"
#include "workers/families/family_type.hpp"

namespace genloss::workers {
namespace {

using storage::HumanSplit;

HumanSplit human_split(jobs::TrainableSplit split) {
  return split == jobs::TrainableSplit::train ? HumanSplit::train : HumanSplit::held_out;
}

class PassageUnits final : public UnitSource {
 public:
  PassageUnits(std::shared_ptr<const HumanPassages> passages, HumanSplit split, std::uint64_t replicates,
               std::uint64_t length)
      : passages_(std::move(passages)), split_(split), replicates_(replicates), length_(length) {}
  [[nodiscard]] std::uint64_t units() const override { return passages_->count(split_) / replicates_; }
  [[nodiscard]] std::size_t unit_bytes() const override { return replicates_ * length_; }
  void read(std::uint64_t unit, std::span<std::byte> out) override {
    const std::span bytes(reinterpret_cast<std::uint8_t*>(out.data()), out.size());  // NOLINT: bytes are bytes
    for (std::uint64_t r = 0; r < replicates_; ++r) {
      passages_->read(split_, unit * replicates_ + r, bytes.subspan(r * length_, length_));
    }
  }

 private:
  std::shared_ptr<const HumanPassages> passages_;
  HumanSplit split_;
  std::uint64_t replicates_, length_;
};

}  // namespace

HumanPassages::HumanPassages(const storage::HumanData& human, std::uint64_t length)
    : tokens_(human), length_(length), firsts_(4) {
  for (const auto split : {HumanSplit::train, HumanSplit::held_out, HumanSplit::validation, HumanSplit::test}) {
    const auto starts = tokens_.starts(split);
    for (std::size_t d = 0; d + 1 < starts.size(); ++d) {
      for (std::uint64_t at = starts[d]; at + length <= starts[d + 1]; at += length) {
        firsts_[static_cast<std::size_t>(split)].push_back(at);
      }
    }
  }
}

void HumanPassages::read(HumanSplit split, std::uint64_t passage, std::span<std::uint8_t> out) const {
  std::vector<std::int32_t> tokens(length_);
  tokens_.read(split, firsts(split).at(passage), tokens);
  std::transform(tokens.begin(), tokens.end(), out.begin(),
                 [](std::int32_t t) { return static_cast<std::uint8_t>(t); });
}

NgramFamily::NgramFamily(const jobs::StudySpec& spec, storage::HumanData human)
    : ClosedFormFamily(spec),
      human_(std::move(human)),
      passages_(std::make_shared<const HumanPassages>(human_, kind().sample_values())) {
  const std::uint64_t length = kind().sample_values();
  if (human_units(jobs::TrainableSplit::train) == 0) {
    throw Error(ExitCode::bad_data, "read human text", spec.data.source.string(),
                "its training split has " + std::to_string(passages_->count(HumanSplit::train)) + " passages of " +
                    std::to_string(length) + " bytes, for " + std::to_string(kind().replicates()) + " chains",
                "lower ngram.length or ngram.replicates, or give more text");
  }
  const std::uint64_t tested = std::min(passages_->count(HumanSplit::test),
                                        static_cast<std::uint64_t>(ngram_options(spec).test_tokens) / length);
  std::vector<std::uint8_t> test(tested * length);
  for (std::uint64_t p = 0; p < tested; ++p) {
    passages_->read(HumanSplit::test, p, std::span(test).subspan(p * length, length));
  }
  kind().set_test(std::move(test));
}

NgramFamily::NgramFamily(const jobs::StudySpec& spec)
    : NgramFamily(spec, storage::HumanData::import(spec.data.source, import_rules(spec))) {}

std::string NgramFamily::unit_name() const {
  return "passage of " + std::to_string(kind().sample_values()) + " bytes in " + std::to_string(kind().replicates()) +
         " replicates";
}

std::uint64_t NgramFamily::human_units(jobs::TrainableSplit split) const {
  return passages_->count(human_split(split)) / kind().replicates();
}
storage::Digest NgramFamily::human_digest(jobs::TrainableSplit split) const {
  return human_.digest(human_split(split));
}

std::unique_ptr<UnitSource> NgramFamily::open_human(jobs::TrainableSplit split) const {
  return std::make_unique<PassageUnits>(passages_, human_split(split), kind().replicates(), kind().sample_values());
}

}  // namespace genloss::workers
