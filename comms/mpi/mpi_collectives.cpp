#include <algorithm>
#include <cstring>

#include "comms/lanes/arithmetic.hpp"
#include "comms/mpi/mpi_communicator.hpp"

namespace genloss::comms {
namespace {

int narrow(std::size_t count) { return static_cast<int>(count); }
std::byte* at(void* data, std::size_t bytes) { return static_cast<std::byte*>(data) + bytes; }
/// MPI's send buffers are not const in spirit only.
std::byte* at(const void* data, std::size_t bytes) {
  return const_cast<std::byte*>(static_cast<const std::byte*>(data)) + bytes;  // NOLINT: only read from
}

}  // namespace

void MpiCommunicator::barrier(std::string_view what) {
  watchdog_.begin(what);
  MPI_Request request = MPI_REQUEST_NULL;
  mpi_check(MPI_Ibarrier(comm_.get(), &request), what);
  wait(request, 0);
}

void MpiCommunicator::broadcast(Buffer data, int root, std::string_view what) {
  watchdog_.begin(what);
  const std::size_t moving = meet(data.bytes());
  for (std::size_t done = 0; done < data.count; done += largest_count_) {
    MPI_Request request = MPI_REQUEST_NULL;
    mpi_check(MPI_Ibcast(at(data.data, done * size_of(data.dtype)), narrow(std::min(largest_count_, data.count - done)),
                         mpi_type(data.dtype), root, comm_.get(), &request),
              what);
    wait(request, moving);
  }
}

void MpiCommunicator::all_reduce(Buffer data, ReduceOp op, std::string_view what) {
  watchdog_.begin(what);
  const std::size_t moving = meet(data.bytes());
  for (std::size_t done = 0; done < data.count; done += largest_count_) {
    MPI_Request request = MPI_REQUEST_NULL;
    // The buffer moves on with the pieces; MPI_IN_PLACE itself must not.
    mpi_check(MPI_Iallreduce(MPI_IN_PLACE, at(data.data, done * size_of(data.dtype)),
                             narrow(std::min(largest_count_, data.count - done)), mpi_type(data.dtype), mpi_op(op),
                             comm_.get(), &request),
              what);
    wait(request, moving);
  }
}

void MpiCommunicator::reduce_scatter(ConstBuffer in, Buffer out, ReduceOp op, std::string_view what) {
  if (in.count <= largest_count_) {
    watchdog_.begin(what);
    const std::size_t moving = meet(in.bytes());
    MPI_Request request = MPI_REQUEST_NULL;
    mpi_check(MPI_Ireduce_scatter_block(in.data, out.data, narrow(out.count), mpi_type(in.dtype), mpi_op(op),
                                        comm_.get(), &request),
              what);
    wait(request, moving);
    return;
  }
  std::vector<std::byte> slices(in.bytes());
  all_to_all(in, {slices.data(), in.count, in.dtype}, what);
  with_type(in.dtype, [&](auto zero) {
    using T = decltype(zero);
    auto* sum = static_cast<T*>(out.data);
    const auto* values = reinterpret_cast<const T*>(slices.data());
    std::memcpy(sum, values, out.bytes());
    for (std::size_t r = 1; r < static_cast<std::size_t>(size_); ++r) {
      for (std::size_t i = 0; i < out.count; ++i) {
        const T value = values[r * out.count + i];
        if (op == ReduceOp::sum) sum[i] = static_cast<T>(sum[i] + value);
        if (op == ReduceOp::max) sum[i] = std::max(sum[i], value);
        if (op == ReduceOp::min) sum[i] = std::min(sum[i], value);
      }
    }
  });
}

void MpiCommunicator::all_gather(ConstBuffer in, Buffer out, std::string_view what) {
  const bool in_place = in.data == at(out.data, static_cast<std::size_t>(rank_) * in.bytes());
  if (out.count <= largest_count_) {
    watchdog_.begin(what);
    const std::size_t moving = meet(out.bytes());
    MPI_Request request = MPI_REQUEST_NULL;
    mpi_check(MPI_Iallgather(in_place ? MPI_IN_PLACE : in.data, narrow(in.count), mpi_type(in.dtype), out.data,
                             narrow(in.count), mpi_type(in.dtype), comm_.get(), &request),
              what);
    wait(request, moving);
    return;
  }
  std::vector<Piece> sends, receives;
  for (int r = 0; r < size_; ++r) {
    if (r == rank_) continue;
    sends.push_back({at(in.data, 0), in.bytes(), r});
    receives.push_back({at(out.data, static_cast<std::size_t>(r) * in.bytes()), in.bytes(), r});
  }
  if (!in_place) std::memcpy(at(out.data, static_cast<std::size_t>(rank_) * in.bytes()), in.data, in.bytes());
  barrier(what);
  transfer(sends, receives, what);
}

void MpiCommunicator::all_to_all(ConstBuffer in, Buffer out, std::string_view what) {
  const std::size_t block = in.bytes() / static_cast<std::size_t>(size_);
  if (in.bytes() <= std::min(bulk_bytes, largest_count_)) {
    watchdog_.begin(what);
    MPI_Request request = MPI_REQUEST_NULL;
    mpi_check(MPI_Ialltoall(in.data, narrow(block), MPI_BYTE, out.data, narrow(block), MPI_BYTE, comm_.get(), &request),
              what);
    wait(request, 0);
    return;
  }
  std::vector<Piece> sends, receives;
  for (int r = 0; r < size_; ++r) {
    const std::size_t offset = static_cast<std::size_t>(r) * block;
    if (r == rank_) {
      std::memcpy(at(out.data, offset), at(in.data, offset), block);
    } else {
      sends.push_back({at(in.data, offset), block, r});
      receives.push_back({at(out.data, offset), block, r});
    }
  }
  barrier(what);
  transfer(sends, receives, what);
}

std::vector<std::vector<std::byte>> MpiCommunicator::exchange(const std::vector<std::vector<std::byte>>& send,
                                                              std::string_view what) {
  const auto ranks = static_cast<std::size_t>(size_);
  std::vector<std::uint64_t> outgoing(ranks), incoming(ranks);
  for (std::size_t r = 0; r < ranks; ++r) outgoing[r] = send[r].size();
  all_to_all(buffer_of(std::span<const std::uint64_t>(outgoing)), buffer_of(std::span(incoming)), what);
  std::vector<std::vector<std::byte>> received(ranks);
  std::vector<Piece> sends, receives;
  for (std::size_t r = 0; r < ranks; ++r) {
    if (static_cast<int>(r) == rank_) {
      received[r] = send[r];
      continue;
    }
    received[r].resize(incoming[r]);
    sends.push_back({at(static_cast<const void*>(send[r].data()), 0), send[r].size(), static_cast<int>(r)});
    receives.push_back({received[r].data(), received[r].size(), static_cast<int>(r)});
  }
  transfer(sends, receives, what);
  return received;
}

std::vector<std::vector<std::byte>> MpiCommunicator::gather(std::span<const std::byte> mine, int root,
                                                            std::string_view what) {
  const auto ranks = static_cast<std::size_t>(size_);
  std::vector<std::uint64_t> sizes(ranks);
  sizes[static_cast<std::size_t>(rank_)] = mine.size();
  const std::span<const std::uint64_t> slot(&sizes[static_cast<std::size_t>(rank_)], 1);
  all_gather(buffer_of(slot), buffer_of(std::span(sizes)), what);
  if (rank_ != root) {
    transfer({{at(static_cast<const void*>(mine.data()), 0), mine.size(), root}}, {}, what);
    return {};
  }
  std::vector<std::vector<std::byte>> received(ranks);
  std::vector<Piece> receives;
  for (std::size_t r = 0; r < ranks; ++r) {
    if (static_cast<int>(r) == root) {
      received[r].assign(mine.begin(), mine.end());
    } else {
      received[r].resize(sizes[r]);
      receives.push_back({received[r].data(), received[r].size(), static_cast<int>(r)});
    }
  }
  transfer({}, receives, what);
  return received;
}

}  // namespace genloss::comms
