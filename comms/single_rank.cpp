#include "comms/single_rank.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "comms/lanes/arithmetic.hpp"
#include "jobs/error.hpp"

namespace genloss::comms {

/// Of `bytes` that are cut into a slice for each rank, those that are not this rank's own.
std::size_t SingleRank::leaving(std::size_t bytes) const { return bytes - bytes / static_cast<std::size_t>(size()); }

void SingleRank::barrier(std::string_view) { note(0); }

void SingleRank::broadcast(Buffer data, int root, std::string_view) {
  note(root == rank() && size() > 1 ? data.bytes() : 0);
}

void SingleRank::all_reduce(Buffer data, ReduceOp op, std::string_view) {
  note(2 * leaving(data.bytes()));
  if (op != ReduceOp::sum || size() == 1) return;  // as if every rank had contributed the same
  with_type(data.dtype, [&](auto zero) {
    using T = decltype(zero);
    auto* values = static_cast<T*>(data.data);
    for (std::size_t i = 0; i < data.count; ++i) values[i] = static_cast<T>(values[i] * static_cast<T>(size()));
  });
}

void SingleRank::reduce_scatter(ConstBuffer in, Buffer out, ReduceOp op, std::string_view) {
  note(leaving(in.bytes()));
  std::memmove(out.data, static_cast<const std::byte*>(in.data) + static_cast<std::size_t>(rank()) * out.bytes(),
               out.bytes());
  if (op != ReduceOp::sum || size() == 1) return;
  with_type(out.dtype, [&](auto zero) {
    using T = decltype(zero);
    auto* values = static_cast<T*>(out.data);
    for (std::size_t i = 0; i < out.count; ++i) values[i] = static_cast<T>(values[i] * static_cast<T>(size()));
  });
}

void SingleRank::all_gather(ConstBuffer in, Buffer out, std::string_view) {
  note(leaving(out.bytes()));
  for (int r = 0; r < size(); ++r) {
    auto* slot = static_cast<std::byte*>(out.data) + static_cast<std::size_t>(r) * in.bytes();
    if (slot != in.data) std::memmove(slot, in.data, in.bytes());
  }
}

void SingleRank::all_to_all(ConstBuffer in, Buffer out, std::string_view) {
  note(leaving(in.bytes()));
  const std::size_t block = in.bytes() / static_cast<std::size_t>(size());
  const auto* mine = static_cast<const std::byte*>(in.data) + static_cast<std::size_t>(rank()) * block;
  for (int r = 0; r < size(); ++r) {
    std::memcpy(static_cast<std::byte*>(out.data) + static_cast<std::size_t>(r) * block, mine, block);
  }
}

std::vector<std::vector<std::byte>> SingleRank::exchange(const std::vector<std::vector<std::byte>>& send,
                                                         std::string_view) {
  std::size_t bytes = 0;
  for (const auto& block : send) bytes += block.size();
  note(bytes - send[static_cast<std::size_t>(rank())].size());
  return std::vector<std::vector<std::byte>>(send.size(), send[static_cast<std::size_t>(rank())]);
}

std::vector<std::vector<std::byte>> SingleRank::gather(std::span<const std::byte> mine, int root, std::string_view) {
  note(rank() == root ? 0 : mine.size());
  if (rank() != root) return {};
  return std::vector<std::vector<std::byte>>(static_cast<std::size_t>(size()), {mine.begin(), mine.end()});
}

void SingleRank::send(std::span<const std::byte> data, int to, int tag, std::string_view) {
  note(to == rank() ? 0 : data.size());
  if (to == rank()) messages_.push_back({tag, {data.begin(), data.end()}});
}

std::optional<Envelope> SingleRank::probe(int tag) {
  for (const auto& message : messages_) {
    if (message.tag == tag) return Envelope{rank(), tag, message.data.size()};
  }
  return std::nullopt;
}

void SingleRank::receive(const Envelope& envelope, std::span<std::byte> data, std::string_view what) {
  const auto message =
      std::find_if(messages_.begin(), messages_.end(), [&](const Message& l) { return l.tag == envelope.tag; });
  if (message == messages_.end() || message->data.size() != data.size()) {
    throw Error(ExitCode::internal, "receive", std::string(what), "no such message");
  }
  std::copy(message->data.begin(), message->data.end(), data.begin());
  messages_.erase(message);
}

void SingleRank::abort(int exit_code) noexcept { std::_Exit(exit_code); }

}  // namespace genloss::comms
