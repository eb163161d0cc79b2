#pragma once
// Typed messages between ranks: structs of plain data, one tag per type.

#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

#include "comms/communicator.hpp"

namespace genloss::comms {

/// Sends and receives values of type M (trivially copyable) under one tag.
template <class M>
requires std::is_trivially_copyable_v<M>
class Mailbox {
 public:
  struct Received {
    int from = -1;
    M message{};
  };
  Mailbox(Communicator& ranks, int tag, std::string_view what) : ranks_(ranks), tag_(tag), what_(what) {}

  void send(int to, const M& message) { ranks_.send(std::as_bytes(std::span{&message, 1}), to, tag_, what_); }
  /// The next waiting message, if any; never waits.
  [[nodiscard]] std::optional<Received> poll() {
    const auto envelope = ranks_.probe(tag_);
    if (!envelope) return std::nullopt;
    Received received{envelope->source, {}};
    ranks_.receive(*envelope, std::as_writable_bytes(std::span{&received.message, 1}), what_);
    return received;
  }

 private:
  Communicator& ranks_;
  int tag_;
  std::string_view what_;
};

}  // namespace genloss::comms
