#include "storage/files/digest.hpp"

#include <openssl/evp.h>

#include <bit>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "jobs/error.hpp"
#include "jobs/heartbeat.hpp"
#include "storage/files/file.hpp"
#include "storage/files/integrity_time.hpp"

namespace genloss::storage {
namespace {

constexpr std::string_view prefix = "sha256:";
constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::size_t read_block = std::size_t{1} << 20;

std::string hex(std::span<const std::uint8_t> bytes) {
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text += hex_digits[byte >> 4];
    text += hex_digits[byte & 15];
  }
  return text;
}

void check(int ok) {
  if (ok != 1) throw Error(ExitCode::internal, "compute", "SHA-256", "libcrypto refused");
}

/// Calls `use` with consecutive parts of a file, in constant memory.
template <class Use>
void for_each_block(const std::filesystem::path& path, Use use) {
  File file = File::open(path);
  std::vector<std::byte> block(read_block);
  for (std::size_t got = file.read(block); got > 0; got = file.read(block)) {
    beat("hash files");
    use(std::span(block).first(got));
  }
}

}  // namespace

std::string Digest::text() const { return std::string(prefix) + hex(bytes); }

std::string Digest::short_hex(int digits) const { return hex(bytes).substr(0, static_cast<std::size_t>(digits)); }

Digest Digest::parse(std::string_view text) {
  Digest digest;
  bool good = text.starts_with(prefix) && text.size() == prefix.size() + 2 * digest.bytes.size();
  for (std::size_t i = 0; good && i < 2 * digest.bytes.size(); ++i) {
    const std::size_t value = hex_digits.find(text[prefix.size() + i]);
    good = value != std::string_view::npos;
    if (good) digest.bytes[i / 2] = static_cast<std::uint8_t>(digest.bytes[i / 2] << 4 | value);
  }
  if (!good) {
    throw Error(ExitCode::bad_data, "read digest", "'" + std::string(text.substr(0, 100)) + "'",
                "is not of the form sha256:<64 hexadecimal digits>");
  }
  return digest;
}

struct Sha256::State {
  struct Free {
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> evp{EVP_MD_CTX_new()};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  check(state_->evp ? 1 : 0);
  check(EVP_DigestInit_ex(state_->evp.get(), EVP_sha256(), nullptr));
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::bytes(std::span<const std::byte> data) {
  constexpr std::size_t worth_a_look_at_the_clock = 4096;
  std::optional<IntegrityTimer> timer;
  if (data.size() >= worth_a_look_at_the_clock) timer.emplace();
  check(EVP_DigestUpdate(state_->evp.get(), data.data(), data.size()));
  return *this;
}

Sha256& Sha256::number(std::uint64_t value) {
  std::array<std::byte, 8> little_endian{};
  for (auto& byte : little_endian) {
    byte = static_cast<std::byte>(value & 0xff);
    value >>= 8;
  }
  return bytes(little_endian);
}

Sha256& Sha256::text(std::string_view value) { return number(value.size()).bytes(std::as_bytes(std::span(value))); }

Sha256& Sha256::digest(const Digest& value) { return bytes(std::as_bytes(std::span(value.bytes))); }

Digest Sha256::finish() {
  Digest digest;
  check(EVP_DigestFinal_ex(state_->evp.get(), digest.bytes.data(), nullptr));
  return digest;
}

Digest sha256_of(std::string_view text) { return Sha256().bytes(std::as_bytes(std::span(text))).finish(); }

Digest sha256_of_file(const std::filesystem::path& path) {
  const IntegrityTimer timer;
  Sha256 hash;
  for_each_block(path, [&](std::span<const std::byte> block) { hash.bytes(block); });
  return hash.finish();
}

std::uint32_t crc32c_of_file(const std::filesystem::path& path) {
  const IntegrityTimer timer;
  std::uint32_t crc = 0;
  for_each_block(path, [&](std::span<const std::byte> block) { crc = crc32c(block, crc); });
  return crc;
}

}  // namespace genloss::storage
