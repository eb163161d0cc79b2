// CRC32C (Castagnoli, reflected polynomial 0x82f63b78): by the processor's own instruction where there is one, else by
// eight tables, eight bytes at a time.

#include <array>
#include <bit>
#include <cstring>

#include "storage/files/digest.hpp"
#include "storage/files/integrity_time.hpp"

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace genloss::storage {
namespace {

static_assert(std::endian::native == std::endian::little, "files are little-endian and written as they lie in memory");

using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0x82f63b78U : 0U);
    tables[0][byte] = crc;
  }
  for (std::size_t byte = 0; byte < 256; ++byte) {
    for (std::size_t k = 1; k < 8; ++k) {
      const std::uint32_t before = tables[k - 1][byte];
      tables[k][byte] = (before >> 8) ^ tables[0][before & 0xff];
    }
  }
  return tables;
}
constexpr Tables tables = make_tables();

std::uint64_t load(const std::byte* at) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

std::uint32_t by_tables(std::uint32_t crc, const std::byte* at, std::size_t count) noexcept {
  for (; count >= 8; at += 8, count -= 8) {
    const std::uint64_t word = load(at) ^ crc;
    crc = 0;
    for (std::size_t k = 0; k < 8; ++k) crc ^= tables[7 - k][(word >> (8 * k)) & 0xff];
  }
  for (; count > 0; ++at, --count) crc = (crc >> 8) ^ tables[0][(crc ^ static_cast<std::uint32_t>(*at)) & 0xff];
  return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t by_instruction(std::uint32_t crc, const std::byte* at,
                                                               std::size_t count) noexcept {
  std::uint64_t wide = crc;
  for (; count >= 8; at += 8, count -= 8) wide = _mm_crc32_u64(wide, load(at));
  crc = static_cast<std::uint32_t>(wide);
  for (; count > 0; ++at, --count) crc = _mm_crc32_u8(crc, static_cast<unsigned char>(*at));
  return crc;
}
#endif

}  // namespace

std::uint32_t crc32c_by_tables(std::span<const std::byte> data, std::uint32_t seed) noexcept {
  return ~by_tables(~seed, data.data(), data.size());
}

std::uint32_t crc32c(std::span<const std::byte> data, std::uint32_t seed) noexcept {
  const IntegrityTimer timer;
#if defined(__x86_64__)
  static const bool has_instruction = __builtin_cpu_supports("sse4.2") != 0;
  if (has_instruction) return ~by_instruction(~seed, data.data(), data.size());
#endif
  return crc32c_by_tables(data, seed);
}

}  // namespace genloss::storage
