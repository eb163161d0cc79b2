#include "slurm/tool.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX wants it declared by the program

namespace genloss::slurm {
namespace {

using Clock = std::chrono::steady_clock;

/// A pipe whose ends close with the object.
struct Pipe {
  std::array<int, 2> ends{-1, -1};
  Pipe() { (void)!::pipe2(ends.data(), O_CLOEXEC); }
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_end(std::size_t which) {
    if (ends[which] >= 0) ::close(ends[which]);
    ends[which] = -1;
  }
};

/// @return 0 or the reason, as errno
int start(const std::vector<std::string>& words, int output, pid_t& child) {
  std::vector<char*> arguments;
  for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));  // NOLINT: spawn does not write
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
  const int error = ::posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

/// Reads until the other end closes. @return false at the deadline
bool read_all(int descriptor, Clock::time_point end, std::string& text) {
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    if (left <= 0) return false;
    struct pollfd wanted {
      descriptor, POLLIN, 0
    };
    const int ready = ::poll(&wanted, 1, static_cast<int>(left));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return ready < 0;
    std::array<char, 4096> buffer{};
    const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return true;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

ToolOutcome run_tool(const std::vector<std::string>& words, std::chrono::milliseconds deadline) {
  ToolOutcome outcome;
  const auto end = Clock::now() + deadline;
  Pipe pipe;
  pid_t child = 0;
  if (pipe.ends[0] < 0 || start(words, pipe.ends[1], child) != 0) return outcome;
  outcome.found = true;
  pipe.close_end(1);
  if (!read_all(pipe.ends[0], end, outcome.output)) {
    outcome.timed_out = true;
    ::kill(child, SIGKILL);
  }
  outcome.exit_code = wait_for(child);
  while (!outcome.output.empty() && outcome.output.back() == '\n') outcome.output.pop_back();
  return outcome;
}

}  // namespace genloss::slurm
