// A library for LD_PRELOAD: stands between a program and libc, records every call that changes files below one folder,
// and can let one of them fail. HDF5 and the C++ library call libc through its public names, so nothing escapes but
// stdio's own buffers (fwrite), which only the logs of ranks use, and those promise nothing.

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "tests/faults/powerloss/record.hpp"

namespace genloss::powerloss {
namespace {

template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

struct Opened {
  std::string path;
  bool writable = false;
};

/// All state. Never destroyed: other libraries' destructors still write files.
struct Recorder {
  std::string root;
  int log = -1;
  long fail_at = 0, calls = 0;
  int fail_with = 0;
  std::recursive_mutex mutex;  ///< a call and its record are one step
  std::map<int, Opened> opened;

  Recorder() {
    const char* folder = std::getenv(root_variable);
    const char* file = std::getenv(log_variable);
    if (folder == nullptr || file == nullptr) return;
    log = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    if (log >= 0) root = folder;
    if (const char* fail = std::getenv(fail_variable)) (void)std::sscanf(fail, "%ld:%d", &fail_at, &fail_with);
  }

  [[nodiscard]] bool is_inside(std::string_view path) const {
    return !root.empty() && path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
  }

  void append(Operation operation, bool injected, int descriptor, std::string_view path, std::string_view other = {},
              std::uint64_t offset = 0, std::string_view bytes = {}) const {
    const RecordHead head{operation,
                          injected ? std::uint16_t{1} : std::uint16_t{0},
                          ::getpid(),
                          descriptor,
                          static_cast<std::uint32_t>(path.size()),
                          static_cast<std::uint32_t>(other.size()),
                          offset,
                          bytes.size(),
                          static_cast<std::uint64_t>(calls)};
    std::string record(reinterpret_cast<const char*>(&head), sizeof head);
    record.append(path).append(other).append(bytes);
    if (::syscall(SYS_write, log, record.data(), record.size()) != static_cast<long>(record.size())) std::abort();
  }

  /// Whether this call is the one that fails; sets errno.
  bool fails(Operation operation, int descriptor, std::string_view path, std::string_view other = {}) {
    if (++calls != fail_at) return false;
    append(operation, true, descriptor, path, other);
    errno = fail_with;
    return true;
  }

