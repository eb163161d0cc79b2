#include "comms/communicator.hpp"

#include <array>
#include <cstring>

#include "comms/error_text.hpp"
#include "jobs/error.hpp"

namespace genloss::comms {

std::string Communicator::broadcast_text(std::string text, int root, std::string_view what) {
  std::uint64_t length = text.size();
  broadcast(bytes_of(length), root, what);
  text.resize(length);
  if (length > 0) broadcast({text.data(), text.size(), DType::u8}, root, what);
  return text;
}

std::int64_t Communicator::agree_max(std::int64_t value, std::string_view what) {
  all_reduce({&value, 1, DType::i64}, ReduceOp::max, what);
  return value;
}

void Communicator::agree_on_errors(const std::exception_ptr& mine, std::string_view what) {
  // The lowest failing rank tells: ranks without an error bid "none" (0), others size - rank.
  const std::int64_t bid = mine ? size() - rank() : 0;
  const std::int64_t highest = agree_max(bid, what);
  if (highest == 0) return;
  const int teller = size() - static_cast<int>(highest);
  const std::string told = broadcast_text(mine && rank() == teller ? error_to_text(mine) : std::string(), teller, what);
  if (mine) std::rethrow_exception(mine);
  throw RemoteError(error_from_text(told), teller);
}

void Communicator::together(std::string_view what, const std::function<void()>& action) {
  std::exception_ptr error;
  try {
    action();
  } catch (...) {
    error = std::current_exception();
  }
  agree_on_errors(error, what);
}

void Communicator::on_root(std::string_view what, const std::function<void()>& action) {
  together(what, [&] {
    if (is_root()) action();
  });
}

void Communicator::root_first(std::string_view what, const std::function<void()>& action) {
  for (const bool turn_of_root : {true, false}) {
    together(what, [&] {
      if (is_root() == turn_of_root) action();
    });
  }
}

}  // namespace genloss::comms
