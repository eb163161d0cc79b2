#pragma once
// What self and dry-run share: a rank that is alone with its data.

#include <deque>

#include "comms/communicator.hpp"

namespace genloss::comms {

/// A communicator without peers. Messages to itself are kept and can be received; everything else is a copy.
class SingleRank : public Communicator {
 public:
  void barrier(std::string_view what) override;
  void broadcast(Buffer data, int root, std::string_view what) override;
  void all_reduce(Buffer data, ReduceOp op, std::string_view what) override;
  void reduce_scatter(ConstBuffer in, Buffer out, ReduceOp op, std::string_view what) override;
  void all_gather(ConstBuffer in, Buffer out, std::string_view what) override;
  void all_to_all(ConstBuffer in, Buffer out, std::string_view what) override;
  [[nodiscard]] std::vector<std::vector<std::byte>> exchange(const std::vector<std::vector<std::byte>>& send,
                                                             std::string_view what) override;
  [[nodiscard]] std::vector<std::vector<std::byte>> gather(std::span<const std::byte> mine, int root,
                                                           std::string_view what) override;
  void send(std::span<const std::byte> data, int to, int tag, std::string_view what) override;
  [[nodiscard]] std::optional<Envelope> probe(int tag) override;
  void receive(const Envelope& envelope, std::span<std::byte> data, std::string_view what) override;
  [[noreturn]] void abort(int exit_code) noexcept override;

 protected:
  /// Told of every operation with the bytes this rank would send to others: what a ring needs, the least there is.
  virtual void note(std::size_t) {}

 private:
  [[nodiscard]] std::size_t leaving(std::size_t bytes) const;
  struct Message {
    int tag;
    std::vector<std::byte> data;
  };
  std::deque<Message> messages_;
};

}  // namespace genloss::comms
