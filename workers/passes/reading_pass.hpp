#pragma once
// A model reads text, by the arithmetic it was trained with: the forward half of the fused pass.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "workers/transformer/architecture.hpp"

namespace genloss::workers {

class ReadingPass {
 public:
  /// @param flat the parameters; they are not to change
  ReadingPass(const Architecture& architecture, const float* flat);
  ~ReadingPass();
  ReadingPass(ReadingPass&&) noexcept;
  ReadingPass& operator=(ReadingPass&&) noexcept;
  ReadingPass(const ReadingPass&) = delete;
  ReadingPass& operator=(const ReadingPass&) = delete;

  /// Receives the logits [vocabulary] behind places[i]; they are valid during the call. Called by several threads at
  /// once, for different i.
  using Sink = std::function<void(std::size_t i, std::span<const float> logits)>;
  /// @param tokens [sequences, length]
  /// @param length of the sequences, at most the context
  /// @param places of these, the ones whose logits are wanted. What a place gives depends on its sequence alone, and in
  /// that on what stands before it.
  void read(std::span<const std::int32_t> tokens, std::size_t length, std::span<const std::size_t> places,
            const Sink& sink);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace genloss::workers
