#include "orchestrator/plan/simulated_pass.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <queue>
#include <utility>

#include "jobs/error.hpp"
#include "orchestrator/dispatch/grant_desk.hpp"
#include "orchestrator/dispatch/grant_worker.hpp"
#include "orchestrator/dispatch/granted_pass.hpp"

namespace genloss::orchestrator::plan {
namespace {

constexpr double never = std::numeric_limits<double>::infinity();

/// One start of the job: ends when all items are done, or with a rank's death. The desk and the workers are those of
/// real passes; this is the network between them, and time.
class Start {
 public:
  Start(ItemSource& items, bool ahead_of_time, const ItemSeconds& seconds, const SimulatedRanks& machine,
        std::vector<bool>& sealed, std::vector<double>& waits)
      : seconds_(seconds),
        machine_(machine),
        sealed_(sealed),
        waits_(waits),
        desk_(pass, items, machine.ranks, ahead_of_time) {
    for (int rank = 0; rank < machine.ranks; ++rank) {
      ranks_.push_back({GrantWorker(pass, ahead_of_time, [this, rank](const Request& request) {
        add({now_ + machine_.latency, 0, rank, Event::Kind::request, request, {}});
      })});
    }
  }
  Start(const Start&) = delete;  // workers speak to this one
  Start& operator=(const Start&) = delete;

  /// Plays from `begin` to the end or to `death`. @return the time of the last completion; nothing if `death` came
  /// first @throws Error(internal) if ranks would wait for ever
  [[nodiscard]] std::optional<double> play(double begin, double death) {
    now_ = server_free_ = begin;
    for (Rank& rank : ranks_) rank.idle_since = begin;
    for (std::size_t rank = 1; rank < ranks_.size(); ++rank) ranks_[rank].grants.begin();
    ask_as_root();
    send(desk_.notes(begin), begin);
    double last = begin;
    while (!events_.empty()) {
      const Event event = events_.top();
      events_.pop();
      if (event.time > death) return std::nullopt;
      now_ = event.time;
      switch (event.kind) {
        case Event::Kind::request:
          serve(event);
          break;
        case Event::Kind::reply:
          take(event.rank, event.reply);
          break;
        case Event::Kind::done:
          last = now_;
          finish(event.rank);
          break;
      }
    }
    if (!desk_.dismissed()) throw Error(ExitCode::internal, "simulate", "a pass", "ranks would wait for ever");
    return last;
  }
  /// Work in progress at `death`.
  [[nodiscard]] double lost(double death) const {
    double sum = 0;
    for (const Rank& rank : ranks_) sum += rank.item ? death - rank.began : 0;
    return sum;
  }
  [[nodiscard]] std::uint64_t messages() const noexcept { return messages_; }

 private:
  static constexpr std::uint32_t pass = 1;
  struct Event {
    enum class Kind : std::uint8_t { request, reply, done };
    double time = 0;
    std::uint64_t number = 0;  // order among equal times
    int rank = 0;
    Kind kind = Kind::request;
    Request request{};
    Reply reply{};
    bool operator<(const Event& other) const {  // the earliest comes first out of a priority queue
      return time != other.time ? time > other.time : number > other.number;
    }
  };
  struct Rank {
    GrantWorker grants;
    std::optional<std::uint64_t> item{};  // at work
    double idle_since = 0, began = 0;
  };

  [[nodiscard]] Rank& at(int rank) { return ranks_[static_cast<std::size_t>(rank)]; }
  void add(Event event) {
    event.number = count_++;
    events_.push(event);
  }
  void send(const std::vector<GrantDesk::Note>& notes, double time) {
    for (const auto& note : notes) {
      add({time + machine_.latency, 0, note.rank, Event::Kind::reply, {}, note.reply});
    }
  }

  void serve(const Event& event) {
    ++messages_;
    server_free_ = std::max(server_free_, now_) + machine_.service;
    const Reply reply = desk_.answer(event.rank, event.request, server_free_);
    if (reply.kind == Reply::Kind::item) send({{event.rank, reply}}, server_free_);
    send(desk_.notes(server_free_), server_free_);
  }

  void take(int number, const Reply& reply) {
    Rank& rank = at(number);
    rank.grants.heard(reply);
    if (rank.item) return;
    const auto item = rank.grants.next(now_);
    if (!item) return;
    waits_[static_cast<std::size_t>(number)] += now_ - rank.idle_since;
    begin(number, *item);
  }

  void begin(int number, std::uint64_t item) {
    Rank& rank = at(number);
    rank.item = item;
    rank.began = now_;
    add({now_ + (sealed_[item] ? machine_.check : seconds_(item)), 0, number, Event::Kind::done, {}, {}});
  }

  void finish(int number) {
    Rank& rank = at(number);
    const std::uint64_t item = *std::exchange(rank.item, std::nullopt);
    sealed_[item] = true;
    rank.idle_since = now_;
    if (number == 0) {
      desk_.end(0, {Request::Kind::complete, pass, item, {}}, now_);
      ask_as_root();
      send(desk_.notes(now_), now_);
      return;
    }
    rank.grants.ended({});
    if (const auto next = rank.grants.next(now_)) {
      begin(number, *next);
    } else {
      rank.grants.about_to_wait(now_);
    }
  }

  void ask_as_root() {
    const Reply reply = desk_.answer(0, {Request::Kind::want, pass, 0, {}}, now_);
    if (reply.kind == Reply::Kind::item) begin(0, reply.item);
  }

  const ItemSeconds& seconds_;
  const SimulatedRanks& machine_;
  std::vector<bool>& sealed_;
  std::vector<double>& waits_;
  GrantDesk desk_;
  std::vector<Rank> ranks_;
  std::priority_queue<Event> events_;
  double now_ = 0, server_free_ = 0;
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
    CountedItems source(items);
    Start start(source, true, seconds, machine, sealed, waits);
    const auto end = start.play(begin, death == deaths.end() ? never : *death);
    pass.messages += start.messages();
    if (end) {
      pass.makespan = *end;
      break;
    }
    pass.lost += start.lost(*death);
  }
  for (const double wait : waits) {
    pass.worst_wait = std::max(pass.worst_wait, wait);
    pass.mean_wait += wait / static_cast<double>(waits.size());
  }
  return pass;
}

SimulatedPass simulate_graph(ItemSource& items, const ItemSeconds& seconds, const SimulatedRanks& machine) {
  SimulatedPass pass = with_bounds(items.items(), seconds, machine.ranks);
  std::vector<bool> sealed(items.items(), false);
  std::vector<double> waits(static_cast<std::size_t>(machine.ranks), 0.0);
  Start start(items, false, seconds, machine, sealed, waits);
  pass.makespan = *start.play(0, never);
  pass.messages = start.messages();
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