  const Opened* find(int descriptor) {
    const auto found = opened.find(descriptor);
    return found == opened.end() ? nullptr : &found->second;
  }
};

Recorder& recorder() {
  static Recorder* const one = new Recorder;
  return *one;
}

std::string absolute(int folder, const char* path) {
  namespace fs = std::filesystem;
  if (path == nullptr) return {};
  if (path[0] == '/') return fs::path(path).lexically_normal().string();
  char base[4096] = {};
  const std::string link = folder == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/" + std::to_string(folder);
  if (::readlink(link.c_str(), base, sizeof base - 1) < 0) return path;
  std::string whole = (fs::path(base) / path).lexically_normal().string();
  if (whole.size() > 1 && whole.ends_with('/')) whole.pop_back();
  return whole;
}

/// A call that names one or two paths. `call` makes it.
template <class Call>
int by_path(Operation operation, const std::string& path, const std::string& other, Call call) {
  Recorder& r = recorder();
  if (!r.is_inside(path) && !r.is_inside(other)) return call();
  const std::lock_guard guard(r.mutex);
  if (r.fails(operation, -1, path, other)) return -1;
  const int result = call();
  const int error = errno;
  if (result == 0) r.append(operation, false, -1, path, other);
  errno = error;
  return result;
}

/// `open` gives a descriptor of `path`, or something that `descriptor_of` knows it of.
template <class Open, class DescriptorOf, class Nothing>
auto opening(const std::string& path, bool writable, bool creates, bool empties, Open open, DescriptorOf descriptor_of,
             Nothing nothing) -> decltype(open()) {
  Recorder& r = recorder();
  if (!r.is_inside(path)) return open();
  const std::lock_guard guard(r.mutex);
  struct stat status {};
  const bool was_there = ::stat(path.c_str(), &status) == 0;
  const auto operation = creates && !was_there ? Operation::create : Operation::open;
  // HDF5 opens before it creates, to see whether the file is there; that this fails is no news.
  const bool may_fail = creates || (writable && was_there);
  if (may_fail && r.fails(operation, -1, path)) return nothing;
  const auto result = open();
  const int error = errno;
  if (const int descriptor = descriptor_of(result); descriptor >= 0) {
    r.opened[descriptor] = {path, writable};
    r.append(operation, false, descriptor, path);
    if (empties && was_there) r.append(Operation::truncate, false, descriptor, path);
  }
  errno = error;
  return result;
}

int opening(int folder, const char* path, int flags, mode_t mode) {
  const auto open = [&] { return static_cast<int>(::syscall(SYS_openat, folder, path, flags, mode)); };
  return opening(
      absolute(folder, path), (flags & O_ACCMODE) != O_RDONLY, (flags & O_CREAT) != 0, (flags & O_TRUNC) != 0, open,
      [](int descriptor) { return descriptor; }, -1);
}

mode_t mode_of(int flags, va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : mode_t{0};
}

/// A call that changes the file of a descriptor. `call` makes it; `done` records it, given its result.
template <class Result, class Call, class Done>
Result by_descriptor(Operation operation, int descriptor, Call call, Done done) {
  Recorder& r = recorder();
  if (r.root.empty()) return call();
  const std::lock_guard guard(r.mutex);
  const Opened* const file = r.find(descriptor);
  if (file == nullptr) return call();
  const bool may_fail = operation != Operation::close || file->writable;
  if (may_fail && r.fails(operation, descriptor, file->path)) {
    if (operation == Operation::close) {  // the descriptor is gone even then
      r.opened.erase(descriptor);
      const int error = errno;
      (void)call();
      errno = error;
    }
    return static_cast<Result>(-1);
  }
  const Result result = call();
  const int error = errno;
  if (result >= 0) done(r, *file, result);
  errno = error;
  return result;
}

/// Records `bytes` that were just written at `end - bytes`, as the file now has them.
void record_written(Recorder& r, const Opened& file, int descriptor, std::uint64_t begin, std::uint64_t bytes) {
  std::string data(bytes, '\0');
  const int again = static_cast<int>(::syscall(
      SYS_openat, AT_FDCWD, ("/proc/self/fd/" + std::to_string(descriptor)).c_str(), O_RDONLY | O_CLOEXEC, 0));
  const long got = again < 0 ? -1 : ::pread(again, data.data(), bytes, static_cast<off_t>(begin));
  if (got != static_cast<long>(bytes)) std::abort();
  ::syscall(SYS_close, again);
  r.append(Operation::write, false, descriptor, file.path, {}, begin, data);
}

/// Records what a call at the file's own position has written.
void record_at_position(Recorder& r, const Opened& file, int descriptor, std::uint64_t bytes) {
  if (bytes == 0) return;
  const auto end = static_cast<std::uint64_t>(::lseek(descriptor, 0, SEEK_CUR));
  record_written(r, file, descriptor, end - bytes, bytes);
}

template <class Call>
ssize_t writing(int descriptor, Call call) {
  return by_descriptor<ssize_t>(Operation::write, descriptor, call, [&](Recorder& r, const Opened& file, ssize_t n) {
    record_at_position(r, file, descriptor, static_cast<std::uint64_t>(n));
  });
}

ssize_t writing_at(int descriptor, const void* data, std::size_t size, off_t offset) {
  const auto call = [&] { return static_cast<ssize_t>(::syscall(SYS_pwrite64, descriptor, data, size, offset)); };
  return by_descriptor<ssize_t>(Operation::write, descriptor, call, [&](Recorder& r, const Opened& file, ssize_t n) {
    r.append(Operation::write, false, descriptor, file.path, {}, static_cast<std::uint64_t>(offset),
             {static_cast<const char*>(data), static_cast<std::size_t>(n)});
  });
}

template <class Call>
int syncing(int descriptor, Call call) {
  return by_descriptor<int>(Operation::sync, descriptor, call, [&](Recorder& r, const Opened& file, int) {
    r.append(Operation::sync, false, descriptor, file.path);
  });
}

int truncating(int descriptor, off_t size) {
  const auto call = [&] { return static_cast<int>(::syscall(SYS_ftruncate, descriptor, size)); };
  return by_descriptor<int>(Operation::truncate, descriptor, call, [&](Recorder& r, const Opened& file, int) {
    r.append(Operation::truncate, false, descriptor, file.path, {}, static_cast<std::uint64_t>(size));
  });
}

int truncating(const char* path, off_t size) {
  const int descriptor = opening(AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0);
  if (descriptor < 0) return -1;
  const int result = truncating(descriptor, size), error = errno;
  ::close(descriptor);
  errno = error;
  return result;
}

template <class Call>
int closing(int descriptor, Call call) {
  return by_descriptor<int>(Operation::close, descriptor, call, [&](Recorder& r, const Opened& file, int) {
    r.append(Operation::close, false, descriptor, file.path);
    r.opened.erase(descriptor);
  });
}

std::FILE* opening(const char* path, const char* mode, const char* name) {
  const std::string_view words(mode);
  const bool writes = words.find_first_of("wa+") != std::string_view::npos;
  const auto open = [&] { return real<std::FILE*(const char*, const char*)>(name)(path, mode); };
  const auto descriptor_of = [](std::FILE* file) { return file == nullptr ? -1 : ::fileno(file); };
  return opening(absolute(AT_FDCWD, path), writes, words.find_first_of("wa") != std::string_view::npos,
                 words.starts_with('w'), open, descriptor_of, static_cast<std::FILE*>(nullptr));
}

}  // namespace
}  // namespace genloss::powerloss

