#pragma once
// Errors that travel: an Error of one rank as bytes for the others.

#include <exception>
#include <string>

#include "jobs/error.hpp"

namespace genloss::comms {

/// An error that happened on another rank, which has told its cause itself: to be obeyed, not to be printed again.
class RemoteError : public Error {
 public:
  RemoteError(const Error& cause, int rank);
  [[nodiscard]] int rank() const noexcept { return rank_; }

 private:
  int rank_;
};

[[nodiscard]] std::string error_to_text(const std::exception_ptr& error);
[[nodiscard]] Error error_from_text(const std::string& text);

/// Any exception as an Error: foreign ones become internal errors, a full memory a missing resource.
[[nodiscard]] Error as_error(const std::exception_ptr& error);

}  // namespace genloss::comms
