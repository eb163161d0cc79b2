#include "orchestrator/run/coordinator.hpp"

#include "jobs/error.hpp"
#include "orchestrator/attempt/fault_point.hpp"
#include "orchestrator/directory/clock.hpp"

namespace genloss::orchestrator {
namespace {

bool already_there(const Position& position, int n, State state) {
  return position.generation > n || (position.generation == n && position.state >= state);
}

}  // namespace

Coordinator::Coordinator(RunContext context) : context_(std::move(context)) {}

RunEnd Coordinator::run() {
  tokenize();
  for (int n = 0; n < context_.spec.study.generations; ++n) {
    if (!generation(n)) return RunEnd::stopped;
  }
  return RunEnd::finished;
}

bool Coordinator::generation(int n) {
  at_ = n;
  enter(n, State::planned);
  context_.console.line("generation " + std::to_string(n) + " of " + std::to_string(context_.spec.study.generations));
  mix(n);
  if (stop_agreed(&Pace::step) || !timed(times_.training, [&] { return train(n); })) return false;
  if (stop_agreed(&Pace::evaluation)) return false;
  timed(times_.measuring, [&] { evaluate(n); });
  if (stop_agreed(&Pace::shard) || !timed(times_.sampling, [&] { return sample(n); })) return false;
  if (stop_agreed(&Pace::measuring)) return false;
  timed(times_.measuring, [&] { score(n); });
  return !stop_agreed();
}

bool Coordinator::stop_agreed(double Pace::*next) {
  const bool stop = context_.stop_requested() || !context_.budget.fits(next);
  return context_.ranks.agree_max(stop ? 1 : 0, "stop flag") != 0;
}

bool Coordinator::stop_agreed() {
  return context_.ranks.agree_max(context_.stop_requested() ? 1 : 0, "stop flag") != 0;
}

void Coordinator::enter(int n, State state, const nlohmann::ordered_json& facts) {
  if (!context_.ranks.is_root()) return;
  if (!already_there(position_of(context_.journal->entries()), n, state)) {
    nlohmann::ordered_json line;
    line["generation"] = n;
    line["state"] = name_of(state);
    if (facts.is_object()) line.update(facts);
    line["time"] = utc_now();
    context_.journal->append(std::move(line));
  }
  fault_point(std::to_string(n) + ":" + std::string(name_of(state)));
}

std::string Coordinator::on_root(std::string_view what, const std::function<std::string()>& action) {
  std::exception_ptr error;
  std::string result;
  if (context_.ranks.is_root()) {
    try {
      result = action();
    } catch (...) {
      error = std::current_exception();
    }
  }
  context_.ranks.agree_on_errors(error, what);
  return context_.ranks.broadcast_text(std::move(result), 0, what);
}

PassOptions Coordinator::pass_options() const {
  PassOptions options;
  options.stall_seconds = context_.spec.runtime.stall_seconds;
  options.deadline_seconds = context_.spec.runtime.deadline_seconds;
  options.warn = [this](const std::string& text) { context_.console.warn(text); };
  return options;
}

workers::Distribute Coordinator::distribute() const {
  return [this](std::string_view what, std::uint64_t items, const std::function<void(std::uint64_t)>& work) {
    PassOptions options = pass_options();
    options.progress = [this](std::uint64_t done, std::uint64_t all) {
      context_.console.progress(done, all, "blocks");
    };
    const auto item_work = [&](std::uint64_t item, const workers::Heartbeat&) { work(item); };
    (void)granted_pass(context_.ranks, what, items, item_work, options);  // not stoppable, so always complete
  };
}

}  // namespace genloss::orchestrator
