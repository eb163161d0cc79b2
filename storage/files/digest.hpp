#pragma once
// Names of content: SHA-256 as "sha256:<64 hex>", and CRC32C for bytes on disk.

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace genloss::storage {

/// A SHA-256. Trivially copyable, so it travels in messages.
struct Digest {
  std::array<std::uint8_t, 32> bytes{};
  auto operator<=>(const Digest&) const = default;  // NOLINT(modernize-use-nullptr): a fault of clang-tidy 14
  [[nodiscard]] std::string text() const;           ///< "sha256:<64 hex>"
  [[nodiscard]] std::string short_hex(int digits = 8) const;
  /// @throws Error(bad_data) if `text` is not of that form
  [[nodiscard]] static Digest parse(std::string_view text);
};

/// Incremental SHA-256 (OpenSSL). Integers are hashed little-endian; text is hashed with its length first, so that
/// two fields never run into each other.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  Sha256& bytes(std::span<const std::byte> data);
  Sha256& number(std::uint64_t value);
  Sha256& text(std::string_view value);
  Sha256& digest(const Digest& value);
  [[nodiscard]] Digest finish();  ///< once

 private:
  struct State;
  std::unique_ptr<State> state_;
};

[[nodiscard]] Digest sha256_of(std::string_view text);
[[nodiscard]] Digest sha256_of_file(const std::filesystem::path& path);

/// CRC32C (Castagnoli), of `data` after `seed` bytes' crc. crc32c("123456789") == 0xe3069283.
[[nodiscard]] std::uint32_t crc32c(std::span<const std::byte> data, std::uint32_t seed = 0) noexcept;
/// The same on processors without a CRC32C instruction.
[[nodiscard]] std::uint32_t crc32c_by_tables(std::span<const std::byte> data, std::uint32_t seed = 0) noexcept;
[[nodiscard]] std::uint32_t crc32c_of_file(const std::filesystem::path& path);

}  // namespace genloss::storage
