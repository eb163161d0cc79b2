#pragma once
// Windows of a token stream: what a language model trains on.

#include <cstdint>
#include <memory>
#include <span>

#include "workers/mix/unit_source.hpp"
#include "workers/text/token_stream.hpp"

namespace genloss::workers {

/// How many windows of `context` predicted tokens a stream of `length` tokens has. The last, incomplete one is dropped.
[[nodiscard]] constexpr std::uint64_t windows_in(std::uint64_t length, std::uint64_t context) noexcept {
  return length > context ? (length - 1) / context : 0;
}

/// Window i is tokens [i * context, i * context + context], context + 1 of them: inputs and, shifted by one, targets.
/// So every token but the first is predicted exactly once.
class WindowSource final : public UnitSource {
 public:
  /// @param context predicted tokens per window, > 0
  WindowSource(std::unique_ptr<TokenStream> stream, std::uint64_t context)
      : stream_(std::move(stream)), context_(context) {}
  [[nodiscard]] std::uint64_t units() const override { return windows_in(stream_->length(), context_); }
  [[nodiscard]] std::size_t unit_bytes() const override { return (context_ + 1) * sizeof(std::int32_t); }
  [[nodiscard]] bool in_files() const override { return stream_->in_files(); }
  /// @param out context + 1 int32 tokens, of any alignment
  void read(std::uint64_t unit, std::span<std::byte> out) override;

 private:
  std::unique_ptr<TokenStream> stream_;
  std::uint64_t context_;
};

}  // namespace genloss::workers
