#include "workers/passes/linear.hpp"

#include "workers/numerics/transpose.hpp"

namespace genloss::workers {

Linear::Linear(ParameterCursor& parameters, bool in_first, bool has_bias)
    : weight_(&parameters.next()), values_(parameters.values(*weight_)), in_first_(in_first) {
  const auto rows = static_cast<std::size_t>(weight_->shape[0]), columns = static_cast<std::size_t>(weight_->shape[1]);
  in_ = in_first ? rows : columns;
  out_ = in_first ? columns : rows;
  if (has_bias) {
    bias_ = &parameters.next();
    bias_values_ = parameters.values(*bias_);
  }
  turned_ = numerics::AlignedFloats(rows * columns);
}

void Linear::prepare() {
  const std::size_t rows = in_first_ ? in_ : out_, columns = in_first_ ? out_ : in_;
  numerics::transpose(numerics::matrix(values_, rows, columns), numerics::matrix(turned_.data(), columns, rows));
}

numerics::ConstMatrix Linear::in_out() const {
  return numerics::matrix(in_first_ ? values_ : turned_.data(), in_, out_);
}

numerics::ConstMatrix Linear::out_in() const {
  return numerics::matrix(in_first_ ? turned_.data() : values_, out_, in_);
}

Norm1d::Norm1d(ParameterCursor& parameters, const Architecture& architecture) : weight(&parameters.next()) {
  values.weight = parameters.values(*weight);
  values.epsilon = architecture.norm_epsilon;
  if (architecture.norm == Norm::rms) return;
  bias = &parameters.next();
  values.bias = parameters.values(*bias);
}

}  // namespace genloss::workers
