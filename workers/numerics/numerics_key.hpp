#pragma once
// All of a machine and a program that may change bits.

#include <string>

#include "workers/numerics/instructions.hpp"

namespace genloss::workers::numerics {

/// Goes up when a change of this program is meant to give other bits.
inline constexpr int numerics_version = 1;

/// Equal keys and equal recipes give equal bits. Threads and ranks are not in it, because nothing here depends on them
/// (training.reduction = fast does on ranks, and says so). What an instruction set leaves open, the C library decides
/// by itself: its exp and log use FMA where the processor has it.
struct NumericsKey {
  Instructions instructions = Instructions::baseline;
  std::string libm;   ///< "glibc 2.36 with FMA"
  std::string torch;  ///< of LibTorch: "2.14.1"
  std::string gpu;    ///< what models are trained and sampled on, its type and libraries; empty: the cores
  int version = numerics_version;
  bool operator==(const NumericsKey&) const = default;
  /// One line, for people and for digests: "AVX2, glibc 2.36 with FMA, LibTorch 2.14.1, numerics 1".
  [[nodiscard]] std::string text() const;
};

/// The key of this process with the best instruction set that it can run.
/// @param gpu description of the accelerator, empty without one
[[nodiscard]] NumericsKey best_key(std::string gpu);

}  // namespace genloss::workers::numerics
