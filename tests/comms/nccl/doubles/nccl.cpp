// NCCL's part of the doubles.

#include <array>
#include <set>
#include <stdexcept>

#include "comms/lanes/arithmetic.hpp"
#include "tests/comms/nccl/doubles/machine.hpp"

using namespace genloss::doubles;  // NOLINT: what follows is mostly the C interface

/// What a handle points to.
struct ncclComm {
  std::vector<int> members;  // ranks of the transport
  int rank = 0, tag = 0;
  std::unique_ptr<Exchange> meeting;  // of the initialisation
  int polls_left = 0;
  bool deaf = false;  // never gets ready
  ncclResult_t state = ncclInProgress;
  bool finalized = false;
  std::int64_t operations = 0;
  std::int64_t under_way = 0;
};

namespace {

std::set<ncclComm*>& alive() {
  static std::set<ncclComm*> set;
  return set;
}

/// Counts a use of what is gone.
ncclComm* living(ncclComm_t comm) {
  if (alive().contains(comm)) return comm;
  ++counts().use_after_abort;
  return nullptr;
}

std::size_t size_of(ncclDataType_t type) {
  switch (type) {
    case ncclUint8:
      return 1;
    case ncclInt32:
    case ncclFloat32:
      return 4;
    default:
      return 8;
  }
}
genloss::comms::DType dtype_of(ncclDataType_t type) {
  using genloss::comms::DType;
  switch (type) {
    case ncclUint8:
      return DType::u8;
    case ncclInt32:
      return DType::i32;
    case ncclInt64:
      return DType::i64;
    case ncclUint64:
      return DType::u64;
    case ncclFloat32:
      return DType::f32;
    case ncclFloat64:
      return DType::f64;
    default:
      throw std::logic_error("a type that comms does not have");
  }
}

/// Data on its way; `finish` puts it where it belongs.
class Transfer final : public Work {
 public:
  Transfer(ncclComm* comm, std::int64_t number) : comm_(comm), number_(number), exchange(comm->members, comm->tag) {
    ++comm_->under_way;
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() override {
    if (!finished_ && alive().contains(comm_)) --comm_->under_way;
  }
  [[nodiscard]] bool advance() override {
    if (!alive().contains(comm_)) return true;  // aborted: kernels end at once and write nothing any more
    const Script& s = script();
    if (s.hang_at >= 0 && number_ >= s.hang_at) return false;
    if (s.error_at >= 0 && number_ >= s.error_at) return false;
    if (!started_) {
      fill(exchange);
      exchange.start();
      started_ = true;
    }
    if (!exchange.done()) return false;
    if (number_ == s.damage_at) damage();
    finish(exchange);
    finished_ = true;
    --comm_->under_way;
    return true;
  }

 private:
  void damage() {
    for (std::size_t m = 0; m < comm_->members.size(); ++m) {
      if (!exchange.received(m).empty()) exchange.received(m)[0] ^= std::byte{4};
    }
  }
  ncclComm* comm_;
  std::int64_t number_;
  bool started_ = false, finished_ = false;

 public:
  std::function<void(Exchange&)> fill, finish;
  Exchange exchange;
};

/// Calls between ncclGroupStart and ncclGroupEnd, which become one transfer.
struct Group {
  int depth = 0;
  struct Part {
    bool sends;
    std::byte* data;
    std::size_t bytes;
    std::size_t peer;
  };
  std::vector<Part> parts;
  ncclComm* comm = nullptr;
  cudaStream_t stream = nullptr;
};
Group& group() {
  static Group instance;
  return instance;
}

ncclResult_t launch(ncclComm* comm, cudaStream_t cuda_stream, std::function<void(Exchange&)> fill,
                    std::function<void(Exchange&)> finish) {
  if (comm->state == ncclInProgress) {
    ++counts().impatient;
    return ncclInvalidUsage;
  }
  auto& stream = *reinterpret_cast<FakeStream*>(cuda_stream);
  if (expects_order() && !stream.ordered) ++counts().unordered;
  stream.ordered = false;
  Script& s = script();
  const auto transfer = std::make_shared<Transfer>(comm, counts().operations);
  ++counts().operations;
  ++comm->operations;
  transfer->fill = std::move(fill);
  transfer->finish = std::move(finish);
  stream.push(transfer);
  if (s.error_at >= 0 && counts().operations > s.error_at) comm->state = ncclRemoteError;
  if (s.launch_polls == 0 || comm->state != ncclSuccess) return ncclSuccess;
  comm->state = ncclInProgress;
  comm->polls_left = s.launch_polls;
  return ncclInProgress;
}

template <class T>
void combine(T* left, const T* right, std::size_t count, ncclRedOp_t op) {
  for (std::size_t i = 0; i < count; ++i) {
    if (op == ncclSum) left[i] = static_cast<T>(left[i] + right[i]);
    if (op == ncclMax) left[i] = std::max(left[i], right[i]);
    if (op == ncclMin) left[i] = std::min(left[i], right[i]);
  }
}

/// All members' blocks into the first by a binomial tree, the order in which Open MPI's non-blocking reductions add.
const std::byte* reduce(Exchange& exchange, std::size_t members, std::size_t count, ncclDataType_t type,
                        ncclRedOp_t op) {
  for (std::size_t step = 1; step < members; step *= 2) {
    for (std::size_t m = 0; m + step < members; m += 2 * step) {
      genloss::comms::with_type(dtype_of(type), [&](auto zero) {
        using T = decltype(zero);
        combine(reinterpret_cast<T*>(exchange.received(m).data()),
                reinterpret_cast<const T*>(exchange.received(m + step).data()), count, op);
      });
    }
  }
  return exchange.received(0).data();
}

ncclResult_t advance_init(ncclComm* comm) {
  if (comm->state != ncclInProgress) return comm->state;
  if (comm->deaf) return ncclInProgress;
  if (comm->meeting) {
    if (!comm->meeting->done()) return ncclInProgress;
  }
  if (comm->polls_left-- > 0) return ncclInProgress;
  comm->meeting.reset();
  return comm->state = ncclSuccess;
}

ncclComm* make(std::vector<int> members, int rank, int tag) {
  auto* const comm = new ncclComm;
  comm->members = std::move(members);
  comm->rank = rank;
  comm->tag = tag;
  alive().insert(comm);
  ++counts().communicators;
  ++counts().inits;
  comm->deaf = script().init_never_ends;
  comm->polls_left = script().init_polls;
  if (comm->deaf) return comm;
  comm->meeting = std::make_unique<Exchange>(comm->members, tag + 1);
  for (std::size_t m = 0; m < comm->members.size(); ++m) {
    const std::array<char, 8> hello{};
    comm->meeting->send(m, hello.data(), hello.size());
    comm->meeting->receive(m, hello.size());
  }
  comm->meeting->start();
  return comm;
}

void remove(ncclComm* comm) {
  alive().erase(comm);
  --counts().communicators;
  delete comm;
}

std::byte* bytes(void* data) { return static_cast<std::byte*>(data); }
const std::byte* bytes(const void* data) { return static_cast<const std::byte*>(data); }

}  // namespace

extern "C" {

const char* ncclGetErrorString(ncclResult_t result) {
  return result == ncclRemoteError ? "remote process exited or there was a network error" : "some NCCL error";
}
const char* ncclGetLastError(ncclComm_t) { return ""; }
ncclResult_t ncclGetVersion(int* version) {
  *version = script().nccl_version;
  return ncclSuccess;
}
ncclResult_t ncclGetUniqueId(ncclUniqueId* id) {
  static int next = 1000;
  *id = {};
  next = (next + 10) % 30000;
  std::memcpy(id->internal, &next, sizeof next);
  return script().identifier;
}

ncclResult_t ncclCommInitRankConfig(ncclComm_t* comm, int ranks, ncclUniqueId id, int rank, ncclConfig_t* config) {
  if (script().init != ncclSuccess) return script().init;
  if (config->blocking != 0) throw std::logic_error("initialisation must not block");
  int tag = 0;
  std::memcpy(&tag, id.internal, sizeof tag);
  std::vector<int> members(static_cast<std::size_t>(ranks));
  for (int r = 0; r < ranks; ++r) members[static_cast<std::size_t>(r)] = transport_rank() - rank + r;
  *comm = make(std::move(members), rank, tag);
  return ncclInProgress;
}
ncclResult_t ncclCommInitRankScalable(ncclComm_t* comm, int ranks, int rank, int, ncclUniqueId* ids,
                                      ncclConfig_t* config) {
  return ncclCommInitRankConfig(comm, ranks, ids[0], rank, config);
}

ncclResult_t ncclCommSplit(ncclComm_t comm, int color, int key, ncclComm_t* part, ncclConfig_t*) {
  ncclComm* const parent = living(comm);
  if (parent == nullptr) return ncclInvalidArgument;
  const std::array<int, 2> mine = {color, key};
  Exchange exchange(parent->members, parent->tag + 2);
  for (std::size_t m = 0; m < parent->members.size(); ++m) {
    exchange.send(m, mine.data(), sizeof mine);
    exchange.receive(m, sizeof mine);
  }
  exchange.start();
  while (!exchange.done()) {
  }
  std::vector<std::array<int, 2>> order;  // key, index
  for (std::size_t m = 0; m < parent->members.size(); ++m) {
    std::array<int, 2> theirs{};
    std::memcpy(theirs.data(), exchange.received(m).data(), sizeof theirs);
    if (theirs[0] == color) order.push_back({theirs[1], static_cast<int>(m)});
  }
  std::sort(order.begin(), order.end());
  std::vector<int> members;
  int rank = 0;
  for (const auto& [place, index] : order) {
    if (index == parent->rank) rank = static_cast<int>(members.size());
    members.push_back(parent->members[static_cast<std::size_t>(index)]);
  }
  *part = make(std::move(members), rank, parent->tag + 4 + 100 * color);
  return ncclInProgress;
}

ncclResult_t ncclCommGetAsyncError(ncclComm_t comm, ncclResult_t* state) {
  ++counts().polls;
  ncclComm* const c = living(comm);
  if (c == nullptr) return ncclInvalidArgument;
  progress();
  *state = advance_init(c);
  return ncclSuccess;
}
ncclResult_t ncclCommFinalize(ncclComm_t comm) {
  ncclComm* const c = living(comm);
  if (c == nullptr) return ncclInvalidArgument;
  if (c->under_way != 0) ++counts().unfinalized;
  c->finalized = true;
  ++counts().finalizes;
  c->state = ncclInProgress;
  c->polls_left = 2;
  return ncclInProgress;
}
ncclResult_t ncclCommDestroy(ncclComm_t comm) {
  ncclComm* const c = living(comm);
  if (c == nullptr) return ncclInvalidArgument;
  if (c->state == ncclInProgress) ++counts().impatient;
  if (c->state != ncclSuccess && c->state != ncclInProgress) ++counts().destroyed_after_error;
  if (!c->finalized) ++counts().unfinalized;
  ++counts().destroys;
  remove(c);
  return ncclSuccess;
}
ncclResult_t ncclCommAbort(ncclComm_t comm) {
  ncclComm* const c = living(comm);
  if (c == nullptr) return ncclInvalidArgument;
  ++counts().aborts;
  remove(c);
  return ncclSuccess;
}

ncclResult_t ncclAllReduce(const void* in, void* out, size_t count, ncclDataType_t type, ncclRedOp_t op,
                           ncclComm_t comm, cudaStream_t stream) {
  ncclComm* const c = living(comm);
  if (c == nullptr) return ncclInvalidArgument;
  const std::size_t size = count * size_of(type), members = c->members.size();
  return launch(
      c, stream,
      [=](Exchange& e) {
        for (std::size_t m = 0; m < members; ++m) {
          e.send(m, in, size);
          e.receive(m, size);
        }
      },
      [=](Exchange& e) { std::memcpy(out, reduce(e, members, count, type, op), size); });
}
ncclResult_t ncclReduceScatter(const void* in, void* out, size_t count, ncclDataType_t type, ncclRedOp_t op,
                               ncclComm_t comm, cudaStream_t stream) {
  ncclComm* const c = living(comm);
  if (c == nullptr) return ncclInvalidArgument;
  const std::size_t size = count * size_of(type), members = c->members.size();
  return launch(
      c, stream,
      [=](Exchange& e) {
        for (std::size_t m = 0; m < members; ++m) {
          e.send(m, bytes(in) + m * size, size);
          e.receive(m, size);
        }
      },
      [=](Exchange& e) { std::memcpy(out, reduce(e, members, count, type, op), size); });
}
ncclResult_t ncclAllGather(const void* in, void* out, size_t count, ncclDataType_t type, ncclComm_t comm,
                           cudaStream_t stream) {
  ncclComm* const c = living(comm);
  if (c == nullptr) return ncclInvalidArgument;
  const std::size_t size = count * size_of(type), members = c->members.size();
  return launch(
      c, stream,
      [=](Exchange& e) {
        for (std::size_t m = 0; m < members; ++m) {
          e.send(m, in, size);
          e.receive(m, size);
        }
      },
      [=](Exchange& e) {
        for (std::size_t m = 0; m < members; ++m) std::memcpy(bytes(out) + m * size, e.received(m).data(), size);
      });
}
ncclResult_t ncclBroadcast(const void* in, void* out, size_t count, ncclDataType_t type, int root, ncclComm_t comm,
                           cudaStream_t stream) {
  ncclComm* const c = living(comm);
  if (c == nullptr) return ncclInvalidArgument;
  const std::size_t size = count * size_of(type), members = c->members.size(), from = static_cast<std::size_t>(root);
  const bool mine = c->rank == root;
  return launch(
      c, stream,
      [=](Exchange& e) {
        for (std::size_t m = 0; mine && m < members; ++m) e.send(m, in, size);
        e.receive(from, size);
      },
      [=](Exchange& e) { std::memcpy(out, e.received(from).data(), size); });
}

ncclResult_t ncclGroupStart() {
  ++group().depth;
  return ncclSuccess;
}
ncclResult_t ncclSend(const void* data, size_t count, ncclDataType_t type, int peer, ncclComm_t comm,
                      cudaStream_t stream) {
  ncclComm* const c = living(comm);
  if (c == nullptr || group().depth == 0) return ncclInvalidUsage;
  group().comm = c;
  group().stream = stream;
  group().parts.push_back(
      {true, const_cast<std::byte*>(bytes(data)), count * size_of(type), static_cast<std::size_t>(peer)});
  return ncclSuccess;
}
ncclResult_t ncclRecv(void* data, size_t count, ncclDataType_t type, int peer, ncclComm_t comm, cudaStream_t stream) {
  ncclComm* const c = living(comm);
  if (c == nullptr || group().depth == 0) return ncclInvalidUsage;
  group().comm = c;
  group().stream = stream;
  group().parts.push_back({false, bytes(data), count * size_of(type), static_cast<std::size_t>(peer)});
  return ncclSuccess;
}
ncclResult_t ncclGroupEnd() {
  if (--group().depth > 0) return ncclSuccess;
  Group ended;
  std::swap(ended, group());
  if (ended.parts.empty()) return ncclSuccess;
  const auto parts = ended.parts;
  return launch(
      ended.comm, ended.stream,
      [parts](Exchange& e) {
        for (const auto& part : parts) {
          if (part.sends) {
            e.send(part.peer, part.data, part.bytes);
          } else {
            e.receive(part.peer, part.bytes);
          }
        }
      },
      [parts](Exchange& e) {
        for (const auto& part : parts) {
          if (!part.sends) std::memcpy(part.data, e.received(part.peer).data(), part.bytes);
        }
      });
}

}  // extern "C"
