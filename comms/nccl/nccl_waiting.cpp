// How NCCL is waited for: nothing in it blocks, and nothing in it tells of other ranks.

#include <sched.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <thread>

#include "comms/error_text.hpp"
#include "comms/nccl/nccl_communicator.hpp"
#include "comms/rank_list.hpp"
#include "jobs/error.hpp"
#include "jobs/numbers.hpp"

namespace genloss::comms::nccl {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

std::string seconds_text(std::chrono::steady_clock::duration waited) {
  return fixed_text(std::chrono::duration<double>(waited).count(), 1) + " s";
}

/// GPUs are quick: look often at first, then with a nap of a sixteenth of the time waited so far.
void pause(std::chrono::steady_clock::duration waited) {
  if (waited < microseconds(200)) {
    ::sched_yield();
  } else {
    std::this_thread::sleep_for(
        std::clamp<std::chrono::steady_clock::duration>(waited / 16, microseconds(20), milliseconds(1)));
  }
}

}  // namespace

void NcclCommunicator::refuse_after_abort(std::string_view what) const {
  if (!aborted_) return;
  throw Error(ExitCode::internal, std::string(what), "rank " + std::to_string(rank()),
              "NCCL was aborted before: " + reason_, "the first error of the job's ranks is the cause");
}

void NcclCommunicator::issue(std::string_view what, const std::function<ncclResult_t()>& call) {
  refuse_after_abort(what);
  look_for_trouble(what, Clock::now());  // a rank that comes late learns at once that the others have given up
  ++operation_;
  const ncclResult_t result = call();
  if (!accepted(result)) fail(what, nccl_words(result, comm_));
  if (result == ncclInProgress) settle(what, comm_);
}

void NcclCommunicator::settle(std::string_view what, ncclComm_t comm) {
  watch(what, [&] {
    ncclResult_t state = ncclSuccess;
    const ncclResult_t asked = ncclCommGetAsyncError(comm, &state);
    if (asked != ncclSuccess) fail(what, nccl_words(asked, comm));
    if (!accepted(state)) fail(what, nccl_words(state, comm));
    return state == ncclSuccess;
  });
}

void NcclCommunicator::watch(std::string_view what, const std::function<bool()>& done) {
  const auto begin = Clock::now();
  auto next_warning = deadlines_.stall;
  while (!done()) {
    look_for_trouble(what, begin);
    const auto waited = Clock::now() - begin;
    if (waited >= next_warning && rank() == 0) {
      std::fprintf(stderr, "genloss: warning: waiting for %.*s over NCCL since %s\n", static_cast<int>(what.size()),
                   what.data(), seconds_text(waited).c_str());
      next_warning *= 2;
    }
    if (waited >= deadlines_.deadline) give_up(what, begin);
    pause(waited);
  }
}

void NcclCommunicator::look_for_trouble(std::string_view what, Clock::time_point begin) {
  ncclResult_t state = ncclSuccess;
  if (comm_ != nullptr && (ncclCommGetAsyncError(comm_, &state) != ncclSuccess || !accepted(state))) {
    fail(what, nccl_words(state, comm_));
  }
  // MPI may be asked by its own thread alone; backward passes queue operations from LibTorch's.
  if (std::this_thread::get_id() != thread_) return;
  const auto call = distress_.heard();
  if (!call) return;
  if (call->deadline) give_up(what, begin);
  reason_ = call->text;
  break_off();
  throw RemoteError(Error(ExitCode::internal, std::string(what), "over NCCL", call->text), call->from);
}

void NcclCommunicator::wait_for(const Event& event, std::string_view what) {
  watch(what, [&] {
    try {
      return event.reached();
    } catch (const Error& error) {
      fail(what, error.cause());
    }
  });
}

void NcclCommunicator::wait_for_stream(std::string_view what) {
  Event mark;
  mark.record(stream_.get());
  wait_for(mark, what);
}

void NcclCommunicator::fail(std::string_view what, const std::string& cause) {
  reason_ = cause;
  break_off();
  // From another thread the error reaches this one's caller, who tells the ranks by other means.
  if (std::this_thread::get_id() == thread_) distress_.call(operation_, false, cause);
  throw Error(
      ExitCode::internal, std::string(what) + " over NCCL", "on " + uuid_text(device_.uuid), cause,
      "NCCL_DEBUG=WARN tells more; look at the other ranks' logs, nvidia-smi and the kernel log (Xid lines); then "
      "run the same command again, sealed work is kept");
}

/// The deadline has passed here or elsewhere: who does not say so too is the one waited for.
void NcclCommunicator::give_up(std::string_view what, Clock::time_point begin) {
  const std::string waited = seconds_text(Clock::now() - begin);
  reason_ = "the deadline passed in " + std::string(what);
  break_off();
  std::vector<int> silent;
  if (std::this_thread::get_id() == thread_) {
    distress_.call(operation_, true, reason_);
    silent = distress_.silent_ranks(std::clamp(deadlines_.deadline / 10, milliseconds(500), milliseconds(5000)));
  }
  const std::string who = silent.empty()
                              ? "all ranks wait, but the data does not come; check the network between the GPUs"
                              : name_ranks(silent, {}) + (silent.size() == 1 ? " has" : " have") + " not arrived";
  throw Error(
      ExitCode::internal, std::string(what) + " over NCCL", "on rank " + std::to_string(rank()),
      "waited " + waited + ": " + who,
      "look at those ranks' logs and hosts; NCCL_SOCKET_IFNAME may have to name the network interface; then run "
      "the same command again, sealed work is kept");
}

}  // namespace genloss::comms::nccl
