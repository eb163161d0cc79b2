#pragma once
// How ranks talk. Four implementations: self (1 rank), mpi, dry-run (pretends N ranks), and nccl in the CUDA plug-in.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "comms/buffer.hpp"

namespace genloss::comms {

enum class ReduceOp { sum, max, min };

/// Waiting limits of every operation. After `stall` the lowest waiting rank warns on stderr; after `deadline` the
/// operation throws Error(internal) that names the operation and the ranks that have not arrived. A rank that computes
/// or polls for messages has not arrived: where work may last longer, agree on its end by messages before waiting.
struct Deadlines {
  std::chrono::milliseconds stall{60'000};
  std::chrono::milliseconds deadline{600'000};
};

/// What a received point-to-point message was.
struct Envelope {
  int source = -1;
  int tag = 0;
  std::size_t bytes = 0;
};

/// A group of ranks. All collectives are called by all ranks in the same order, from one thread; all of them wait with
/// a deadline; a communicator that has thrown is not used again. `what` names the operation in errors ("gradient
/// slices").
class Communicator {
 public:
  virtual ~Communicator() = default;
  Communicator(const Communicator&) = delete;
  Communicator& operator=(const Communicator&) = delete;

  [[nodiscard]] virtual int rank() const noexcept = 0;
  [[nodiscard]] virtual int size() const noexcept = 0;
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;  ///< "self", "mpi", "dry-run"

  virtual void barrier(std::string_view what) = 0;
  virtual void broadcast(Buffer data, int root, std::string_view what) = 0;
  /// In place. Order of the sum is the library's: not for numbers whose bits matter (see LaneReduction).
  virtual void all_reduce(Buffer data, ReduceOp op, std::string_view what) = 0;
  /// in.count == out.count * size(); rank r gets slice r.
  virtual void reduce_scatter(ConstBuffer in, Buffer out, ReduceOp op, std::string_view what) = 0;
  /// out.count == in.count * size(); `in` may be this rank's slot of `out`.
  virtual void all_gather(ConstBuffer in, Buffer out, std::string_view what) = 0;
  /// Block r of `in` goes to rank r, block s of `out` comes from rank s; in.count == out.count, a multiple of size().
  virtual void all_to_all(ConstBuffer in, Buffer out, std::string_view what) = 0;
  /// Blocks of any size: send[r] goes to rank r, the result's [s] came from rank s.
  [[nodiscard]] virtual std::vector<std::vector<std::byte>> exchange(const std::vector<std::vector<std::byte>>& send,
                                                                     std::string_view what) = 0;
  /// On `root`: every rank's bytes in rank order; elsewhere empty.
  [[nodiscard]] virtual std::vector<std::vector<std::byte>> gather(std::span<const std::byte> mine, int root,
                                                                   std::string_view what) = 0;

  /// For people: who a rank is.
  [[nodiscard]] virtual std::string host_of(int /*rank*/) const { return "this host"; }

  // Point to point, for the mailbox: buffered, never blocks the sender for long.
  virtual void send(std::span<const std::byte> data, int to, int tag, std::string_view what) = 0;
  /// A waiting message with this tag (from anyone), if there is one. Does not wait.
  [[nodiscard]] virtual std::optional<Envelope> probe(int tag) = 0;
  /// Takes the message that probe() reported.
  virtual void receive(const Envelope& envelope, std::span<std::byte> data, std::string_view what) = 0;

  /// Ranks of equal colour, ordered by key.
  [[nodiscard]] virtual std::unique_ptr<Communicator> split(int color, int key) = 0;
  /// From now on waits take longer before ranks count as missing, if they do not take so long already. On all ranks
  /// together; communicators that were split off before are not told.
  virtual void wait_longer(std::chrono::milliseconds /*deadline*/) noexcept {}
  /// Ends the whole job at once with `exit_code`; used after an error, when other ranks may be waiting.
  [[noreturn]] virtual void abort(int exit_code) noexcept = 0;

  // Conveniences on top of the above.
  [[nodiscard]] bool is_root() const noexcept { return rank() == 0; }
  /// `text` of rank `root`, on all ranks.
  [[nodiscard]] std::string broadcast_text(std::string text, int root, std::string_view what);
  /// Largest `value` over ranks: how flags and statuses are agreed.
  [[nodiscard]] std::int64_t agree_max(std::int64_t value, std::string_view what);
  /// Throws on every rank if any rank passes an error: failing ranks rethrow theirs; the others throw an Error that
  /// carries the first failing rank's code, operation, object, cause and hint (with that rank's number). `mine` may be
  /// null.
  void agree_on_errors(const std::exception_ptr& mine, std::string_view what);
  /// Runs `action` on every rank; an error of one is everyone's, as by agree_on_errors(). The action itself calls no
  /// collective: ranks whose action has failed would be missing there.
  void together(std::string_view what, const std::function<void()>& action);
  /// The same where rank 0 alone has something to do.
  void on_root(std::string_view what, const std::function<void()>& action);
  /// Runs `action` on rank 0 and then on the others, if it went well there: what is wrong for everyone (a typing error,
  /// a missing file) is told once.
  void root_first(std::string_view what, const std::function<void()>& action);
  /// 1, 2, ...: names what all ranks of this communicator begin together, in the same order, alike on all of them.
  [[nodiscard]] std::uint32_t next_number() noexcept { return ++numbers_; }

 protected:
  Communicator() = default;

 private:
  std::uint32_t numbers_ = 0;
};

/// One rank, no library.
[[nodiscard]] std::unique_ptr<Communicator> make_self();

}  // namespace genloss::comms
