#include "orchestrator/plan/simulated_pass.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <queue>
#include <utility>

#include "orchestrator/dispatch/grant_desk.hpp"
#include "orchestrator/dispatch/granted_pass.hpp"

namespace genloss::orchestrator::plan {
namespace {

constexpr double never = std::numeric_limits<double>::infinity();

/// One start of the job: ends when all items are done, or with a rank's death.
class Start {
 public:
  Start(std::uint64_t items, const ItemSeconds& seconds, const SimulatedRanks& machine, std::vector<bool>& sealed,
        std::vector<double>& waits)
      : seconds_(seconds),
        machine_(machine),
        sealed_(sealed),
        waits_(waits),
        root_works_(machine.ranks < ranks_with_working_root),
        items_(items),
        desk_(1, items_, machine.ranks),
        ranks_(static_cast<std::size_t>(machine.ranks)) {}

  /// Plays from `begin` to the end or to `death`. @return the time of the last completion; nothing if `death` came
  /// first
  [[nodiscard]] std::optional<double> play(double begin, double death) {
    server_free_ = begin;
    for (int rank = 0; rank < machine_.ranks; ++rank) {
      ranks_[static_cast<std::size_t>(rank)].idle_since = begin;
      if (rank > 0) {
        tell(rank, begin, {Request::Kind::want, 1, 0, {}});
        tell(rank, begin, {Request::Kind::want, 1, 0, {}});
      }
    }
    double last = begin;
    if (root_works_) ask_as_root(begin);
    while (!events_.empty()) {
      const Event event = events_.top();
      events_.pop();
      if (event.time > death) return std::nullopt;
      switch (event.kind) {
        case Event::Kind::request:
          serve(event);
          break;
        case Event::Kind::granted:
          take(event.rank, event.time, event.request.item);
          break;
        case Event::Kind::done:
          last = event.time;
          finish(event.rank, event.time);
          break;
      }
    }
    return last;
  }
  /// Work in progress at `death`.
  [[nodiscard]] double lost(double death) const {
    double sum = 0;
    for (const Rank& rank : ranks_) sum += rank.working ? death - rank.began : 0;
    return sum;
  }
  [[nodiscard]] std::uint64_t messages() const noexcept { return messages_; }

 private:
  struct Event {
    enum class Kind : std::uint8_t { request, granted, done };
    double time = 0;
    std::uint64_t number = 0;  // order among equal times
    int rank = 0;
    Kind kind = Kind::request;
    Request request{};
    bool operator<(const Event& other) const {  // the earliest comes first out of a priority queue
      return time != other.time ? time > other.time : number > other.number;
    }
  };
  struct Rank {
    bool working = false;
    double idle_since = 0, began = 0;
    std::uint64_t item = 0;
    std::optional<std::uint64_t> next;
  };

  void add(double time, int rank, Event::Kind kind, const Request& request = {}) {
    events_.push({time, count_++, rank, kind, request});
  }
  void tell(int rank, double now, const Request& request) {
    add(now + machine_.latency, rank, Event::Kind::request, request);
  }

  void serve(const Event& event) {
    ++messages_;
    server_free_ = std::max(server_free_, event.time) + machine_.service;
    const Reply reply = desk_.answer(event.rank, event.request, server_free_);
    if (reply.kind != Reply::Kind::item) return;
    add(server_free_ + machine_.latency, event.rank, Event::Kind::granted, {Request::Kind::want, 1, reply.item});
  }

  void take(int number, double now, std::uint64_t item) {
    Rank& rank = ranks_[static_cast<std::size_t>(number)];
    if (rank.working) {
      rank.next = item;
      return;
    }
    waits_[static_cast<std::size_t>(number)] += now - rank.idle_since;
    begin(number, now, item);
  }

  void begin(int number, double now, std::uint64_t item) {
    Rank& rank = ranks_[static_cast<std::size_t>(number)];
    rank.working = true;
    rank.began = now;
    rank.item = item;
    add(now + (sealed_[item] ? machine_.check : seconds_(item)), number, Event::Kind::done);
  }

