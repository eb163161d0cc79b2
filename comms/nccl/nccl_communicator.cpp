#include "comms/nccl/nccl_communicator.hpp"

#include <cstdlib>
#include <exception>
#include <utility>

#include "jobs/error.hpp"

namespace genloss::comms::nccl {
namespace {

/// NCCL's bootstrap connects every rank to one; above this many it takes several identifiers to spread that load.
constexpr int ranks_per_identifier = 128;

ncclUniqueId new_identifier() {
  ncclUniqueId id{};
  const ncclResult_t result = ncclGetUniqueId(&id);
  if (result != ncclSuccess) {
    throw Error(
        ExitCode::internal, "start NCCL on", "rank 0", nccl_words(result, nullptr),
        "NCCL_SOCKET_IFNAME may have to name the network interface between the nodes; NCCL_DEBUG=INFO tells more");
  }
  return id;
}

/// Made on rank 0, known to all; an error of rank 0 is everyone's.
std::vector<ncclUniqueId> agree_on_identifiers(Communicator& host) {
  std::vector<ncclUniqueId> ids(static_cast<std::size_t>((host.size() - 1) / ranks_per_identifier + 1));
  std::exception_ptr error;
  try {
    if (host.is_root()) {
      for (auto& id : ids) id = new_identifier();
    }
  } catch (...) {
    error = std::current_exception();
  }
  host.agree_on_errors(error, "NCCL identifier");
  host.broadcast({ids.data(), ids.size() * sizeof(ncclUniqueId), DType::u8}, 0, "NCCL identifier");
  return ids;
}

ncclConfig_t without_blocking() {
  ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
  config.blocking = 0;
  return config;
}

}  // namespace

std::unique_ptr<NcclCommunicator> NcclCommunicator::create(Communicator& ranks, Deadlines deadlines) {
  const Device device = choose_device(ranks);
  std::unique_ptr<NcclCommunicator> made(new NcclCommunicator(ranks.split(0, ranks.rank()), device, deadlines));
  made->initialize();
  return made;
}

NcclCommunicator::NcclCommunicator(std::unique_ptr<Communicator> host, Device device, Deadlines deadlines)
    : host_(std::move(host)), device_(std::move(device)), deadlines_(deadlines), distress_(*host_) {}

NcclCommunicator::~NcclCommunicator() {
  if (comm_ == nullptr) return;
  if (std::uncaught_exceptions() > 0 || !close_in_order()) break_off();
}

void NcclCommunicator::initialize() {
  auto ids = agree_on_identifiers(*host_);
  auto config = without_blocking();
  issue("NCCL initialisation", [&] {
    return ids.size() == 1
               ? ncclCommInitRankConfig(&comm_, size(), ids.front(), rank(), &config)
               : ncclCommInitRankScalable(&comm_, size(), rank(), static_cast<int>(ids.size()), ids.data(), &config);
  });
  first_sum();
  host_->barrier("NCCL initialisation");  // whatever goes wrong from now on, it happened to a working communicator
}

/// A communicator that was made may still not be able to move data (a firewall, a broken link): found out now, not
/// after the first step.
void NcclCommunicator::first_sum() {
  constexpr std::string_view what = "first sum over NCCL";
  const DeviceMemory cell(sizeof(std::int64_t));
  const auto staged =
      pinned_memory(sizeof(std::int64_t));  // copies of other memory would wait for the sum, without end
  auto* const value = reinterpret_cast<std::int64_t*>(staged.get());
  *value = rank() + 1;
  cuda_check(cudaMemcpyAsync(cell.data(), value, sizeof *value, cudaMemcpyHostToDevice, stream_.get()), what);
  start_all_reduce({cell.data(), 1, DType::i64}, ReduceOp::sum, what);
  cuda_check(cudaMemcpyAsync(value, cell.data(), sizeof *value, cudaMemcpyDeviceToHost, stream_.get()), what);
  wait_for_stream(what);
  const auto ranks = static_cast<std::int64_t>(size());
  if (*value != ranks * (ranks + 1) / 2) fail(what, "the sum over ranks is wrong: " + std::to_string(*value));
}

std::unique_ptr<Communicator> NcclCommunicator::split(int color, int key) {
  if (color < 0) throw Error(ExitCode::internal, "split", "an NCCL communicator", "colours count from 0");
  refuse_after_abort("split");
  std::unique_ptr<NcclCommunicator> part(new NcclCommunicator(host_->split(color, key), device_, deadlines_));
  auto config = without_blocking();
  // NCCL writes part->comm_ when it is done, so both sides are polled while that place is alive.
  issue("split", [&] { return ncclCommSplit(comm_, color, key, &part->comm_, &config); });
  part->settle("split", part->comm_);
  return part;
}

bool NcclCommunicator::close_in_order() noexcept {
  try {
    wait_for_stream("NCCL's end");
    issue("NCCL's end", [&] { return ncclCommFinalize(comm_); });
    return accepted(ncclCommDestroy(std::exchange(comm_, nullptr)));
  } catch (...) {
    return comm_ == nullptr;  // fail() has broken off
  }
}

void NcclCommunicator::break_off() noexcept {
  aborted_ = true;
  if (ncclComm_t const comm = std::exchange(comm_, nullptr)) (void)ncclCommAbort(comm);
}

void NcclCommunicator::abort(int exit_code) noexcept {
  break_off();
  host_->abort(exit_code);
  std::_Exit(exit_code);  // not reached
}

}  // namespace genloss::comms::nccl
