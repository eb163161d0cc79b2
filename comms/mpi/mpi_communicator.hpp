#pragma once
// Ranks over MPI. Every operation is started without blocking and then waited for with a deadline. After an error of
// the watchdog MPI still holds the buffers of what was not finished: end the job (abort), do not go on.

#include <list>

#include "comms/communicator.hpp"
#include "comms/mpi/mpi_handle.hpp"
#include "comms/mpi/watchdog.hpp"

namespace genloss::comms {

class MpiCommunicator final : public Communicator {
 public:
  /// Duplicates `parent` (collective).
  /// @param largest_count elements in one MPI call: MPI counts are int, so longer buffers go in pieces
  MpiCommunicator(MPI_Comm parent, Deadlines deadlines, std::size_t largest_count = std::size_t{1} << 30);
  ~MpiCommunicator() override;
  MpiCommunicator(const MpiCommunicator&) = delete;
  MpiCommunicator& operator=(const MpiCommunicator&) = delete;

  [[nodiscard]] int rank() const noexcept override { return rank_; }
  [[nodiscard]] int size() const noexcept override { return size_; }
  [[nodiscard]] std::string_view name() const noexcept override { return "mpi"; }

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
  [[nodiscard]] std::unique_ptr<Communicator> split(int color, int key) override;
  [[nodiscard]] std::string host_of(int rank) const override { return watchdog_.host_of(rank); }
  void wait_longer(std::chrono::milliseconds deadline) noexcept override {
    deadlines_.deadline = std::max(deadlines_.deadline, deadline);
    watchdog_.lengthen(deadline);
  }
  [[noreturn]] void abort(int exit_code) noexcept override;

 private:
  static constexpr std::size_t bulk_bytes = std::size_t{1} << 16;
  struct Piece {
    std::byte* data = nullptr;
    std::size_t bytes = 0;
    int peer = 0;
  };
  /// Sends and receives all pieces at once, in parts of at most largest_count_ bytes. All ranks are known to be here.
  void transfer(const std::vector<Piece>& sends, const std::vector<Piece>& receives, std::string_view what);
  /// @param bytes_moving 0: others may come late, nap; otherwise all are here and this much data flows
  void wait(std::span<MPI_Request> requests, std::size_t bytes_moving);
  void wait(MPI_Request& request, std::size_t bytes_moving);
  /// Before much data moves, waits until all ranks are here, so that the move itself can be waited for actively.
  /// @param bytes the same on all ranks
  /// @return what to tell wait(): 0 if this is little data, which goes without meeting
  [[nodiscard]] std::size_t meet(std::size_t bytes);
  void forget_sent_messages();

  MpiHandle comm_;
  Deadlines deadlines_;
  Watchdog watchdog_;
  std::size_t largest_count_;
  int rank_ = 0, size_ = 1;
  struct Message {
    std::vector<std::byte> data;
    MPI_Request request = MPI_REQUEST_NULL;
  };
  std::list<Message> messages_;  // sent, not yet known to be delivered
};

}  // namespace genloss::comms
