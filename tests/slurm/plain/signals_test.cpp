#include "orchestrator/attempt/signals.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <initializer_list>

namespace genloss::orchestrator {
namespace {

/// In a process of its own: exits 0 if it got through all of them with the flag set.
[[noreturn]] void take(std::initializer_list<int> signals, unsigned pause_microseconds) {
  install_stop_signals();
  if (stop_signal_received()) ::_exit(1);
  for (const int signal : signals) {
    ::raise(signal);
    ::usleep(pause_microseconds);
  }
  ::_exit(stop_signal_received() ? 0 : 2);
}

}  // namespace

TEST(stop_signals, may_come_one_after_the_other_while_the_state_is_saved) {
  EXPECT_EXIT(take({SIGUSR2}, 0), testing::ExitedWithCode(0), "");
  EXPECT_EXIT(take({SIGTERM, SIGTERM}, 0), testing::ExitedWithCode(0), "");
  EXPECT_EXIT(take({SIGUSR2, SIGTERM, SIGUSR2, SIGTERM, SIGINT}, 0), testing::ExitedWithCode(0), "");
}

TEST(stop_signals, end_the_program_at_once_when_a_person_insists) {
  EXPECT_EXIT(take({SIGINT, SIGINT}, 0), testing::ExitedWithCode(0), "") << "a launcher doubles a Ctrl-C";
  EXPECT_EXIT(take({SIGINT, SIGINT}, 2'100'000), testing::ExitedWithCode(75), "");
}

}  // namespace genloss::orchestrator
