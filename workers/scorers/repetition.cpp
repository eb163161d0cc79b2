// How much a sample repeats itself: rep-n (Welleck et al. 2020; Su et al. 2022).

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <string_view>

#include "jobs/option_values.hpp"
#include "workers/scorers/scorer_type.hpp"

namespace genloss::workers {
namespace {

constexpr int longest_run = 64;

class RepetitionScorer final : public SampleScorer {
 public:
  explicit RepetitionScorer(std::size_t n) : n_(n) {}

  [[nodiscard]] ScoredBlock score(const SampleBlock& block) override {
    ScoredBlock scored{{std::vector<double>(block.samples())}};
    for (std::size_t i = 0; i < block.samples(); ++i) scored.columns[0][i] = share(block.drawn(i), block.type);
    return scored;
  }

 private:
  /// 1 - different runs / runs.
  [[nodiscard]] double share(std::span<const std::byte> drawn, storage::ElementType type) {
    const std::size_t width = storage::size_of(type), values = drawn.size() / width;
    if (values < n_) return 0;
    runs_.clear();
    const std::string_view bytes(reinterpret_cast<const char*>(drawn.data()), drawn.size());
    for (std::size_t v = 0; v + n_ <= values; ++v) runs_.push_back(bytes.substr(v * width, n_ * width));
    const auto all = static_cast<double>(runs_.size());
    std::sort(runs_.begin(), runs_.end());
    const auto different = std::unique(runs_.begin(), runs_.end()) - runs_.begin();
    return 1 - static_cast<double>(different) / all;
  }

  std::size_t n_;
  std::vector<std::string_view> runs_;
};

void check_run(std::string_view text) {
  const std::int64_t n = jobs::read_integer(text);
  if (n < 1 || n > longest_run) throw std::invalid_argument(std::string(text) + " is out of range: 1 to 64");
}

}  // namespace

GENLOSS_SCORER(repetition) {
  ScorerType type;
  type.name = "repetition";
  type.help = "How much of a sample is runs of values that occurred in it before (rep-n).";
  type.settings = {{"n", "Values in a run.", "integer, 1 to 64", "4", check_run}};
  type.values = {{"share", storage::ElementType::f64, "",
                  "1 - different runs of n neighbouring drawn values / all of them; 0 where there are fewer than n."}};
  type.make = [](const ScorerContext& context) {
    return std::make_unique<RepetitionScorer>(static_cast<std::size_t>(jobs::read_integer(context.setting("n"))));
  };
  return type;
}

}  // namespace genloss::workers
