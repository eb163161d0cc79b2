#include "orchestrator/attempt/retry.hpp"

#include "jobs/error.hpp"

namespace genloss::orchestrator {
namespace {

constexpr int first_signal_code = 128, most_signals = 64;

bool is(int code, ExitCode named) { return code == static_cast<int>(named); }

std::string meaning(int code) {
  if (is(code, ExitCode::usage)) return "usage";
  if (is(code, ExitCode::bad_data)) return "bad data";
  if (is(code, ExitCode::missing_resource)) return "something is missing";
  if (is(code, ExitCode::internal)) return "a defect, or a lost rank";
  if (is(code, ExitCode::input_output)) return "input/output";
  if (is(code, ExitCode::stopped)) return "stopped, state saved";
  return {};
}

}  // namespace

std::string exit_text(int code) {
  if (code > first_signal_code && code <= first_signal_code + most_signals) {
    return "exit code " + std::to_string(code) + " (signal " + std::to_string(code - first_signal_code) + ")";
  }
  const std::string known = meaning(code);
  return "exit code " + std::to_string(code) + (known.empty() ? "" : " (" + known + ")");
}

bool is_own_word(int code) {
  for (const ExitCode own : {ExitCode::done, ExitCode::usage, ExitCode::bad_data, ExitCode::missing_resource,
                             ExitCode::input_output, ExitCode::stopped}) {
    if (is(code, own)) return true;
  }
  return false;  // also 70: ranks that miss those of a lost node end with it
}

RetryDecision after_attempt(const AttemptEnd& end) {
  if (is(end.code, ExitCode::done)) return {NextStep::finish, "done"};
  if (is(end.code, ExitCode::usage) || is(end.code, ExitCode::bad_data)) {
    return {NextStep::give_up, exit_text(end.code) + " would come again"};
  }
  if (is(end.code, ExitCode::missing_resource) && !end.moved && !end.moved_before) {
    return {NextStep::give_up, exit_text(end.code) + " before any progress"};
  }
  if (!end.moved && end.stalled >= end.limit) {
    return {NextStep::give_up, "no progress in " + std::to_string(end.stalled + 1) +
                                   (end.stalled == 0 ? " attempt" : " attempts in a row") +
                                   " (--max-stalled-restarts: " + std::to_string(end.limit) + ")"};
  }
  return {NextStep::retry, exit_text(end.code) + (end.moved ? ", after progress" : ", no progress")};
}

}  // namespace genloss::orchestrator
