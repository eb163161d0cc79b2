#pragma once
// The inner loops of decoding, compiled once per instruction set and chosen when first used.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "workers/sampling/kernels/packed_matrix.hpp"

namespace genloss::workers {

/// What happens to a product (bias included) before it leaves the registers.
enum class Epilogue {
  store,   ///< out = y
  add,     ///< out += y (residual connection)
  gelu,    ///< out = gelu(y), GPT-2's tanh form
  swiglu,  ///< for PackedMatrix::pair(): out = silu(y of gate) * y of up
};

/// Rows of activations, `stride` floats from one to the next.
struct Rows {
  float* data = nullptr;
  int stride = 0;
  [[nodiscard]] float* at(int row) const noexcept { return data + static_cast<std::ptrdiff_t>(row) * stride; }
};

/// One query head over the first `length` positions of one row's cache (layout: KvCache).
struct AttentionSpan {
  const float* query = nullptr;  ///< [head_size]
  const float* keys = nullptr;
  const float* values = nullptr;
  int length = 0, head_size = 0;
};

/// What softmax of a row of logits comes to.
struct LogitSummary {
  float largest = 0;
  std::int32_t arg_largest = 0;  ///< lowest index of those
  double sum = 0;                ///< of exp(logit - largest)
  double weighted = 0;           ///< of exp(logit - largest) * (logit - largest): entropy = log(sum) - weighted / sum
};

struct Kernels {
  std::string_view name;  ///< "AVX-512", "AVX2", "baseline"
  /// out[r] = epilogue(in[r] * weights + bias). Columns that pad out to a whole panel become products with zero
  /// weights.
  void (*multiply)(const PackedMatrix& weights, Rows in, int rows, Rows out, Epilogue epilogue);
  /// softmax(query . keys / sqrt(head_size)) . values. @param scores work space, context rounded up to 16 floats
  void (*attend)(const AttentionSpan& span, float* scores, float* out);
  /// Rows normalised over their first `width` elements: LayerNorm where bias is given, else RMSNorm.
  void (*normalise)(Rows in, int rows, int width, double epsilon, const float* weight, const float* bias, Rows out);
  /// @param weights receives exp((logit - largest) / temperature)
  LogitSummary (*summarise)(std::span<const float> logits);
  /// weights[i] = exp((logits[i] - largest) * inverse_temperature)
  void (*exponentials)(std::span<const float> logits, float largest, float inverse_temperature, float* weights);
};

/// The best kernels this CPU can run.
[[nodiscard]] const Kernels& kernels();

/// One per instruction set; null where the compiler cannot make it.
[[nodiscard]] const Kernels* avx512_kernels();
[[nodiscard]] const Kernels* avx2_kernels();
[[nodiscard]] const Kernels* baseline_kernels();

}  // namespace genloss::workers
