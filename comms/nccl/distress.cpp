#include "comms/nccl/distress.hpp"

#include <algorithm>
#include <thread>

namespace genloss::comms::nccl {

Distress::Distress(Communicator& host)
    : host_(host), mailbox_(host, tag, "NCCL failure"), heard_from_(static_cast<std::size_t>(host.size())) {}

void Distress::call(std::uint64_t operation, bool deadline, const std::string& text) {
  if (called_) return;
  called_ = true;
  Message message{operation, deadline ? 1U : 0U, {}};
  text.copy(message.text.data(), message.text.size() - 1);
  for (int rank = 0; rank < host_.size(); ++rank) {
    if (rank != host_.rank()) mailbox_.send(rank, message);
  }
}

std::optional<Distress::Call> Distress::heard() {
  auto received = mailbox_.poll();
  if (!received) received = mailbox_.poll();  // MPI takes in what has come while it says that nothing has
  if (!received) return std::nullopt;
  heard_from_[static_cast<std::size_t>(received->from)] = true;
  return Call{received->from, received->message.operation, received->message.deadline != 0,
              received->message.text.data()};
}

std::vector<int> Distress::silent_ranks(std::chrono::milliseconds grace) {
  const auto end = std::chrono::steady_clock::now() + grace;
  std::vector<int> silent;
  do {
    while (heard()) {
    }
    silent.clear();
    for (int rank = 0; rank < host_.size(); ++rank) {
      if (rank != host_.rank() && !heard_from_[static_cast<std::size_t>(rank)]) silent.push_back(rank);
    }
    if (silent.empty()) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  } while (std::chrono::steady_clock::now() < end);
  return silent;
}

}  // namespace genloss::comms::nccl
