#include "comms/nccl/nccl_communicator.hpp"
#include "jobs/error.hpp"

namespace genloss::comms::nccl {

ncclDataType_t nccl_type(DType type) noexcept {
  switch (type) {
    case DType::u8:
      return ncclUint8;
    case DType::i32:
      return ncclInt32;
    case DType::i64:
      return ncclInt64;
    case DType::u64:
      return ncclUint64;
    case DType::f32:
      return ncclFloat32;
    case DType::f64:
      return ncclFloat64;
  }
  return ncclUint8;
}

ncclRedOp_t nccl_op(ReduceOp op) noexcept {
  return op == ReduceOp::sum ? ncclSum : op == ReduceOp::max ? ncclMax : ncclMin;
}

bool on_device(const void* memory) noexcept {
  cudaPointerAttributes attributes{};
  if (cudaPointerGetAttributes(&attributes, memory) != cudaSuccess) {
    (void)cudaGetLastError();
    return false;
  }
  return attributes.type == cudaMemoryTypeDevice || attributes.type == cudaMemoryTypeManaged;
}

void NcclCommunicator::start_broadcast(Buffer data, int root, std::string_view what) {
  issue(what, [&] {
    return ncclBroadcast(data.data, data.data, data.count, nccl_type(data.dtype), root, comm_, stream_.get());
  });
}

void NcclCommunicator::start_all_reduce(Buffer data, ReduceOp op, std::string_view what) {
  issue(what, [&] {
    return ncclAllReduce(data.data, data.data, data.count, nccl_type(data.dtype), nccl_op(op), comm_, stream_.get());
  });
}

void NcclCommunicator::start_reduce_scatter(ConstBuffer in, Buffer out, ReduceOp op, std::string_view what) {
  issue(what, [&] {
    return ncclReduceScatter(in.data, out.data, out.count, nccl_type(in.dtype), nccl_op(op), comm_, stream_.get());
  });
}

void NcclCommunicator::start_all_gather(ConstBuffer in, Buffer out, std::string_view what) {
  issue(what, [&] { return ncclAllGather(in.data, out.data, in.count, nccl_type(in.dtype), comm_, stream_.get()); });
}

/// A group of sends and receives: each rank sends and receives (size - 1) blocks, as a ring reduce-scatter does.
void NcclCommunicator::start_all_to_all(ConstBuffer in, Buffer out, std::string_view what) {
  const std::size_t block = in.count / static_cast<std::size_t>(size()), bytes = block * size_of(in.dtype);
  issue(what, [&] {
    ncclResult_t result = ncclGroupStart();
    for (int r = 0; r < size() && accepted(result); ++r) {
      const std::size_t at = static_cast<std::size_t>(r) * bytes;
      result =
          ncclSend(static_cast<const std::byte*>(in.data) + at, block, nccl_type(in.dtype), r, comm_, stream_.get());
      if (!accepted(result)) break;
      result = ncclRecv(static_cast<std::byte*>(out.data) + at, block, nccl_type(in.dtype), r, comm_, stream_.get());
    }
    const ncclResult_t ended = ncclGroupEnd();  // also after an error: a group left open would swallow later calls
    return accepted(result) ? ended : result;
  });
}

// Waiting forms. Where a buffer lies decides its way, alike on all ranks.

void NcclCommunicator::barrier(std::string_view what) { host_->barrier(what); }

void NcclCommunicator::broadcast(Buffer data, int root, std::string_view what) {
  if (!on_device(data.data)) return host_->broadcast(data, root, what);
  start_broadcast(data, root, what);
  wait_for_stream(what);
}

void NcclCommunicator::all_reduce(Buffer data, ReduceOp op, std::string_view what) {
  if (!on_device(data.data)) return host_->all_reduce(data, op, what);
  start_all_reduce(data, op, what);
  wait_for_stream(what);
}

void NcclCommunicator::reduce_scatter(ConstBuffer in, Buffer out, ReduceOp op, std::string_view what) {
  if (!on_device(in.data)) return host_->reduce_scatter(in, out, op, what);
  start_reduce_scatter(in, out, op, what);
  wait_for_stream(what);
}

void NcclCommunicator::all_gather(ConstBuffer in, Buffer out, std::string_view what) {
  if (!on_device(out.data)) return host_->all_gather(in, out, what);
  start_all_gather(in, out, what);
  wait_for_stream(what);
}

void NcclCommunicator::all_to_all(ConstBuffer in, Buffer out, std::string_view what) {
  if (!on_device(out.data)) return host_->all_to_all(in, out, what);
  start_all_to_all(in, out, what);
  wait_for_stream(what);
}

std::vector<std::vector<std::byte>> NcclCommunicator::exchange(const std::vector<std::vector<std::byte>>& send,
                                                               std::string_view what) {
  return host_->exchange(send, what);
}

std::vector<std::vector<std::byte>> NcclCommunicator::gather(std::span<const std::byte> mine, int root,
                                                             std::string_view what) {
  return host_->gather(mine, root, what);
}

void NcclCommunicator::send(std::span<const std::byte> data, int to, int tag, std::string_view what) {
  host_->send(data, to, tag, what);
}

std::optional<Envelope> NcclCommunicator::probe(int tag) { return host_->probe(tag); }

void NcclCommunicator::receive(const Envelope& envelope, std::span<std::byte> data, std::string_view what) {
  host_->receive(envelope, data, what);
}

}  // namespace genloss::comms::nccl
