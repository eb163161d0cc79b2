#include "comms/error_text.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <new>

namespace genloss::comms {
namespace {

void put(std::string& out, const std::string& field) {
  const auto length = static_cast<std::uint32_t>(field.size());
  out.append(reinterpret_cast<const char*>(&length), sizeof length);
  out += field;
}

std::string take(const std::string& in, std::size_t& at) {
  std::uint32_t length = 0;
  std::memcpy(&length, in.data() + at, sizeof length);
  at += sizeof length;
  std::string field = in.substr(at, length);
  at += length;
  return field;
}

}  // namespace

RemoteError::RemoteError(const Error& cause, int rank)
    : Error(cause.code(), cause.operation(), cause.object() + " (rank " + std::to_string(rank) + ")", cause.cause(),
            cause.hint()),
      rank_(rank) {}

Error as_error(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Error& e) {
    return e;
  } catch (const std::bad_alloc&) {
    return {ExitCode::missing_resource, "allocate", "memory", "there is not enough",
            "use a smaller model, batch or shard"};
  } catch (const std::filesystem::filesystem_error& e) {
    return {ExitCode::input_output, "use", e.path1().string(), e.code().message(), "see the file system it lies on"};
  } catch (const std::exception& e) {
    return {ExitCode::internal, "run", "genloss", e.what(), "this is a defect: please report it with the run's log"};
  } catch (...) {
    return {ExitCode::internal, "run", "genloss", "an exception of unknown type", "this is a defect: please report it"};
  }
}

std::string error_to_text(const std::exception_ptr& error) {
  const Error e = as_error(error);
  std::string text;
  for (const auto& field :
       {std::to_string(static_cast<int>(e.code())), e.operation(), e.object(), e.cause(), e.hint()}) {
    put(text, field);
  }
  return text;
}

Error error_from_text(const std::string& text) {
  std::size_t at = 0;
  const auto code = static_cast<ExitCode>(std::stoi(take(text, at)));
  const std::string operation = take(text, at), object = take(text, at), cause = take(text, at), hint = take(text, at);
  return {code, operation, object, cause, hint};
}

}  // namespace genloss::comms
