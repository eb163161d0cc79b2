#include "workers/numerics/attention.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "workers/numerics/gemm.hpp"
#include "workers/numerics/kernels.hpp"
#include "workers/numerics/transpose.hpp"

namespace genloss::workers::numerics {
namespace {

constexpr std::size_t block = 64;

/// Buffers of one thread, grown as needed and kept.
struct Scratch {
  std::vector<float> storage;
  float* take(std::size_t count) {
    float* const begin = storage.data() + used;
    used += (count + 15) / 16 * 16;
    return begin;
  }
  void begin(std::size_t total) {
    if (storage.size() < total) storage.resize(total);
    used = 0;
  }
  std::size_t used = 0;
};
Scratch& scratch(std::size_t total) {
  thread_local Scratch mine;
  mine.begin(total + std::size_t{16} * 16);
  return mine;
}

/// Where the parts of one (sequence, key/value head) lie.
struct Head {
  std::size_t row, kv, queries_per_kv;
  const AttentionShape& shape;
  template <class T>
  [[nodiscard]] MatrixOf<T> query(const MatrixOf<T>& qkv, std::size_t head) const {
    return qkv.block(row, shape.length, head * shape.head_size, shape.head_size);
  }
  template <class T>
  [[nodiscard]] MatrixOf<T> key(const MatrixOf<T>& qkv) const {
    return qkv.block(row, shape.length, (shape.heads + kv) * shape.head_size, shape.head_size);
  }
  template <class T>
  [[nodiscard]] MatrixOf<T> value(const MatrixOf<T>& qkv) const {
    return qkv.block(row, shape.length, (shape.heads + shape.kv_heads + kv) * shape.head_size, shape.head_size);
  }
  [[nodiscard]] std::size_t log_sums(std::size_t head) const {
    return (row / shape.length * shape.heads + head) * shape.length;
  }
};

template <class Work>
void for_heads(const AttentionShape& shape, std::size_t rows, const Work& work) {
  parallel(rows / shape.length * shape.kv_heads, [&](std::size_t task) {
    work(Head{task / shape.kv_heads * shape.length, task % shape.kv_heads, shape.heads / shape.kv_heads, shape});
  });
}

float scale_of(const AttentionShape& shape) { return 1.0F / std::sqrt(static_cast<float>(shape.head_size)); }

}  // namespace

void attention(const AttentionShape& shape, const ConstMatrix& qkv, const Matrix& out, std::span<float> log_sums) {
  const std::size_t length = shape.length, size = shape.head_size;
  for_heads(shape, out.rows, [&](const Head& at) {
    Scratch& room = scratch((size + block) * length);
    const Matrix keys = matrix(room.take(size * length), size, length);
    const Matrix scores = matrix(room.take(block * length), block, length);
    put_transposed(at.key(qkv), keys, false);
    for (std::size_t h = at.kv * at.queries_per_kv; h < (at.kv + 1) * at.queries_per_kv; ++h) {
      const ConstMatrix queries = at.query(qkv, h);
      for (std::size_t q = 0; q < length; q += block) {
        const std::size_t rows = std::min(block, length - q), seen = q + rows;
        const Matrix part = scores.block(0, rows, 0, seen);
        multiply_tile(queries.block(q, rows, 0, size), keys.block(0, size, 0, seen), part, false);
        for (std::size_t r = 0; r < rows; ++r) {
          log_sums[at.log_sums(h) + q + r] = kernels().softmax_row(part.at(r, 0), q + r + 1, scale_of(shape));
          std::fill(part.at(r, q + r + 1), part.at(r, 0) + seen, 0.0F);
        }
        multiply_tile(part, at.value(qkv).block(0, seen, 0, size), out.block(at.row + q, rows, h * size, size), false);
      }
    }
  });
}

void attention_backward(const AttentionShape& shape, const ConstMatrix& qkv, const ConstMatrix& out,
                        std::span<const float> log_sums, const ConstMatrix& d_out, const Matrix& d_qkv) {
  const std::size_t length = shape.length, size = shape.head_size;
  for_heads(shape, out.rows, [&](const Head& at) {
    Scratch& room = scratch((2 * size + 3 * block + 1) * length);
    const Matrix queries_up = matrix(room.take(size * length), size, length);
    const Matrix d_out_up = matrix(room.take(size * length), size, length);
    float* const p_room = room.take(block * length);
    float* const d_room = room.take(block * length);
    float* const turned_room = room.take(block * length);
    float* const dots = room.take(length);
    for (std::size_t h = at.kv * at.queries_per_kv; h < (at.kv + 1) * at.queries_per_kv; ++h) {
      const bool first_of_group = h == at.kv * at.queries_per_kv;
      const ConstMatrix queries = at.query(qkv, h), mine = d_out.block(at.row, length, h * size, size);
      const ConstMatrix result = out.block(at.row, length, h * size, size);
      put_transposed(queries, queries_up, false);
      put_transposed(mine, d_out_up, false);
      kernels().dot_rows(mine.data, mine.stride, result.data, result.stride, length, size, dots);
      for (std::size_t k = 0; k < length; k += block) {
        // Keys [k, k + rows) against the queries that may see them: [k, length).
        const std::size_t rows = std::min(block, length - k), seeing = length - k;
        const Matrix p = matrix(p_room, rows, seeing), d = matrix(d_room, rows, seeing);
        multiply_tile(at.key(qkv).block(k, rows, 0, size), queries_up.block(0, size, k, seeing), p, false);
        multiply_tile(at.value(qkv).block(k, rows, 0, size), d_out_up.block(0, size, k, seeing), d, false);
        for (std::size_t r = 0; r < rows; ++r) {
          kernels().score_gradient_row(p.at(r, 0), d.at(r, 0), log_sums.data() + at.log_sums(h) + k, dots + k, r,
                                       seeing, scale_of(shape));
        }
        multiply_tile(p, mine.block(k, seeing, 0, size), at.value(d_qkv).block(k, rows, 0, size), !first_of_group);
        multiply_tile(d, queries.block(k, seeing, 0, size), at.key(d_qkv).block(k, rows, 0, size), !first_of_group);
        const Matrix turned = matrix(turned_room, seeing, rows);
        put_transposed(d, turned, false);
        multiply_tile(turned, at.key(qkv).block(k, rows, 0, size), at.query(d_qkv, h).block(k, seeing, 0, size), k > 0);
      }
    }
  });
}

}  // namespace genloss::workers::numerics
