#include "workers/passes/reading_pass.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "jobs/heartbeat.hpp"
#include "workers/numerics/gemm.hpp"
#include "workers/numerics/norm.hpp"
#include "workers/numerics/parallel.hpp"
#include "workers/passes/block.hpp"
#include "workers/passes/embedding.hpp"
#include "workers/passes/head.hpp"

namespace genloss::workers {

using numerics::Matrix;
using numerics::matrix;

struct ReadingPass::State {
  State(const Architecture& architecture, const float* flat)
      : a(architecture), layout(parameter_layout(architecture)), width(static_cast<std::size_t>(architecture.width)) {
    ParameterCursor parameters(layout, flat);
    embedding.emplace(parameters, a);
    if (a.positions == Positions::rope) rotary.emplace(rotary_for(static_cast<std::size_t>(a.context)));
    for (int i = 0; i < a.layers; ++i) blocks.emplace_back(parameters, a, rotary ? &*rotary : nullptr);
    head.emplace(parameters, a, embedding->tokens());
    for (Block& block : blocks) block.prepare();
    head->prepare();
  }

  [[nodiscard]] numerics::Rotary rotary_for(std::size_t length) const {
    return {length, static_cast<std::size_t>(a.head_size), a.rope_theta};
  }

  void expect_sequences_of(std::size_t length) {
    for (Block& block : blocks) block.expect_sequences_of(length);
    if (rotary) *rotary = rotary_for(length);
  }

  void reserve(std::size_t tokens) {
    if (x.size() >= tokens * width) return;
    x = numerics::AlignedFloats(tokens * width);
    y = numerics::AlignedFloats(tokens * width);
    scratch.emplace(a, tokens);
    for (Block& block : blocks) block.reserve(tokens);
  }

  Architecture a;
  ParameterLayout layout;
  std::size_t width;
  std::optional<Embedding> embedding;
  std::optional<numerics::Rotary> rotary;
  std::vector<Block> blocks;
  std::optional<Head> head;
  std::optional<BlockScratch> scratch;
  numerics::AlignedFloats x, y;
};

ReadingPass::ReadingPass(const Architecture& architecture, const float* flat)
    : state_(std::make_unique<State>(architecture, flat)) {}
ReadingPass::~ReadingPass() = default;
ReadingPass::ReadingPass(ReadingPass&&) noexcept = default;
ReadingPass& ReadingPass::operator=(ReadingPass&&) noexcept = default;

void ReadingPass::read(std::span<const std::int32_t> tokens, std::size_t length, std::span<const std::size_t> places,
                       const Sink& sink) {
  State& s = *state_;
  s.expect_sequences_of(length);
  s.reserve(tokens.size());
  Matrix from = matrix(s.x.data(), tokens.size(), s.width), to = matrix(s.y.data(), tokens.size(), s.width);
  s.embedding->forward(tokens, length, from);
  for (Block& block : s.blocks) {
    beat("read texts");
    block.forward(from, to, *s.scratch, length);
    std::swap(from, to);
  }
  // The wanted rows close together: the head is the largest product.
  for (std::size_t i = 0; i < places.size(); ++i) std::copy_n(from.at(places[i], 0), s.width, to.at(i, 0));
  s.head->read(to.block(0, places.size(), 0, s.width), sink);
}

}  // namespace genloss::workers
