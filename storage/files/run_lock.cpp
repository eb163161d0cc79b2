#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <utility>

#include "jobs/error.hpp"
#include "storage/files/durable.hpp"
#include "storage/files/file.hpp"

namespace genloss::storage {
namespace {

/// An open-file-description lock: it belongs to this opening of the file, works over NFS, and ends with the process.
bool try_lock(int descriptor) noexcept {
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  return ::fcntl(descriptor, F_OFD_SETLK, &whole) == 0;
}

std::string holder_of(int descriptor) {
  std::array<char, 400> text{};
  const ssize_t got = ::pread(descriptor, text.data(), text.size(), 0);
  std::string holder(text.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  while (!holder.empty() && holder.back() == '\n') holder.pop_back();
  return holder.empty() ? "another process" : holder;
}

std::string own_name() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
  return "process " + std::to_string(::getpid()) + " on host " + host.data();
}

}  // namespace

RunLock::RunLock(const std::filesystem::path& directory) {
  const auto path = directory / ".lock";
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) throw_errno("lock", path, errno);
  if (!try_lock(descriptor)) {
    const int error = errno;
    const std::string holder = holder_of(descriptor);
    ::close(descriptor);
    if (error != EAGAIN && error != EACCES) throw_errno("lock", path, error);
    throw Error(ExitCode::missing_resource, "lock run directory", directory.string(), "it is in use by " + holder,
                "wait until that run has ended, or stop it");
  }
  descriptor_ = descriptor;
  const std::string name = own_name() + "\n";
  // Only for the message above; a lock without a name still locks.
  if (::ftruncate(descriptor_, 0) == 0) (void)!::pwrite(descriptor_, name.data(), name.size(), 0);
}

RunLock::~RunLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}
RunLock::RunLock(RunLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
RunLock& RunLock::operator=(RunLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

bool RunLock::is_held(const std::filesystem::path& directory) noexcept {
  const int descriptor = ::open((directory / ".lock").c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  struct flock whole {};
  whole.l_type = F_RDLCK;
  whole.l_whence = SEEK_SET;
  const bool told = ::fcntl(descriptor, F_OFD_GETLK, &whole) == 0;
  ::close(descriptor);
  return told && whole.l_type != F_UNLCK;
}

}  // namespace genloss::storage
