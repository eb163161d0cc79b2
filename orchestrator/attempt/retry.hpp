#pragma once
// What a batch job does when an attempt has ended: whether trying again can help.

#include <string>

namespace genloss::orchestrator {

/// How one attempt of a batch job ended, and what came before it.
struct AttemptEnd {
  int code = 0;               ///< exit code of the step; 128 + n: ended by signal n
  bool moved = false;         ///< something was sealed during this attempt that a restart need not do again
  bool moved_before = false;  ///< an earlier attempt of the same job has sealed something
  int stalled = 0;            ///< restarts in a row, up to this attempt's own, that began where the one before had
  int limit = 0;              ///< so many of them are allowed
};

enum class NextStep { finish, retry, give_up };

struct RetryDecision {
  NextStep next = NextStep::give_up;
  std::string why;  ///< in words, for the job's log
};

/// 0 finishes. 64 and 65 (usage, bad data) would end in the same way again. 69 (something is missing) would too if the
/// job has never worked; after progress it is a node that lacks what the others have, or lost it. Everything else
/// (stops with saved state, lost ranks, crashes, kills, full disks) is tried again for as long as attempts make
/// progress, and `limit` times in a row without.
[[nodiscard]] RetryDecision after_attempt(const AttemptEnd& end);

/// "exit code 75 (stopped, state saved)", "signal 9"
[[nodiscard]] std::string exit_text(int code);

/// The program itself has ended in order: the code is its own word, not that of srun about a lost node.
[[nodiscard]] bool is_own_word(int code);

}  // namespace genloss::orchestrator
