#include "storage/corpus/shard_seal.hpp"

#include <array>
#include <cstring>
#include <span>

#include "jobs/error.hpp"
#include "storage/files/digest.hpp"
#include "storage/files/file.hpp"

namespace genloss::storage {
namespace {

/// The file ends with `extents` Extents and this.
struct Footer {
  std::uint64_t body_bytes = 0;  ///< of the HDF5 file
  std::uint64_t extents = 0;
  std::uint32_t crc = 0;  ///< over body without extents, extents, and the two numbers above
  std::array<char, 12> magic = {'g', 'e', 'n', 'l', 'o', 's', 's', ' ', 's', 'e', 'a', 'l'};
};
static_assert(sizeof(Footer) == 32 && sizeof(Extent) == 16, "they are written as they lie in memory");

/// Nothing if extents are not ascending inside of the body.
bool lie_inside(std::span<const Extent> extents, std::uint64_t body_bytes) {
  std::uint64_t next = 0;
  for (const Extent& extent : extents) {
    if (extent.begin < next || extent.begin > body_bytes || extent.count > body_bytes - extent.begin) return false;
    next = extent.begin + extent.count;
  }
  return true;
}

std::uint32_t crc_of(std::span<const std::byte> body, std::span<const Extent> extents) {
  std::uint32_t crc = 0;
  std::uint64_t next = 0;
  for (const Extent& extent : extents) {
    crc = crc32c(body.subspan(next, extent.begin - next), crc);
    next = extent.begin + extent.count;
  }
  crc = crc32c(body.subspan(next), crc);
  crc = crc32c(std::as_bytes(extents), crc);
  const std::array<std::uint64_t, 2> numbers = {body.size(), extents.size()};
  return crc32c(std::as_bytes(std::span(numbers)), crc);
}

}  // namespace

void append_shard_seal(const std::filesystem::path& file, const std::vector<Extent>& values) {
  Footer footer;
  {
    const MappedFile body(file);
    footer.body_bytes = body.bytes().size();
    footer.extents = values.size();
    if (!lie_inside(values, footer.body_bytes)) {
      throw Error(ExitCode::internal, "seal shard", file.string(), "values lie outside of the file");
    }
    footer.crc = crc_of(body.bytes(), values);
  }
  File out = File::append_to(file);
  out.write(std::as_bytes(std::span(values)));
  out.write(std::as_bytes(std::span(&footer, 1)));
  out.close();
}

void check_shard_seal(const std::filesystem::path& file) {
  const auto refuse = [&file](const char* cause) {
    throw Error(ExitCode::bad_data, "read shard", file.string(), cause, "run 'genloss verify' on its run directory");
  };
  const MappedFile whole(file);
  const auto bytes = whole.bytes();
  Footer footer, expected;
  if (bytes.size() < sizeof footer) refuse("it is too short to be a sealed shard");
  std::memcpy(&footer, bytes.last(sizeof footer).data(), sizeof footer);
  if (footer.magic != expected.magic) refuse("it is not a sealed shard: its last bytes are missing or damaged");
  const std::uint64_t room = bytes.size() - sizeof footer;
  const bool fits = footer.body_bytes <= room && (room - footer.body_bytes) % sizeof(Extent) == 0 &&
                    footer.extents == (room - footer.body_bytes) / sizeof(Extent);
  if (!fits) refuse("its length does not fit its seal");
  std::vector<Extent> extents(footer.extents);
  const auto stored = bytes.subspan(footer.body_bytes, footer.extents * sizeof(Extent));
  if (!stored.empty()) std::memcpy(extents.data(), stored.data(), stored.size());
  const auto body = bytes.first(footer.body_bytes);
  if (!lie_inside(extents, body.size()) || crc_of(body, extents) != footer.crc) {
    refuse("its metadata, offsets or columns do not fit its CRC32C (damaged)");
  }
}

}  // namespace genloss::storage
