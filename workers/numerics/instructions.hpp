#pragma once
// The instruction set that every kernel of this process uses.

#include <string_view>
#include <vector>

namespace genloss::workers::numerics {

/// In ascending order. Bits are the same on every processor that can run a set, and differ between sets.
enum class Instructions {
  baseline,  ///< x86-64 as it was in 2003: correct, slow
  avx2,      ///< with FMA: x86-64-v3
  avx512,    ///< F, BW, CD, DQ and VL: x86-64-v4
};

[[nodiscard]] std::string_view name_of(Instructions set) noexcept;  ///< "baseline", "AVX2", "AVX-512"
/// Sets that this processor can run, ascending.
[[nodiscard]] std::vector<Instructions> runnable_instructions();
/// The best set of this processor, or the one that the environment variable GENLOSS_INSTRUCTIONS names (baseline, avx2,
/// avx512). Decided once per process.
/// @throws Error(usage) if the variable names nothing known, Error(missing) if this processor cannot run it
[[nodiscard]] Instructions instructions();

}  // namespace genloss::workers::numerics
