#pragma once
// Ranks over NCCL: bulk data goes from GPU to GPU, everything else by the communicator it was made from.

#include <functional>
#include <memory>
#include <thread>

#include "comms/communicator.hpp"
#include "comms/nccl/cuda_objects.hpp"
#include "comms/nccl/device.hpp"
#include "comms/nccl/distress.hpp"

namespace genloss::comms::nccl {

/// Operations on device memory run over NCCL on a stream of this communicator; the calls of Communicator wait for them.
/// Buffers in host memory, messages, text and flags go by the host communicator. Every wait polls the event, NCCL's own
/// errors, calls for help of other ranks, and the deadline. After the first error NCCL is aborted, never destroyed; the
/// other ranks are told; and every later call throws. Made, waited for and closed by one thread; start_...() may also
/// be called by another one while that thread waits for it.
class NcclCommunicator final : public Communicator {
 public:
  /// Collective: chooses a GPU per rank, agrees on versions, makes the communicator without blocking, and tries it with
  /// one small sum.
  /// @throws Error(missing_resource) or Error(internal) on all ranks if any fails
  [[nodiscard]] static std::unique_ptr<NcclCommunicator> create(Communicator& ranks, Deadlines deadlines);
  /// Finalizes and destroys NCCL's side; aborts it instead after an error or while an exception is on its way.
  ~NcclCommunicator() override;
  NcclCommunicator(const NcclCommunicator&) = delete;
  NcclCommunicator& operator=(const NcclCommunicator&) = delete;

  [[nodiscard]] int rank() const noexcept override { return host_->rank(); }
  [[nodiscard]] int size() const noexcept override { return host_->size(); }
  [[nodiscard]] std::string_view name() const noexcept override { return "nccl"; }
  [[nodiscard]] const Device& device() const noexcept { return device_; }

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
  [[noreturn]] void abort(int exit_code) noexcept override;

  // The same operations on device memory, only queued on stream(). To be followed by wait_for() before the host relies
  // on anything.
  void start_broadcast(Buffer data, int root, std::string_view what);
  void start_all_reduce(Buffer data, ReduceOp op, std::string_view what);
  void start_reduce_scatter(ConstBuffer in, Buffer out, ReduceOp op, std::string_view what);
  void start_all_gather(ConstBuffer in, Buffer out, std::string_view what);
  void start_all_to_all(ConstBuffer in, Buffer out, std::string_view what);
  [[nodiscard]] cudaStream_t stream() const noexcept { return stream_.get(); }
  /// Until the mark is reached.
  void wait_for(const Event& event, std::string_view what);

 private:
  using Clock = std::chrono::steady_clock;
  NcclCommunicator(std::unique_ptr<Communicator> host, Device device, Deadlines deadlines);
  void initialize();
  void first_sum();
  void refuse_after_abort(std::string_view what) const;
  /// Runs `call`, which may only begin what is asked of it, and polls until NCCL has taken it in.
  void issue(std::string_view what, const std::function<ncclResult_t()>& call);
  /// Polls until NCCL is not busy with an earlier call.
  void settle(std::string_view what, ncclComm_t comm);
  /// Polls until `done`, with everything that can go wrong meanwhile.
  void watch(std::string_view what, const std::function<bool()>& done);
  void look_for_trouble(std::string_view what, Clock::time_point begin);
  void wait_for_stream(std::string_view what);
  [[noreturn]] void fail(std::string_view what, const std::string& cause);
  [[noreturn]] void give_up(std::string_view what, Clock::time_point begin);
  void break_off() noexcept;
  [[nodiscard]] bool close_in_order() noexcept;

  std::unique_ptr<Communicator> host_;
  Device device_;
  Deadlines deadlines_;
  Distress distress_;
  Stream stream_;
  ncclComm_t comm_ = nullptr;
  std::thread::id thread_ = std::this_thread::get_id();  // the one that may speak to MPI
  std::uint64_t operation_ = 0;
  bool aborted_ = false;
  std::string reason_;  // why it was aborted
};

[[nodiscard]] ncclDataType_t nccl_type(DType type) noexcept;
[[nodiscard]] ncclRedOp_t nccl_op(ReduceOp op) noexcept;
/// Whether this is memory of a device (host memory, pinned or not, is not).
[[nodiscard]] bool on_device(const void* memory) noexcept;

}  // namespace genloss::comms::nccl
