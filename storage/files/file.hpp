#pragma once
// Owners of file descriptors and memory maps; every failure becomes an Error that names the path.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

namespace genloss::storage {

/// Error(input_output) for `path` out of an errno; a full disk gets its own hint.
[[noreturn]] void throw_errno(std::string_view operation, const std::filesystem::path& path, int error);

/// A file descriptor.
class File {
 public:
  /// @throws Error(bad_data) if there is no such file, Error(input_output) if it cannot be opened
  [[nodiscard]] static File open(const std::filesystem::path& path);
  /// New or emptied, for writing. @throws Error(input_output)
  [[nodiscard]] static File create(const std::filesystem::path& path);
  /// For appending, created if missing. @throws Error(input_output)
  [[nodiscard]] static File append_to(const std::filesystem::path& path);
  ~File();
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  void write(std::span<const std::byte> data);
  void write(std::string_view text);
  /// Up to data.size() bytes from where the last read ended; 0 at the end of the file.
  [[nodiscard]] std::size_t read(std::span<std::byte> data);
  /// All of data.size() bytes from `offset` on. @throws Error(bad_data) if the file ends before
  void read_at(std::uint64_t offset, std::span<std::byte> data) const;
  void sync();
  /// Lets the kernel begin to write out what is dirty, without waiting.
  void start_writeback() noexcept;
  void truncate(std::uint64_t bytes);
  [[nodiscard]] std::uint64_t size() const;
  /// Reports errors that only closing shows (network file systems). The destructor closes silently.
  void close();
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

 private:
  File(std::filesystem::path path, int descriptor);
  std::filesystem::path path_;
  int descriptor_ = -1;
};

/// A whole file, mapped read-only. Sealed files never change, so the map stays valid while they are read.
class MappedFile {
 public:
  MappedFile() = default;
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::string_view text() const noexcept;

 private:
  std::span<const std::byte> bytes_;
};

}  // namespace genloss::storage
