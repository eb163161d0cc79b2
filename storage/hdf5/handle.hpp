#pragma once
// Owners of HDF5 identifiers and checked calls. Everything that touches <hdf5.h> is in this folder.

#include <hdf5.h>

#include <filesystem>
#include <string>

#include "jobs/error.hpp"

namespace genloss::storage::hdf5 {

/// What a failing call was about; an Error is made of it.
struct Context {
  const char* operation;              ///< "write shard"
  const std::filesystem::path& path;  ///< the file
  ExitCode code;                      ///< of the Error: input_output when writing, bad_data when reading
};

/// Throws what HDF5 has on its error stack, the operating system's own words first.
[[noreturn]] void throw_error(const Context& context);
/// Negative is failure, for identifiers, sizes and statuses alike.
template <class Result>
Result check(Result result, const Context& context) {
  if (result < 0) throw_error(context);
  return result;
}

/// Move-only owner of one identifier.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Handle() = default;
  Handle(hid_t id, Close closer, const Context& context) : id_(check(id, context)), close_(closer) {}
  ~Handle();
  Handle(Handle&& other) noexcept;
  Handle& operator=(Handle&& other) noexcept;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  [[nodiscard]] hid_t id() const noexcept { return id_; }
  [[nodiscard]] explicit operator bool() const noexcept { return id_ >= 0; }
  /// Closes now and reports failure, which the destructor cannot.
  void close(const Context& context);

 private:
  hid_t id_ = -1;
  Close close_ = nullptr;
};

}  // namespace genloss::storage::hdf5