  void finish(int number, double now) {
    Rank& rank = ranks_[static_cast<std::size_t>(number)];
    sealed_[rank.item] = true;
    rank.working = false;
    rank.idle_since = now;
    if (number == 0) {
      desk_.table().complete(0, rank.item, now);
      ask_as_root(now);
      return;
    }
    tell(number, now, {Request::Kind::complete, 1, rank.item});
    if (rank.next) begin(number, now, *std::exchange(rank.next, std::nullopt));
  }

  void ask_as_root(double now) {
    const Reply reply = desk_.answer(0, {Request::Kind::want, 1, 0, {}}, now);
    if (reply.kind == Reply::Kind::item) begin(0, now, reply.item);
  }

  const ItemSeconds& seconds_;
  const SimulatedRanks& machine_;
  std::vector<bool>& sealed_;
  std::vector<double>& waits_;
  bool root_works_;
  CountedItems items_;
  GrantDesk desk_;
  std::vector<Rank> ranks_;
  std::priority_queue<Event> events_;
  double server_free_ = 0;
  std::uint64_t count_ = 0, messages_ = 0;
};

SimulatedPass with_bounds(std::uint64_t items, const ItemSeconds& seconds, int ranks) {
  SimulatedPass pass;
  double longest = 0;
  for (std::uint64_t item = 0; item < items; ++item) {
    const double length = seconds(item);
    pass.work += length;
    longest = std::max(longest, length);
  }
  pass.ideal = std::max(pass.work / ranks, longest);
  return pass;
}

std::vector<double> in_order(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  return times;
}

}  // namespace

SimulatedPass simulate_pass(std::uint64_t items, const ItemSeconds& seconds, const SimulatedRanks& machine) {
  SimulatedPass pass = with_bounds(items, seconds, machine.ranks);
  std::vector<bool> sealed(items, false);
  std::vector<double> waits(static_cast<std::size_t>(machine.ranks), 0.0);
  const std::vector<double> deaths = in_order(machine.failures);
  auto death = deaths.begin();
  for (double begin = 0;; begin = *death++ + machine.restart, ++pass.starts) {
    while (death != deaths.end() && *death < begin) ++death;  // while nobody ran
    Start start(items, seconds, machine, sealed, waits);
    const auto end = start.play(begin, death == deaths.end() ? never : *death);
    pass.messages += start.messages();
    if (end) {
      pass.makespan = *end;
      break;
    }
    pass.lost += start.lost(*death);
  }
  const auto first = waits.begin() + (machine.ranks < ranks_with_working_root ? 0 : 1);
  for (auto wait = first; wait != waits.end(); ++wait) {
    pass.worst_wait = std::max(pass.worst_wait, *wait);
    pass.mean_wait += *wait / static_cast<double>(waits.end() - first);
  }
  return pass;
}

SimulatedPass split_statically(std::uint64_t items, const ItemSeconds& seconds, const SimulatedRanks& machine,
                               StaticSplit split) {
  SimulatedPass pass = with_bounds(items, seconds, machine.ranks);
  const std::vector<double> deaths = in_order(machine.failures);
  const auto ranks = static_cast<std::uint64_t>(machine.ranks);
  for (std::uint64_t rank = 0; rank < ranks; ++rank) {
    const bool blocks = split == StaticSplit::blocks;
    const std::uint64_t end = blocks ? items * (rank + 1) / ranks : items;
    double now = 0;
    auto death = deaths.begin();
    for (std::uint64_t item = blocks ? items * rank / ranks : rank; item < end; item += blocks ? 1 : ranks) {
      const double length = seconds(item);
      for (; death != deaths.end() && now + length > *death; ++death) {
        if (*death < now) continue;  // while nobody ran
        pass.lost += *death - now;
        now = *death + machine.restart;
      }
      now += length;
    }
    pass.makespan = std::max(pass.makespan, now);
  }
  pass.starts += static_cast<int>(deaths.size());
  return pass;
}

}  // namespace genloss::orchestrator::plan
