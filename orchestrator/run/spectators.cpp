#include "orchestrator/run/spectators.hpp"

#include <algorithm>
#include <exception>

#include "comms/mailbox.hpp"
#include "jobs/error.hpp"
#include "orchestrator/dispatch/idle_wait.hpp"

namespace genloss::orchestrator {
namespace {

using Clock = std::chrono::steady_clock;

/// Root of the training to those who look on.
struct News {
  enum class Kind : std::uint32_t { alive, ended } kind = Kind::alive;
  workers::TrainOutcome outcome{};
};
constexpr int news_tag = 103;

workers::TrainOutcome look_on(comms::Communicator& group, std::chrono::duration<double> deadline) {
  comms::Mailbox<News> mail(group, news_tag, "training news");
  IdleWait idle;
  for (auto heard = Clock::now(); Clock::now() - heard < deadline; idle.wait()) {
    while (const auto note = mail.poll()) {
      heard = Clock::now();
      if (note->message.kind == News::Kind::ended) return note->message.outcome;
    }
  }
  throw Error(ExitCode::internal, "wait for", "training",
              "no sign of life from the ranks that train (rank 0 on " + group.host_of(0) + ")",
              "look at the logs of ranks 0 and up; run the same command again: it resumes at the last checkpoint");
}

}  // namespace

workers::TrainOutcome train_on_lanes(workers::Family& family, const workers::TrainJob& job, comms::Communicator& group,
                                     int lanes, std::chrono::duration<double> deadline) {
  if (group.size() <= lanes) return family.learner().train(job);
  const bool trains = group.rank() < lanes;
  const auto team = group.split(trains ? 0 : 1, group.rank());
  if (!trains) {
    const workers::TrainOutcome outcome = look_on(group, deadline);
    group.agree_on_errors(nullptr, "training");
    return outcome;
  }
  comms::Mailbox<News> mail(group, news_tag, "training news");
  const auto tell = [&](const News& news) {
    if (!group.is_root()) return;
    for (int rank = lanes; rank < group.size(); ++rank) mail.send(rank, news);
  };
  auto told = Clock::now();
  const workers::TrainJob own{
      .generation = job.generation,
      .ranks = *team,
      .mix = job.mix,
      .recipe = job.recipe,
      .start_from = job.start_from,
      .checkpoints = job.checkpoints,
      .log = job.log,
      .attempt = job.attempt,
      .stop_requested =
          [&] {
            if (Clock::now() - told > std::min<std::chrono::duration<double>>(std::chrono::seconds(5), deadline / 3)) {
              told = Clock::now();
              tell({});
            }
            return job.stop_requested();
          },
      .report = job.report};
  workers::TrainOutcome outcome;
  std::exception_ptr error;
  try {
    outcome = family.learner().train(own);
  } catch (...) {
    error = std::current_exception();
  }
  tell({News::Kind::ended, outcome});
  group.agree_on_errors(error, "training");
  return outcome;
}

}  // namespace genloss::orchestrator
