#pragma once
// The one exception type of the product. It lives in jobs/; of this room, comms/ and storage/ may include
// only it and heartbeat.hpp: every room has to fail in the same words.

#include <stdexcept>
#include <string>
#include <utility>

namespace genloss {

/// Exit codes of `genloss` (sysexits.h numbers; docs/how-it-works.md lists them).
enum class ExitCode : int {
  done = 0,
  usage = 64,             ///< unknown option, ill-typed value, options that contradict each other
  bad_data = 65,          ///< damaged, missing or unusable input
  missing_resource = 69,  ///< device, library, launcher mismatch, run directory in use
  internal = 70,          ///< a defect of genloss, or a collective that missed its deadline
  input_output = 74,      ///< disk full, unreadable, unwritable
  stopped = 75,           ///< stopped on request; state is saved, run the same command again
};

/// An error that names what was done, to what, why it failed, and what the user can do about it.
class Error : public std::runtime_error {
 public:
  /// @param code exit code of the whole job
  /// @param operation what was being done, e.g. "read shard"
  /// @param object to what, e.g. a path, an option, a rank
  /// @param cause why it failed
  /// @param hint what to do next; empty if nothing useful can be said
  Error(ExitCode code, std::string operation, std::string object, std::string cause, std::string hint = {})
      : std::runtime_error(operation + " " + object + ": " + cause),
        code_(code),
        operation_(std::move(operation)),
        object_(std::move(object)),
        cause_(std::move(cause)),
        hint_(std::move(hint)) {}

  [[nodiscard]] ExitCode code() const noexcept { return code_; }
  [[nodiscard]] const std::string& operation() const noexcept { return operation_; }
  [[nodiscard]] const std::string& object() const noexcept { return object_; }
  [[nodiscard]] const std::string& cause() const noexcept { return cause_; }
  [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

 private:
  ExitCode code_;
  std::string operation_, object_, cause_, hint_;
};

}  // namespace genloss
