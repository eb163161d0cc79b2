#pragma once
// What the preloaded library writes and the tests read: one record for each call that changes files below a folder.

#include <cstdint>

namespace genloss::powerloss {

enum class Operation : std::uint16_t {
  open,      ///< of a file or folder that is there, with or without writing
  create,    ///< open that made a new file
  write,     ///< `offset`, and the bytes
  truncate,  ///< to `offset` bytes
  sync,      ///< fsync or fdatasync
  close,     ///< of a file that could be written
  rename,    ///< path to other
  link,      ///< other is a new name of path
  symlink,   ///< path is new and leads to other
  unlink,
  mkdir,
  rmdir
};

constexpr const char* names[] = {"open",   "create", "write",   "truncate", "fsync", "close",
                                 "rename", "link",   "symlink", "unlink",   "mkdir", "rmdir"};

/// Followed by the paths (absolute) and the bytes.
struct RecordHead {
  Operation operation;
  std::uint16_t injected;  ///< 1: the call was not made and returned an error
  std::int32_t process;
  std::int32_t descriptor;    ///< -1 if the call names a path
  std::uint32_t path, other;  ///< their bytes
  std::uint64_t offset, bytes;
  std::uint64_t call;  ///< how many calls that may fail this process had made, with this one
};

// The library's environment variables. Nothing is done without the first.
constexpr auto root_variable = "GENLOSS_IO_ROOT";  ///< the folder
constexpr auto log_variable = "GENLOSS_IO_LOG";    ///< where records are appended
constexpr auto fail_variable = "GENLOSS_IO_FAIL";  ///< "17:5": the 17th call that may fail returns errno 5

}  // namespace genloss::powerloss
