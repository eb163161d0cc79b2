#include "workers/families/categorical/categorical_likelihood.hpp"

#include <cmath>
#include <cstring>

#include "jobs/error.hpp"

namespace genloss::workers {
namespace {

class CategoricalReader final : public SampleReader {
 public:
  explicit CategoricalReader(CategoricalModel model) : model_(std::move(model)) {}

  [[nodiscard]] Surprisals read(const SampleBlock& block) override {
    Surprisals surprisals;
    std::vector<std::uint32_t> symbols(model_.replicates);
    for (std::size_t i = 0; i < block.samples(); ++i) {
      const auto bytes = block.drawn(i);
      const bool fits =
          block.type == storage::ElementType::u32 && bytes.size() == symbols.size() * sizeof(std::uint32_t);
      if (!fits)
        refuse(block.first + i, "it is not a symbol of each of " + std::to_string(symbols.size()) + " replicates");
      std::memcpy(symbols.data(), bytes.data(), bytes.size());
      for (std::uint64_t r = 0; r < model_.replicates; ++r) {
        if (symbols[r] >= model_.symbols) {
          refuse(block.first + i, "symbol " + std::to_string(symbols[r]) + " of " + std::to_string(model_.symbols));
        }
        surprisals.nats.push_back(-std::log(model_.of(r)[symbols[r]]));
      }
      surprisals.starts.push_back(surprisals.nats.size());
    }
    return surprisals;
  }

 private:
  [[noreturn]] static void refuse(std::uint64_t sample, const std::string& cause) {
    throw Error(ExitCode::bad_data, "score", "sample " + std::to_string(sample), cause,
                "the model is of another study");
  }

  CategoricalModel model_;
};

}  // namespace

std::unique_ptr<SampleReader> categorical_reader(CategoricalModel model) {
  return std::make_unique<CategoricalReader>(std::move(model));
}

}  // namespace genloss::workers
