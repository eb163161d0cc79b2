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

[[nodiscard]] std::string_view name_of(Instructions set) noexcept;     ///< "baseline", "AVX2", "AVX-512"
[[nodiscard]] std::string_view setting_of(Instructions set) noexcept;  ///< of runtime.instructions: "avx2"
/// Sets that this processor can run, ascending; never empty. For tests the environment variable GENLOSS_INSTRUCTIONS
/// (baseline, avx2, avx512) names the best set that the processor is to be taken for having.
/// @throws Error(usage) if the variable names nothing known, Error(missing) if this processor cannot run it
[[nodiscard]] std::vector<Instructions> runnable_instructions();
/// Decides, for our kernels and LIBXSMM's, before anything of them is used.
/// @throws Error(missing) if this processor cannot run the set, Error(internal) if kernels of another are in use
/// already
void use_instructions(Instructions set);
/// Those in use; where nobody has decided, from now on the best of this processor.
[[nodiscard]] Instructions instructions();

}  // namespace genloss::workers::numerics
