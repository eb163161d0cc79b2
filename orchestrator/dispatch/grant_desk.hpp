#pragma once
// What rank 0 decides during a pass, without messages and without a clock: the same code serves real ranks and
// simulated ones.

#include <cstdint>
#include <set>
#include <vector>

#include "orchestrator/dispatch/grant_messages.hpp"
#include "orchestrator/dispatch/grant_table.hpp"

namespace genloss::orchestrator {

class GrantDesk {
 public:
  struct Note {
    int rank = 0;
    Reply reply{};
  };

  /// @param items outlives the desk @param ahead_of_time whether a rank may be granted its next item while it holds one
  GrantDesk(std::uint32_t pass, ItemSource& items, int ranks, bool ahead_of_time = true);

  /// The answer to a request. `item` is to be sent; `wait` needs no message; `finish` is told when all ranks may go.
  ///
  /// A rank that holds an item is granted its next one ahead of time, so that it never waits for a message. Not so near
  /// the end, when fewer than two items a rank are left: then an item is granted only to a rank that holds nothing, or
  /// the last items would wait behind long ones while other ranks are idle. (One item a rank where ranks are few: rank
  /// 0, which works, answers late, and waiting for it costs more.)
  [[nodiscard]] Reply answer(int rank, const Request& request, double now);

  /// Notes how an item of `rank` ended, without granting another.
  void end(int rank, const Request& completed, double now);

  /// What ranks are to be told without having asked: items that have become ready for ranks that asked in vain; that
  /// the pass stops, once; that it is over, once, when nothing is held, nothing will be granted and every rank but rank
  /// 0 has asked in vain. To be called after answers.
  [[nodiscard]] std::vector<Note> notes(double now);
  /// All ranks were told that the pass is over.
  [[nodiscard]] bool dismissed() const noexcept { return dismissed_; }
  /// Ranks that asked and got nothing.
  [[nodiscard]] const std::set<int>& idle() const noexcept { return idle_; }
  [[nodiscard]] GrantTable& table() noexcept { return table_; }
  [[nodiscard]] const GrantTable& table() const noexcept { return table_; }

 private:
  [[nodiscard]] Reply next_for(int rank, double now);
  void offer_items(std::vector<Note>& notes, double now);
  std::uint32_t pass_;
  int ranks_;
  bool ahead_of_time_;
  std::uint64_t held_back_;  // with fewer items left, none is granted ahead of time
  GrantTable table_;
  std::set<int> idle_;
  bool told_to_stop_ = false, dismissed_ = false;
};

}  // namespace genloss::orchestrator
