#pragma once
// Counter-based randomness: every random number is a pure function of
// (study seed, purpose, generation, sample, position). No state, no order of draws, no rank, no time.

#include <array>
#include <cstdint>

namespace genloss::jobs {

/// What a random number is for; two purposes never share a number.
enum class Purpose : std::uint32_t {
  initial_weights = 1,
  truth = 2,           ///< "human" data of closed-form families
  human_split = 3,     ///< documents -> train / held-out / validation / test by fraction
  mix_select = 4,      ///< which units of a source enter a mix
  mix_order = 5,       ///< in which order they are trained on
  prompts = 6,         ///< which human passages prompt the samples
  sampling = 7,        ///< tokens / reals drawn from a model
  bootstrap = 8,       ///< resamples of an uncertainty interval
  synthetic_load = 9,  ///< data made up by benchmarks and tests
  looking = 10,        ///< which samples a person is shown
  mix_buffer = 11,     ///< in which order units are trained on that lie in the same few shards
  mix_choose = 12      ///< which samples of a corpus a selector chooses
};

struct RandomKey {
  std::uint64_t seed = 0;
  Purpose purpose = Purpose::sampling;
  std::uint32_t generation = 0;
};

/// Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC'11),
/// bit-compatible with Random123's philox4x32_R(10, ...).
[[nodiscard]] std::array<std::uint32_t, 4> philox4x32_10(std::array<std::uint32_t, 4> counter,
                                                         std::array<std::uint32_t, 2> key) noexcept;

/// The random numbers of one key, addressed by (sample, position).
class CounterRandom {
 public:
  explicit CounterRandom(RandomKey key) noexcept;

  /// 128 random bits at counter (sample, position).
  [[nodiscard]] std::array<std::uint32_t, 4> block(std::uint64_t sample, std::uint64_t position) const noexcept;
  /// Uniform in [0, 1), 53 bits.
  [[nodiscard]] double uniform(std::uint64_t sample, std::uint64_t position) const noexcept;
  /// Standard normal by Box-Muller (no rejection, so one counter is one number).
  [[nodiscard]] double normal(std::uint64_t sample, std::uint64_t position) const noexcept;
  /// Unbiased-to-2^-64 integer in [0, bound), by the high half of a 64 x 64 bit product. bound > 0.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound, std::uint64_t sample, std::uint64_t position) const noexcept;

 private:
  std::array<std::uint32_t, 2> key_;
};

}  // namespace genloss::jobs
