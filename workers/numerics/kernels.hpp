#pragma once
// The inner loops of training, sampling and scoring: written once (inner/), compiled once per instruction set, chosen
// when first used (instructions.hpp). What surrounds them - threads, tiles, layouts - is the same for all sets.

#include <cstddef>
#include <cstdint>
#include <span>

#include "workers/numerics/adamw.hpp"
#include "workers/numerics/instructions.hpp"
#include "workers/numerics/matrix.hpp"
#include "workers/numerics/packed_matrix.hpp"

namespace genloss::workers::numerics {

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

/// Positions of a cache of keys lie in blocks of so many, so that their scores are one vector.
inline constexpr int cache_block = 16;
[[nodiscard]] constexpr int padded_positions(int n) noexcept {
  return (n + cache_block - 1) / cache_block * cache_block;
}

/// One query head over the first `length` positions of one row's cache (layout: KvCache).
struct AttentionSpan {
  const float* query = nullptr;  ///< [head_size]
  const float* keys = nullptr;
  const float* values = nullptr;
  int length = 0, head_size = 0;
};

/// Memory that is read after a product, block by block. It is fetched into the second-level cache while the product
/// computes: no result depends on it.
using ReadNext = std::span<const std::span<const float>>;

/// What softmax of a row of logits comes to.
struct LogitSummary {
  float largest = 0;
  std::int32_t arg_largest = 0;  ///< lowest index of those
  double sum = 0;                ///< of exp(logit - largest)
  double weighted = 0;           ///< of exp(logit - largest) * (logit - largest): entropy = log(sum) - weighted / sum
};

/// What the backward pass needs of a row: y = (x - mean) * inverse * weight + bias. RMS norm has mean 0 and no bias.
struct RowStatistics {
  float mean = 0, inverse = 1;
};

struct Kernels {
  Instructions set = Instructions::baseline;

  using Map = void (*)(const float* from, float* to, std::size_t count);
  Map exp = nullptr;         ///< within 2 ulp; 0 where the result is below FLT_MIN
  Map sigmoid = nullptr;     ///< within 3 ulp or 2e-38
  Map silu = nullptr;        ///< within 4 ulp or 2e-36
  Map silu_slope = nullptr;  ///< d silu / dx, within 2^-22
  Map gelu = nullptr;        ///< tanh form: within 4 ulp or 2^-23
  Map gelu_slope = nullptr;  ///< d gelu / dx, within 2^-21

  /// h += bias; act = gelu(h)
  void (*gelu_row)(float* h, const float* bias, float* act, std::size_t size) = nullptr;
  /// act = gelu(h); d *= gelu'(h)
  void (*gelu_backward_row)(const float* h, float* act, float* d, std::size_t size) = nullptr;
  /// act = silu(gate) * up
  void (*swiglu_row)(const float* gate, const float* up, float* act, std::size_t size) = nullptr;
  /// From d, the gradient of act: d_gate and d_up; and act again.
  void (*swiglu_backward_row)(const float* gate, const float* up, const float* d, float* act, float* d_gate,
                              float* d_up, std::size_t size) = nullptr;

  /// y = (x - mean) inverse weight + bias (Ba, Kiros & Hinton 2016); without bias, mean 0 (Zhang & Sennrich 2019).
  RowStatistics (*normalise_row)(const float* x, const float* weight, const float* bias, float* y, std::size_t size,
                                 float epsilon) = nullptr;
  /// dx += gradient of x, d_weight and d_bias += theirs. @param centred the row's mean was taken off
  void (*normalise_backward_row)(const float* dy, const float* x, const float* weight, bool centred, RowStatistics row,
                                 float* dx, float* d_weight, float* d_bias, std::size_t size) = nullptr;

  /// scores -> softmax(scale scores). @return log of the sum of exponentials of scale scores
  float (*softmax_row)(float* scores, std::size_t size, float scale) = nullptr;
  /// One row of attention's transposed problem: a key against queries [0, size). p = exp(scale s - log_sums); s becomes
  /// p, and dp becomes scale p (dp - dots), the gradient of the score. Queries before `first` do not see the key: 0.
  void (*score_gradient_row)(float* s, float* dp, const float* log_sums, const float* dots, std::size_t first,
                             std::size_t size, float scale) = nullptr;
  /// scores -> scale (softmax(scores) - onehot(target)). @return -log softmax(scores)[target] in nats; with a target
  /// below 0, or of a probability above `surest`, there is no loss: 0, and scores become 0
  float (*cross_entropy_row)(float* scores, std::size_t size, std::int32_t target, float scale, float surest) = nullptr;
  /// out[r] = a's row r . b's row r
  void (*dot_rows)(const float* a, std::size_t a_stride, const float* b, std::size_t b_stride, std::size_t rows,
                   std::size_t columns, float* out) = nullptr;

  /// to += from
  void (*add)(float* to, const float* from, std::size_t count) = nullptr;
  /// out = sum of rows, in their order
  void (*sum_rows)(const float* from, std::size_t stride, std::size_t rows, std::size_t columns, float* out) = nullptr;
  using Turn = void (*)(const float* from, std::size_t from_stride, float* to, std::size_t to_stride, std::size_t rows,
                        std::size_t columns);
  Turn transpose = nullptr;       ///< to[c][r] = from[r][c]
  Turn add_transposed = nullptr;  ///< to[c][r] += from[r][c]
  /// Pair (x[i], x[i + half]) turned by the angle of cosines[i], sign * sines[i] (Su et al. 2021, eq. 34).
  void (*rotate_row)(float* x, const float* cosines, const float* sines, float sign, std::size_t half) = nullptr;
  void (*adamw)(const AdamW& rule, float* parameters, const float* gradients, float* first_moment, float* second_moment,
                std::size_t count) = nullptr;
  /// c = a b (+ c): for sets without compiled tiles (gemm.hpp)
  void (*multiply_plainly)(const ConstMatrix& a, const ConstMatrix& b, const Matrix& c, bool add) = nullptr;

  /// Columns of panels [first_panel, end_panel) of out[r] = epilogue(in[r] * weights + bias). Columns that pad out to a
  /// whole panel become products with zero weights.
  void (*decode_multiply)(const PackedMatrix& weights, Rows in, int rows, Rows out, Epilogue epilogue, int first_panel,
                          int end_panel, ReadNext next) = nullptr;
  /// softmax(query . keys / sqrt(head_size)) . values. @param scores work space, context rounded up to 16 floats
  void (*decode_attend)(const AttentionSpan& span, float* scores, float* out) = nullptr;
  LogitSummary (*summarise)(std::span<const float> logits) = nullptr;
  /// weights[i] = exp((logits[i] - largest) * inverse_temperature)
  void (*exponentials)(std::span<const float> logits, float largest, float inverse_temperature,
                       float* weights) = nullptr;
};

/// Those of instructions().
[[nodiscard]] const Kernels& kernels();
/// Those of one set; it has to be runnable to be used.
[[nodiscard]] const Kernels& kernels_of(Instructions set);

[[nodiscard]] const Kernels& avx512_kernels();
[[nodiscard]] const Kernels& avx2_kernels();
[[nodiscard]] const Kernels& baseline_kernels();

}  // namespace genloss::workers::numerics
