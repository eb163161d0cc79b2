#include "tests/comms/nccl/doubles/machine.hpp"

namespace genloss::doubles {
namespace {

struct Transport {
  MPI_Comm comm = MPI_COMM_NULL;
  int rank = 0, size = 1;
};
Transport& transport() {
  static Transport instance;
  return instance;
}

}  // namespace

void connect(MPI_Comm ranks) {
  start_anew();
  Transport& t = transport();
  int started = 0;
  MPI_Initialized(&started);
  if (started == 0) return;  // one rank, no launcher: nothing to connect
  MPI_Comm_dup(ranks, &t.comm);
  MPI_Comm_rank(t.comm, &t.rank);
  MPI_Comm_size(t.comm, &t.size);
}

void disconnect() {
  // What a test gave up may still be under way in it, so it is left to MPI_Finalize.
  transport().comm = MPI_COMM_NULL;
}

int transport_rank() noexcept { return transport().rank; }

Exchange::Exchange(std::vector<int> members, int tag)
    : members_(std::move(members)),
      tag_(tag % 32000),
      out_(members_.size()),
      in_(members_.size()),
      sends_(members_.size()),
      receives_(members_.size()) {}

Exchange::~Exchange() {
  // Memory that MPI still knows must outlive us: cancel what can be, and keep the rest for good.
  bool pending = false;
  for (MPI_Request& request : requests_) {
    int done = 0;
    if (request == MPI_REQUEST_NULL) continue;
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    if (done != 0) continue;
    MPI_Cancel(&request);
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    pending = pending || done == 0;
  }
  static std::vector<std::vector<std::vector<std::byte>>> kept;
  if (!pending) return;
  kept.push_back(std::move(out_));
  kept.push_back(std::move(in_));
}

void Exchange::send(std::size_t member, const void* data, std::size_t bytes) {
  const auto* const begin = static_cast<const std::byte*>(data);
  out_[member].assign(begin, begin + bytes);
  sends_[member] = true;
}

void Exchange::receive(std::size_t member, std::size_t bytes) {
  in_[member].resize(bytes);
  receives_[member] = true;
}

void Exchange::start() {
  const Transport& t = transport();
  for (std::size_t m = 0; m < members_.size(); ++m) {
    if (members_[m] == t.rank) {
      if (receives_[m]) in_[m] = out_[m];
      continue;
    }
    if (receives_[m]) {
      requests_.push_back(MPI_REQUEST_NULL);
      MPI_Irecv(in_[m].data(), static_cast<int>(in_[m].size()), MPI_BYTE, members_[m], tag_, t.comm, &requests_.back());
    }
    if (sends_[m]) {
      requests_.push_back(MPI_REQUEST_NULL);
      MPI_Isend(out_[m].data(), static_cast<int>(out_[m].size()), MPI_BYTE, members_[m], tag_, t.comm,
                &requests_.back());
      counts().bytes_sent += static_cast<std::int64_t>(out_[m].size());
    }
  }
}

bool Exchange::done() {
  for (MPI_Request& request : requests_) {
    int done = 1;
    if (request != MPI_REQUEST_NULL) MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    if (done == 0) return false;
  }
  return true;
}

}  // namespace genloss::doubles
