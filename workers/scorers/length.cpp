// How long a sample is.

#include "workers/scorers/scorer_type.hpp"

namespace genloss::workers {
namespace {

class LengthScorer final : public SampleScorer {
 public:
  [[nodiscard]] ScoredBlock score(const SampleBlock& block) override {
    ScoredBlock scored{{std::vector<double>(block.samples()), std::vector<double>(block.samples())}};
    for (std::size_t i = 0; i < block.samples(); ++i) {
      scored.columns[0][i] = static_cast<double>(block.drawn_values(i));
      scored.columns[1][i] = block.ended[i] ? 1 : 0;
    }
    return scored;
  }
};

}  // namespace

GENLOSS_SCORER(length) {
  ScorerType type;
  type.name = "length";
  type.help = "How many values of a sample were drawn, and whether it ended by itself.";
  type.values = {{"length", storage::ElementType::u64, "values", "Values that were drawn, prompt and end not counted."},
                 {"ended", storage::ElementType::u8, "", "1: it ended by itself; 0: it was cut at the limit."}};
  type.make = [](const ScorerContext&) { return std::make_unique<LengthScorer>(); };
  return type;
}

}  // namespace genloss::workers
