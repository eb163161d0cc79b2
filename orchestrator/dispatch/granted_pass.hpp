#pragma once
// One pass over items that are granted on request: rank 0 hands out numbers, the others work; numbers only, never data.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "comms/communicator.hpp"
#include "orchestrator/dispatch/grant_table.hpp"
#include "workers/family.hpp"

namespace genloss::orchestrator {

struct PassOptions {
  double stall_seconds = 60;                                    ///< rank 0 warns about ranks silent for so long
  double deadline_seconds = 600;                                ///< silence after which the pass fails, naming them
  bool ahead_of_time = true;                                    ///< a rank may hold its next item while it works
  bool root_works = true;                                       ///< false: rank 0 only serves
  std::function<bool()> stop_requested = [] { return false; };  ///< local flag; seen by rank 0 with the next message
  /// Rank 0, now and then: items done, items in all.
  std::function<void(std::uint64_t done, std::uint64_t items)> progress = [](std::uint64_t, std::uint64_t) {};
  std::function<void(const std::string&)> warn = [](const std::string&) {};
  /// Another rank was asked to stop, or failed: what is at work here should come to a place where it can be resumed.
  std::function<void()> told_to_stop = [] {};
  std::function<void()> waiting = [] {};  ///< called again and again while this rank has nothing to do
};

/// What an item is done with. `beat` is to be called often during long work: it serves grants and shows signs of life.
using Work = std::function<void(std::uint64_t item, const workers::Heartbeat& beat)>;

/// The same for work that tells how it ended.
using EndingWork = std::function<ItemEnd(std::uint64_t item, const workers::Heartbeat& beat)>;

/// Collective. Runs `work` for the items of a source as they become ready. @param items of rank 0; null elsewhere
/// Otherwise as below; true if the source is exhausted.
[[nodiscard]] bool granted_pass(comms::Communicator& ranks, std::string_view what, ItemSource* items,
                                const EndingWork& work, const PassOptions& options);

/// Collective. Runs `work` for every item of [0, items), each on one rank; a rank always holds the item it works on and
/// the next. Returns on all ranks together: true if all items are done, false if the pass was stopped on request (items
/// begun are finished, the others are not).
/// @throws on all ranks if `work` threw on one; @throws Error(internal) if a rank fell silent
[[nodiscard]] bool granted_pass(comms::Communicator& ranks, std::string_view what, std::uint64_t items,
                                const Work& work, const PassOptions& options);

}  // namespace genloss::orchestrator
