#pragma once
// Encodes much text: remembers the words that it has seen.

#include <memory>
#include <string_view>
#include <vector>

#include "workers/text/tokenizer.hpp"

namespace genloss::workers {

/// Tokens are those of Tokenizer::encode. Memory is bounded (some tens of MB). One per thread.
class Encoder {
 public:
  explicit Encoder(Tokenizer tokenizer);
  ~Encoder();
  Encoder(Encoder&&) noexcept;
  Encoder& operator=(Encoder&&) noexcept;
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;

  /// Appends the tokens of `text`, any bytes.
  void append(std::string_view text, std::vector<std::int32_t>& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace genloss::workers
