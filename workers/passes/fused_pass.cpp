#include "workers/passes/fused_pass.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "jobs/heartbeat.hpp"
#include "workers/numerics/cross_entropy.hpp"
#include "workers/numerics/elementwise.hpp"
#include "workers/numerics/gemm.hpp"
#include "workers/passes/block.hpp"
#include "workers/passes/embedding.hpp"
#include "workers/passes/head.hpp"
#include "workers/passes/transformer_network.hpp"
#include "workers/text/passage.hpp"

namespace genloss::workers {
namespace {

using numerics::Matrix;
using numerics::matrix;

class FusedPass : public LanePass {
 public:
  FusedPass(const Architecture& architecture, const float* flat, double truncated)
      : a_(architecture),
        surest_(truncated > 0 ? static_cast<float>(truncated) : 1.0F),
        layout_(parameter_layout(architecture)),
        gradients_(layout_) {
    ParameterCursor parameters(layout_, flat);
    embedding_.emplace(parameters, a_);
    if (a_.positions == Positions::rope) {
      rotary_.emplace(static_cast<std::size_t>(a_.context), static_cast<std::size_t>(a_.head_size), a_.rope_theta);
    }
    for (int i = 0; i < a_.layers; ++i) blocks_.emplace_back(parameters, a_, rotary_ ? &*rotary_ : nullptr);
    head_.emplace(parameters, a_, embedding_->tokens());
  }

  void prepare() override {
    for (Block& block : blocks_) block.prepare();
    head_->prepare();
  }

  void run(const LaneGroup& group, const GradientSink& sink, std::span<double> losses) override {
    const std::size_t window = static_cast<std::size_t>(a_.context) + 1;
    const std::size_t sequences = group.lanes > 1 ? group.lanes * group.rows : group.micro_batch;
    std::fill(losses.begin(), losses.end(), 0.0);
    const auto windows = tokens_of(group.units);
    reserve(sequences * (window - 1));
    for (std::size_t first = 0; first < group.lanes * group.rows; first += sequences) {
      const bool last = first + sequences == group.lanes * group.rows;
      gradients_.begin(sequences / group.lanes * (window - 1), first == 0, last, sink);
      take_windows(windows.subspan(first * window, sequences * window), window);
      const auto weights = group.weights.empty() ? group.weights : group.weights.subspan(first, sequences);
      pass({targets_, group.scale, weights, surest_}, losses);
    }
  }

  [[nodiscard]] double measure(std::span<const std::byte> units) override {
    const auto windows = tokens_of(units);
    const std::size_t window = static_cast<std::size_t>(a_.context) + 1,
                      tokens = windows.size() / window * (window - 1);
    reserve(tokens);
    take_windows(windows, window);
    forward(tokens);
    return head_->measure(stream(blocks_.size()), targets_);
  }

 private:
  void reserve(std::size_t tokens) {
    if (inputs_.size() == tokens) return;
    const std::size_t width = static_cast<std::size_t>(a_.width);
    inputs_.resize(tokens);
    targets_.resize(tokens);
    streams_.clear();
    for (int i = 0; i <= a_.layers; ++i) streams_.emplace_back(tokens * width);
    d_stream_ = numerics::AlignedFloats(tokens * width);
    scratch_.emplace(a_, tokens);
    for (Block& block : blocks_) block.reserve(tokens);
    head_->reserve(tokens);
  }

  void take_windows(std::span<const std::int32_t> windows, std::size_t window) {
    for (std::size_t s = 0; s * window < windows.size(); ++s) {
      const auto tokens = windows.subspan(s * window, window);
      std::transform(tokens.begin(), tokens.end() - 1, inputs_.begin() + static_cast<std::ptrdiff_t>(s * (window - 1)),
                     input_of);
      std::copy_n(tokens.begin() + 1, window - 1, targets_.begin() + static_cast<std::ptrdiff_t>(s * (window - 1)));
    }
  }

  [[nodiscard]] Matrix stream(std::size_t i) {
    return matrix(streams_[i].data(), inputs_.size(), static_cast<std::size_t>(a_.width));
  }

  /// @param segment tokens of a lane
  void forward(std::size_t segment) {
    embedding_->forward(inputs_, static_cast<std::size_t>(a_.context), stream(0));
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      beat("train");
      blocks_[i].forward(stream(i), stream(i + 1), *scratch_, segment);
    }
  }

  void pass(const Head::Loss& loss, std::span<double> losses) {
    forward(gradients_.segment());
    const Matrix d = matrix(d_stream_.data(), inputs_.size(), static_cast<std::size_t>(a_.width));
    head_->loss_and_backward(stream(blocks_.size()), loss, d, *embedding_, gradients_, losses);
    for (std::size_t i = blocks_.size(); i-- > 0;) {
      beat("train");
      blocks_[i].backward(stream(i), d, *scratch_, gradients_);
    }
    embedding_->backward(inputs_, d, gradients_);
  }

  Architecture a_;
  float surest_;  // a probability above has no loss
  ParameterLayout layout_;
  GroupGradients gradients_;
  std::optional<Embedding> embedding_;
  std::optional<numerics::Rotary> rotary_;
  std::vector<Block> blocks_;
  std::optional<Head> head_;
  std::optional<BlockScratch> scratch_;
  std::vector<numerics::AlignedFloats> streams_;  // what enters each block, and what leaves the last
  numerics::AlignedFloats d_stream_;
  std::vector<std::int32_t> inputs_, targets_;
};

}  // namespace

std::unique_ptr<LanePass> make_fused_pass(const Architecture& architecture, const float* flat, double truncated) {
  return std::make_unique<FusedPass>(architecture, flat, truncated);
}

}  // namespace genloss::workers
