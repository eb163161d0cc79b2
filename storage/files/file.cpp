#include "storage/files/file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "jobs/error.hpp"
#include "storage/files/integrity_time.hpp"

namespace genloss::storage {
namespace {

int open_or_throw(const std::filesystem::path& path, int flags, std::string_view operation) {
  int descriptor = -1;
  do {
    descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0644);
  } while (descriptor < 0 && errno == EINTR);
  if (descriptor < 0) throw_errno(operation, path, errno);
  return descriptor;
}

}  // namespace

void throw_errno(std::string_view operation, const std::filesystem::path& path, int error) {
  const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  std::string hint;
  if (full) {
    hint =
        "free space there or choose another folder with --runtime.runs, then run the same command again: "
        "nothing half-written was left behind";
  } else if (error == EACCES || error == EPERM || error == EROFS) {
    hint = "it has to be a place that you may write to or read; the folder for runs is --runtime.runs";
  }
  throw Error(ExitCode::input_output, std::string(operation), path.string(), std::generic_category().message(error),
              std::move(hint));
}

File::File(std::filesystem::path path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

File File::open(const std::filesystem::path& path) {
  if (std::error_code ignored; !std::filesystem::exists(path, ignored)) {
    throw Error(ExitCode::bad_data, "read", path.string(), "there is no such file");
  }
  return {path, open_or_throw(path, O_RDONLY, "read")};
}

File File::create(const std::filesystem::path& path) {
  return {path, open_or_throw(path, O_WRONLY | O_CREAT | O_TRUNC, "create")};
}

File File::append_to(const std::filesystem::path& path) {
  return {path, open_or_throw(path, O_WRONLY | O_CREAT | O_APPEND, "append to")};
}

File::~File() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

File::File(File&& other) noexcept : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

File& File::operator=(File&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

void File::write(std::span<const std::byte> data) {
  while (!data.empty()) {
    const ssize_t written = ::write(descriptor_, data.data(), data.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      throw_errno("write", path_, errno);
    }
    data = data.subspan(static_cast<std::size_t>(written));
  }
}

void File::write(std::string_view text) { write(std::as_bytes(std::span(text))); }

std::size_t File::read(std::span<std::byte> data) {
  for (;;) {
    const ssize_t got = ::read(descriptor_, data.data(), data.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) throw_errno("read", path_, errno);
  }
}

void File::read_at(std::uint64_t offset, std::span<std::byte> data) const {
  while (!data.empty()) {
    const ssize_t got = ::pread(descriptor_, data.data(), data.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno("read", path_, errno);
    if (got == 0) {
      throw Error(ExitCode::bad_data, "read", path_.string(),
                  "it ends before byte " + std::to_string(offset + data.size()));
    }
    data = data.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
}

void File::sync() {
  const IntegrityTimer timer;
  if (::fsync(descriptor_) != 0) throw_errno("sync", path_, errno);
}

void File::start_writeback() noexcept {
#ifdef SYNC_FILE_RANGE_WRITE
  (void)::sync_file_range(descriptor_, 0, 0, SYNC_FILE_RANGE_WRITE);
#endif
}

void File::truncate(std::uint64_t bytes) {
  if (::ftruncate(descriptor_, static_cast<off_t>(bytes)) != 0) throw_errno("truncate", path_, errno);
}

std::uint64_t File::size() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) throw_errno("read size of", path_, errno);
  return static_cast<std::uint64_t>(status.st_size);
}

void File::close() {
  if (::close(std::exchange(descriptor_, -1)) != 0) throw_errno("close", path_, errno);
}

MappedFile::MappedFile(const std::filesystem::path& path) {
  const File file = File::open(path);
  const std::uint64_t size = file.size();
  if (size == 0) return;  // an empty range cannot be mapped
  void* const start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.descriptor(), 0);
  if (start == MAP_FAILED) throw_errno("map", path, errno);
  bytes_ = {static_cast<const std::byte*>(start), static_cast<std::size_t>(size)};
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  return *this;
}

std::string_view MappedFile::text() const noexcept {
  return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
}

}  // namespace genloss::storage
