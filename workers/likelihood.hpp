#pragma once
// The part of a family that says how probable samples are under a model: one that has it can be scored by
// log-probability.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "workers/mix/sample_block.hpp"

namespace genloss::workers {

/// What a model makes of the samples of a block: a surprisal, -ln p in nats, for each of a sample's drawn values, and
/// for the end of one that ended by itself where ends are drawn, too. Of values that are drawn together (a vector of
/// reals) it is one surprisal. Infinite where the model can draw no such value.
struct Surprisals {
  std::vector<double> nats;                 ///< sample behind sample, in order of values
  std::vector<std::uint64_t> starts = {0};  ///< first one of each sample and, last, how many there are
  [[nodiscard]] std::span<const double> of(std::size_t sample) const {
    return std::span(nats).subspan(starts[sample], starts[sample + 1] - starts[sample]);
  }
};

/// A model that reads samples. Local; what it says of a sample depends on the model and on the block alone.
class SampleReader {
 public:
  virtual ~SampleReader() = default;
  /// Prompts are read, and not scored. @throws Error(bad_data) if the samples cannot be of such a model
  [[nodiscard]] virtual Surprisals read(const SampleBlock& block) = 0;
};

class Likelihood {
 public:
  virtual ~Likelihood() = default;
  /// @param model directory of a model of this family: of the study, or from outside
  /// @throws Error(bad_data) if it cannot be loaded, or reads another kind of samples
  [[nodiscard]] virtual std::unique_ptr<SampleReader> open_reader(const std::filesystem::path& model) const = 0;
};

}  // namespace genloss::workers
