#pragma once
// Running a transformer over tokens with a cache of keys and values. Two implementations: Decoder here, by kernels for
// cores; DeviceDecoder in workers/cuda/.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace genloss::workers {

/// A token to be processed. Its row's positions 0 .. position - 1 were processed before it.
struct DecodeToken {
  int row = 0;
  int position = 0;
  std::int32_t id = 0;
  bool wants_logits = true;  ///< of the token that follows
};

/// Receives the logits [vocabulary] of tokens[token]; they are valid during the call.
using LogitSink = std::function<void(std::size_t token, std::span<const float> logits)>;

/// The logits of a token are a function of the weights, of the tokens of its row and (on some devices) of the row's
/// number alone, bit for bit on one kind of processor: not of other rows, or of how a row's tokens were cut into calls.
class TokenDecoder {
 public:
  virtual ~TokenDecoder() = default;
  TokenDecoder(const TokenDecoder&) = delete;
  TokenDecoder& operator=(const TokenDecoder&) = delete;

  /// Processes `tokens`. All of a row stand together, positions ascending; a row that begins again at position 0
  /// forgets what it held. @throws Error(internal) for a row, position or token that does not exist
  virtual void forward(std::span<const DecodeToken> tokens, const LogitSink& sink) = 0;
  /// Sequences that are remembered.
  [[nodiscard]] virtual int rows() const noexcept = 0;

 protected:
  TokenDecoder() = default;
  TokenDecoder(TokenDecoder&&) = default;
  TokenDecoder& operator=(TokenDecoder&&) = default;
};

}  // namespace genloss::workers
