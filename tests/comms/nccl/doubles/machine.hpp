#pragma once
// Inside of the doubles: streams as queues of work, and the transport between ranks.

#include <algorithm>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "tests/comms/nccl/doubles/doubles.hpp"

namespace genloss::doubles {

/// One piece of queued work; advance() is called until it says that it is done.
class Work {
 public:
  Work() = default;
  virtual ~Work() = default;
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;
  [[nodiscard]] virtual bool advance() = 0;
};

struct FakeStream {
  std::deque<std::shared_ptr<Work>> queue = {};
  bool at_once = false;  // everything is done when the call returns
  bool ordered = true;   // something ordered it behind computation since its last operation
  void push(std::shared_ptr<Work> work);
};
struct FakeEvent {
  std::shared_ptr<Work> mark;  // the latest record; done when the work before it is
};

/// Lets every stream do what it can.
void progress();
[[nodiscard]] bool expects_order() noexcept;

/// One message to and one from each rank of a group, moved in memory of its own: an operation that is given up leaves
/// nobody's buffer in use.
class Exchange {
 public:
  Exchange(std::vector<int> members, int tag);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  /// Of `member` (index in the group). Before start().
  void send(std::size_t member, const void* data, std::size_t bytes);
  void receive(std::size_t member, std::size_t bytes);
  void start();
  [[nodiscard]] bool done();
  [[nodiscard]] const std::vector<std::byte>& received(std::size_t member) const { return in_[member]; }
  std::vector<std::byte>& received(std::size_t member) { return in_[member]; }

 private:
  std::vector<int> members_;
  int tag_;
  std::vector<std::vector<std::byte>> out_, in_;
  std::vector<bool> sends_, receives_;
  std::vector<MPI_Request> requests_;
};
[[nodiscard]] int transport_rank() noexcept;
/// Forgets script, counts and what computation still waits for.
void start_anew();

}  // namespace genloss::doubles
