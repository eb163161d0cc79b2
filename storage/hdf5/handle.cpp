#include "storage/hdf5/handle.hpp"

#include <string_view>
#include <utility>

namespace genloss::storage::hdf5 {
namespace {

/// The first record walked upward is the one nearest to the cause.
herr_t keep_first(unsigned index, const H5E_error2_t* record, void* out) {
  if (index == 0 && record->desc != nullptr) *static_cast<std::string*>(out) = record->desc;
  return 0;
}

/// "file write failed: ..., error message = 'No space left on device', buf = ..." -> "No space left on device"
std::string system_message(const std::string& text) {
  constexpr std::string_view key = "error message = '";
  const std::size_t begin = text.find(key);
  if (begin == std::string::npos) return {};
  const std::size_t end = text.find('\'', begin + key.size());
  return text.substr(begin + key.size(), end - begin - key.size());
}

}  // namespace

void throw_error(const Context& context) {
  std::string cause;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_first, &cause);
  H5Eclear2(H5E_DEFAULT);
  const std::string system = system_message(cause);
  const bool writing = context.code == ExitCode::input_output;
  std::string hint = writing
                         ? "free space there or choose another folder with --runtime.runs, then run the same command "
                           "again: nothing half-written was left behind"
                         : "the file is damaged: run 'genloss verify' on its run directory";
  if (cause.empty()) cause = "HDF5 refused without a reason";
  throw Error(context.code, context.operation, context.path.string(), system.empty() ? "HDF5: " + cause : system,
              std::move(hint));
}

Handle::~Handle() {
  if (id_ >= 0 && close_(id_) < 0) H5Eclear2(H5E_DEFAULT);
}

Handle::Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}

Handle& Handle::operator=(Handle&& other) noexcept {
  std::swap(id_, other.id_);
  std::swap(close_, other.close_);
  return *this;
}

void Handle::close(const Context& context) {
  if (id_ >= 0) check(close_(std::exchange(id_, -1)), context);
}

}  // namespace genloss::storage::hdf5
