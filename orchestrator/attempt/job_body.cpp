#include "orchestrator/attempt/job_body.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <thread>

#include "jobs/error.hpp"
#include "orchestrator/attempt/restart_limit.hpp"
#include "orchestrator/attempt/retry.hpp"
#include "orchestrator/attempt/signals.hpp"
#include "orchestrator/directory/clock.hpp"
#include "orchestrator/directory/state.hpp"
#include "slurm/own_job.hpp"
#include "storage/files/journal.hpp"

namespace genloss::orchestrator {
namespace fs = std::filesystem;
namespace {

constexpr int stopped = static_cast<int>(ExitCode::stopped), internal = static_cast<int>(ExitCode::internal);

class JobBody {
 public:
  explicit JobBody(const JobOrder& order)
      : order_(order), job_(order.script), run_{order.point.run}, warned_(order.warned) {}

  int run() {
    fs::create_directories(run_.batch());
    AttemptEnd end;
    try {
      end = attempts();
    } catch (const Error&) {  // the limit on restarts: main tells it
      end_chain();
      throw;
    }
    const RetryDecision decision = after_attempt(end);
    switch (decision.next) {
      case NextStep::finish:
        say("done: " + run_.root.string());
        end_chain();
        return 0;
      case NextStep::give_up:
        say("FAILED with exit code " + std::to_string(end.code) + ": " + decision.why + "; see " + log_.string() +
            " and " + run_.logs().string());
        end_chain();
        return end.code;
      case NextStep::retry:
        break;
    }
    return retry(end.code, decision.why);
  }

 private:
  void say(const std::string& line) const {
    std::printf("%s genloss job %s: %s\n", utc_now().c_str(), job_.id().c_str(), line.c_str());
    std::fflush(stdout);
  }

  /// USR2: the end is near. TERM: pre-emption or scancel. Both reach the ranks, which save their state and end with 75.
  int next_signal() {
    const int signal = take_stop_signal();
    if (signal == 0) return 0;
    warned_ = true;
    say(signal == SIGUSR2 ? "SIGUSR2 received" : "SIGTERM received");
    return signal;
  }

  AttemptEnd attempts() {
    for (int attempt = 0;; ++attempt) {
      const Start start = count_start(run_, job_.id(), order_.max_stalled_restarts);
      if (start.stalled > 0) say("restart " + std::to_string(start.stalled) + " without progress");
      (void)next_signal();
      const auto nodes = job_.living_nodes();
      AttemptEnd end{stopped, false, start.moved_before, start.stalled, order_.max_stalled_restarts};
      if (warned_) return end;
      end.code = step(nodes, attempt);
      end.moved = progress_mark(run_) != start.mark;
      if (!order_.elastic || warned_ || is_own_word(end.code)) return end;
      say("waiting for Slurm's verdict on the nodes");
      if (!job_.has_lost_nodes(nodes.size())) return end;
      say("a node is lost: going on with the others");
    }
  }

  int step(const std::vector<std::string>& nodes, int attempt) {
    const std::string name = std::to_string(job_.restarts()) + "." + std::to_string(attempt);
    log_ = run_.batch() /
           ("attempt-" + job_.id() + "-" + std::to_string(job_.restarts()) + "-" + std::to_string(attempt) + ".log");
    const auto ranks = nodes.size() * static_cast<std::size_t>(order_.resources.tasks_per_node);
    say("attempt " + name + ": " + std::to_string(nodes.size()) + " nodes, " + std::to_string(ranks) +
        " ranks; log: " + log_.string());
    int code = slurm::run_step(
        slurm::step_words(order_.resources, nodes, log_,
                          {fs::read_symlink("/proc/self/exe").string(), "run", order_.point.study.string()}),
        [this] { return next_signal(); });
    // srun ends with 0 when it loses a node: only the run itself knows that it is done
    if (code == 0 && !finished()) {
      say("srun ended without an error, but the run is not finished");
      code = internal;
    }
    say("attempt " + name + " ended with " + exit_text(code));
    return code;
  }

  [[nodiscard]] bool finished() const {
    return fs::exists(run_.journal()) && position_of(storage::Journal::read(run_.journal())).finished;
  }

  int retry(int code, const std::string& why) {
    // Ended by the warning before the program could take it, or with the others: costs at most what a checkpoint saves.
    if (code == 128 + SIGUSR2 || code == 128 + SIGTERM) code = stopped;
    if (job_.is_being_ended()) {
      say("cancelled, " + why + "; genloss submit goes on");
    } else if (!job_.next_links().empty()) {
      say("the next link of the chain goes on: " + why);
    } else if (job_.queue_again()) {
      say("queued again: " + why);
      // Slurm ends this process: it is to see the job as one that it queues again, not as one that has ended itself.
      const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
      while (job_.is_running() && std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(std::chrono::milliseconds(500));
      }
    } else {
      say("Slurm does not queue it again, use genloss submit: " + why);
    }
    return code;
  }

  void end_chain() const {
    const auto links = job_.next_links();
    if (links.empty()) return;
    say("the rest of the chain is not needed");
    slurm::OwnJob::cancel(links);
  }

  const JobOrder& order_;
  slurm::OwnJob job_;
  RunPaths run_;
  bool warned_;
  fs::path log_;
};

}  // namespace

int run_job(const JobOrder& order) { return JobBody(order).run(); }

}  // namespace genloss::orchestrator
