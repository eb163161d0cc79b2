#include "storage/files/run_lock.hpp"

#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

#include "storage/files/file.hpp"

namespace genloss::storage {
namespace fs = std::filesystem;
namespace {

constexpr int watched_intervals = 3;
constexpr std::string_view counter_name = "heartbeat ";

/// An open-file-description lock: it belongs to this opening of the file, works over NFS, and ends with the process.
bool try_lock(int descriptor) noexcept {
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  return ::fcntl(descriptor, F_OFD_SETLK, &whole) == 0;
}

std::string own_host() {
  std::array<char, 256> host{};
  return ::gethostname(host.data(), host.size() - 1) == 0 ? host.data() : "?";
}

std::string own_name(std::string_view job) {
  std::string name = "process " + std::to_string(::getpid()) + " on host " + own_host();
  if (!job.empty()) name += ", job " + std::string(job);
  return name;
}

/// What the lock file says: empty if the last holder has let go, or there was none.
struct Claim {
  std::string name, counter;
  [[nodiscard]] bool is_of_this_host() const {
    const std::string here = " on host " + own_host();
    const auto at = name.find(here);
    const auto end = at + here.size();
    return at != std::string::npos && (end == name.size() || name[end] == ',');
  }
};

/// Opened anew each time: network file systems look at the server's copy then.
Claim read_claim(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return {};
  std::array<char, 600> text{};
  const ssize_t got = ::pread(descriptor, text.data(), text.size(), 0);
  ::close(descriptor);
  const std::string all(text.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  const auto end = all.find('\n');
  const auto counter = all.find(counter_name);
  return {all.substr(0, end), counter == std::string::npos ? "" : all.substr(counter)};
}

bool moves(const fs::path& path, const Claim& first, std::chrono::milliseconds interval) {
  for (int i = 0; i < watched_intervals; ++i) {
    std::this_thread::sleep_for(interval);
    if (read_claim(path).counter != first.counter) return true;
  }
  return false;
}

}  // namespace

DirectoryInUse::DirectoryInUse(const fs::path& directory, const std::string& cause, const std::string& hint)
    : Error(ExitCode::missing_resource, "lock run directory", directory.string(), cause, hint) {}

/// The open lock file, and the thread that counts in it.
class RunLock::Holder {
 public:
  Holder(const fs::path& directory, std::string_view job, std::chrono::milliseconds interval)
      : path_(directory / ".lock"), name_(own_name(job)), interval_(interval) {
    descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor_ < 0) throw_errno("lock", path_, errno);
    try {
      take(directory);
    } catch (...) {
      ::close(descriptor_);
      throw;
    }
    count();
    thread_ = std::thread([this] { run(); });
  }
  ~Holder() {
    {
      const std::lock_guard guard(mutex_);
      ended_ = true;
    }
    wake_.notify_all();
    thread_.join();
    (void)!::ftruncate(descriptor_, 0);  // let go in order: nobody need watch
    ::close(descriptor_);
  }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;

 private:
  void take(const fs::path& directory) const {
    if (!try_lock(descriptor_)) {
      const int error = errno;
      if (error == ENOLCK || error == ENOSYS || error == EOPNOTSUPP || error == EINVAL) {
        throw Error(ExitCode::missing_resource, "lock run directory", directory.string(),
                    std::string("its file system has no locks (") + std::strerror(error) +
                        "), so a second run could not be kept out",
                    std::string(locks_hint));
      }
      if (error != EAGAIN && error != EACCES) throw_errno("lock", path_, error);
      const std::string name = read_claim(path_).name;
      throw DirectoryInUse(directory, "it is in use by " + (name.empty() ? "another process" : name),
                           "wait until that run has ended, or stop it");
    }
    const Claim last = read_claim(path_);
    if (last.name.empty() || last.is_of_this_host() || !moves(path_, last, interval_)) return;
    throw DirectoryInUse(
        directory, "it is in use by " + last.name + ", whose heartbeat goes on",
        "wait until that run has ended, or stop it; locks do not hold between these hosts: " + std::string(locks_hint));
  }

  /// One write, always as long: readers see a whole claim. Failures are those of the disk; the run meets them itself.
  void count() {
    std::array<char, 32> number{};
    std::snprintf(number.data(), number.size(), "%012llu\n", static_cast<unsigned long long>(++counted_));
    const std::string text = name_ + "\n" + std::string(counter_name) + number.data();
    if (counted_ == 1) (void)!::ftruncate(descriptor_, static_cast<off_t>(text.size()));
    (void)!::pwrite(descriptor_, text.data(), text.size(), 0);
  }

  void run() {
    std::unique_lock guard(mutex_);
    while (!wake_.wait_for(guard, interval_, [this] { return ended_; })) count();
  }

  fs::path path_;
  std::string name_;
  std::chrono::milliseconds interval_;
  int descriptor_ = -1;
  std::uint64_t counted_ = 0;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ended_ = false;
  std::thread thread_;
};

RunLock::RunLock(const fs::path& directory, std::string_view job, std::chrono::milliseconds interval)
    : holder_(std::make_unique<Holder>(directory, job, interval)) {}
RunLock::~RunLock() = default;

bool RunLock::is_held(const fs::path& directory) noexcept {
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
