#pragma once
// How a rank that gives up on NCCL tells the others, and how they find out who is missing. NCCL itself cannot: its
// ranks would go on waiting inside kernels. So messages go by the host communicator, and every wait looks for them.

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "comms/mailbox.hpp"

namespace genloss::comms::nccl {

class Distress {
 public:
  /// @param host a communicator that nobody else sends this tag over; outlives this
  explicit Distress(Communicator& host);

  struct Call {
    int from = -1;
    std::uint64_t operation = 0;  ///< the caller's number of the operation it gave up in
    bool deadline = false;        ///< it waited too long; otherwise it failed
    std::string text;
  };
  /// Tells all other ranks once. Never waits.
  void call(std::uint64_t operation, bool deadline, const std::string& text);
  /// A call of another rank, if one has come.
  [[nodiscard]] std::optional<Call> heard();
  /// Ranks (without this one) of which no call has come after `grace`: they are not waiting, so the others wait for
  /// them.
  [[nodiscard]] std::vector<int> silent_ranks(std::chrono::milliseconds grace);

 private:
  struct Message {
    std::uint64_t operation = 0;
    std::uint32_t deadline = 0;
    std::array<char, 244> text{};
  };
  static constexpr int tag = 60;
  Communicator& host_;
  Mailbox<Message> mailbox_;
  std::vector<bool> heard_from_;
  bool called_ = false;
};

}  // namespace genloss::comms::nccl