using namespace genloss::powerloss;  // NOLINT(google-build-using-namespace): libc's names stand outside of namespaces

extern "C" {

#define GENLOSS_OPEN(name)                         \
  int name(const char* path, int flags, ...) {     \
    va_list arguments;                             \
    va_start(arguments, flags);                    \
    const mode_t mode = mode_of(flags, arguments); \
    va_end(arguments);                             \
    return opening(AT_FDCWD, path, flags, mode);   \
  }
#define GENLOSS_OPENAT(name)                               \
  int name(int folder, const char* path, int flags, ...) { \
    va_list arguments;                                     \
    va_start(arguments, flags);                            \
    const mode_t mode = mode_of(flags, arguments);         \
    va_end(arguments);                                     \
    return opening(folder, path, flags, mode);             \
  }
GENLOSS_OPEN(open)
GENLOSS_OPEN(open64)
GENLOSS_OPENAT(openat)
GENLOSS_OPENAT(openat64)

int creat(const char* path, mode_t mode) { return opening(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode); }
int creat64(const char* path, mode_t mode) { return creat(path, mode); }
std::FILE* fopen(const char* path, const char* mode) { return opening(path, mode, "fopen"); }
std::FILE* fopen64(const char* path, const char* mode) { return opening(path, mode, "fopen64"); }
int fclose(std::FILE* file) {
  return closing(::fileno(file), [&] { return real<int(std::FILE*)>("fclose")(file); });
}
int close(int descriptor) {
  return closing(descriptor, [&] { return static_cast<int>(::syscall(SYS_close, descriptor)); });
}

ssize_t write(int descriptor, const void* data, std::size_t size) {
  return writing(descriptor, [&] { return static_cast<ssize_t>(::syscall(SYS_write, descriptor, data, size)); });
}
ssize_t writev(int descriptor, const iovec* parts, int count) {
  return writing(descriptor, [&] { return static_cast<ssize_t>(::syscall(SYS_writev, descriptor, parts, count)); });
}
ssize_t sendfile(int out, int in, off_t* offset, std::size_t count) {
  return writing(out, [&] { return static_cast<ssize_t>(::syscall(SYS_sendfile, out, in, offset, count)); });
}
ssize_t sendfile64(int out, int in, off64_t* offset, std::size_t count) { return sendfile(out, in, offset, count); }
ssize_t copy_file_range(int in, off64_t* from, int out, off64_t* to, std::size_t count, unsigned int flags) {
  if (to != nullptr) {  // not at the file's own position: nobody here does so
    errno = ENOSYS;
    return -1;
  }
  return writing(out,
                 [&] { return static_cast<ssize_t>(::syscall(SYS_copy_file_range, in, from, out, to, count, flags)); });
}
ssize_t pwrite(int descriptor, const void* data, std::size_t size, off_t offset) {
  return writing_at(descriptor, data, size, offset);
}
ssize_t pwrite64(int descriptor, const void* data, std::size_t size, off64_t offset) {
  return writing_at(descriptor, data, size, offset);
}

int ftruncate(int descriptor, off_t size) noexcept { return truncating(descriptor, size); }
int ftruncate64(int descriptor, off64_t size) noexcept { return truncating(descriptor, size); }
int truncate(const char* path, off_t size) noexcept { return truncating(path, size); }
int truncate64(const char* path, off64_t size) noexcept { return truncating(path, size); }
int fsync(int descriptor) {
  return syncing(descriptor, [&] { return static_cast<int>(::syscall(SYS_fsync, descriptor)); });
}
int fdatasync(int descriptor) {
  return syncing(descriptor, [&] { return static_cast<int>(::syscall(SYS_fdatasync, descriptor)); });
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) noexcept {
  return by_path(Operation::rename, absolute(from_folder, from), absolute(to_folder, to),
                 [&] { return static_cast<int>(::syscall(SYS_renameat2, from_folder, from, to_folder, to, flags)); });
}
int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
  return renameat2(from_folder, from, to_folder, to, 0);
}
int rename(const char* from, const char* to) noexcept { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }
int linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) noexcept {
  return by_path(Operation::link, absolute(from_folder, from), absolute(to_folder, to),
                 [&] { return static_cast<int>(::syscall(SYS_linkat, from_folder, from, to_folder, to, flags)); });
}
int link(const char* from, const char* to) noexcept { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }
int symlinkat(const char* target, int folder, const char* path) noexcept {
  // The target is kept as it was written, so only `path` is made absolute.
  Recorder& r = recorder();
  const std::string whole = absolute(folder, path);
  const auto call = [&] { return static_cast<int>(::syscall(SYS_symlinkat, target, folder, path)); };
  return r.is_inside(whole) ? by_path(Operation::symlink, whole, target, call) : call();
}
int symlink(const char* target, const char* path) noexcept { return symlinkat(target, AT_FDCWD, path); }
int unlinkat(int folder, const char* path, int flags) noexcept {
  const auto operation = (flags & AT_REMOVEDIR) != 0 ? Operation::rmdir : Operation::unlink;
  return by_path(operation, absolute(folder, path), {},
                 [&] { return static_cast<int>(::syscall(SYS_unlinkat, folder, path, flags)); });
}
int unlink(const char* path) noexcept { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char* path) noexcept { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char* path) noexcept {
  struct stat status {};
  const bool is_folder = ::lstat(path, &status) == 0 && S_ISDIR(status.st_mode);
  return is_folder ? rmdir(path) : unlink(path);
}
int mkdirat(int folder, const char* path, mode_t mode) noexcept {
  return by_path(Operation::mkdir, absolute(folder, path), {},
                 [&] { return static_cast<int>(::syscall(SYS_mkdirat, folder, path, mode)); });
}
int mkdir(const char* path, mode_t mode) noexcept { return mkdirat(AT_FDCWD, path, mode); }

}  // extern "C"
