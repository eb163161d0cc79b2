#pragma once
// The lock of a run directory: one run at a time, on whatever host.

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "jobs/error.hpp"

namespace genloss::storage {

/// A living run holds the lock: waiting may help.
class DirectoryInUse : public Error {
 public:
  DirectoryInUse(const std::filesystem::path& directory, const std::string& cause, const std::string& hint);
};

/// What to do about a file system on which the lock does not work; the doctor says the same.
inline constexpr std::string_view locks_hint =
    "mount the file system with locks (NFS: without nolock; Lustre: -o flock; BeeGFS: tuneUseGlobalFileLocks), or give "
    "another one by --runtime.runs=DIR";

/// An exclusive lock on `<directory>/.lock` for as long as the object lives. The kernel drops it with the process, so a
/// killed run never blocks the next one of its host. Where locks do not hold between hosts, a counter in the file
/// that the holder advances does: a holder of another host that has not let go is watched over three intervals of
/// this process' own clock, and is alive if its counter moves. No file times, no clock of another host.
class RunLock {
 public:
  /// @param job id of the batch job, for whom it concerns; may be empty
  /// @param interval between two counts of the holder; the same for all who meet
  /// @throws DirectoryInUse naming the holder's host, process and job; Error(missing_resource) if the file system has
  /// no
  ///         locks
  explicit RunLock(const std::filesystem::path& directory, std::string_view job = {},
                   std::chrono::milliseconds interval = std::chrono::seconds(2));
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;
  /// Whether somebody holds it, without taking it. On a network file system without locks between hosts: whether
  /// somebody on this host does.
  [[nodiscard]] static bool is_held(const std::filesystem::path& directory) noexcept;

 private:
  class Holder;
  std::unique_ptr<Holder> holder_;
};

}  // namespace genloss::storage
