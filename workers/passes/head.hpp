#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "workers/numerics/norm.hpp"
#include "workers/passes/embedding.hpp"
#include "workers/passes/group_gradients.hpp"
#include "workers/passes/linear.hpp"

namespace genloss::workers {

/// Final normalisation, scores over the vocabulary, and the loss: forward and backward in one go, because the loss is
/// where the one turns into the other. Large vocabularies are worked on in blocks of rows.
class Head {
 public:
  /// @param embedding the table that serves as the matrix of a tied head
  Head(ParameterCursor& parameters, const Architecture& architecture, const ParameterInfo& embedding);
  void prepare();
  /// Rows whose scores are held at once.
  [[nodiscard]] std::size_t rows_at_once() const noexcept { return rows_at_once_; }
  void reserve(std::size_t tokens);

  /// Without loss: row(i, scores of row i of x), by several threads at once. Needs no reserve().
  void read(const numerics::ConstMatrix& x,
            const std::function<void(std::size_t row, std::span<const float> scores)>& row);

  /// What a pass' loss is made of.
  struct Loss {
    std::span<const std::int32_t> targets;  ///< [sequences, context]
    double scale = 1;                       ///< of each token's gradient
    std::span<const double> weights;        ///< of each sequence; empty: 1
    float surest = 1;                       ///< a target of a probability above has no loss
  };
  /// @param d overwritten with the gradient of x @param losses per lane, added to
  void loss_and_backward(const numerics::ConstMatrix& x, const Loss& loss, const numerics::Matrix& d,
                         Embedding& embedding, GroupGradients& gradients, std::span<double> losses);

  /// The sum of the targets' losses. After reserve().
  [[nodiscard]] double measure(const numerics::ConstMatrix& x, std::span<const std::int32_t> targets);

 private:
  const Architecture& a_;
  std::size_t vocabulary_, width_, rows_at_once_;
  Norm1d norm_;
  const ParameterInfo* matrix_;  // [vocabulary, width]
  const float* values_;
  numerics::AlignedFloats turned_, normed_, d_normed_, scores_, packed_, partial_;
  std::vector<numerics::RowStatistics> rows_;
  std::vector<float> token_losses_, scales_;
};

}  // namespace genloss::workers
