#include "workers/training/training_run.hpp"

#include <algorithm>
#include <cmath>
#include <exception>

#include "comms/lanes/lane_reduction.hpp"
#include "jobs/error.hpp"
#include "workers/training/schedule.hpp"

namespace genloss::workers {
namespace {

std::string loss_of(const Network& network, const MixPlan& mix) {
  const std::string is = network.loss_is();
  if (!mix.weighted()) return is;
  return is.empty() ? "weighted" : "weighted, " + is;
}

}  // namespace

TrainingRun::TrainingRun(const jobs::StudySpec& spec, const Network& network, const TrainJob& job,
                         TrainingEngine& engine, UnitSource* validation)
    : spec_(spec),
      job_(job),
      network_(network),
      unit_(network.unit()),
      elements_(network.layout().flat_size()),
      loss_is_(loss_of(network, job.mix.plan())),
      steps_(training_steps(spec.training, unit_.values, job.mix.plan().units())),
      values_per_step_(static_cast<std::uint64_t>(spec.training.batch) * unit_.values),
      engine_(engine) {
  if (job.mix.unit_bytes() != unit_.bytes) {
    throw Error(ExitCode::internal, "train", "generation " + std::to_string(job.generation),
                "the mix gives units of " + std::to_string(job.mix.unit_bytes()) + " bytes, the model takes " +
                    std::to_string(unit_.bytes));
  }
  if (spec.training.patience > 0) {
    job.ranks.together("read validation data", [&] {
      if (validation == nullptr) {
        throw Error(ExitCode::internal, "train", "with training.patience", "the family has given no validation data");
      }
      stopping_.emplace(spec.training, network, *validation);
    });
  }
}

TrainOutcome TrainingRun::run() {
  restore();
  if (job_.ranks.is_root()) log_.emplace(job_.log, step_, job_.attempt);
  const auto batch = static_cast<std::uint64_t>(spec_.training.batch);
  const auto rows = batch / static_cast<std::uint64_t>(spec_.training.lanes);
  const comms::LaneRange mine = engine_.my_lanes();
  const auto first = static_cast<std::uint64_t>(mine.begin), last = static_cast<std::uint64_t>(mine.end);
  ahead_.emplace(job_.mix, ReadAhead::Steps{step_, steps_, batch, first * rows, (last - first) * rows});
  saved_at_ = reported_at_ = Clock::now();
  reported_step_ = step_;
  while (step_ < steps_) {
    const Agreed agreed = run_lanes();
    const double norm = update();
    ++step_;
    report(agreed.loss, norm, validate());
    if (step_ == steps_ || (stopping_ && stopping_->over())) break;
    if (agreed.save || agreed.stop) {
      sync_log();
      save();
    }
    if (agreed.stop) return outcome(TrainEnd::stopped);
  }
  sync_log();
  take_best();
  return outcome(TrainEnd::finished);
}

TrainOutcome TrainingRun::outcome(TrainEnd end) const {
  const ReadAhead::Times times = ahead_->times();
  return {end, step_, step_ * values_per_step_, times.reading, times.waiting, stopping_ ? stopping_->best().step : 0};
}

void TrainingRun::sync_log() {
  if (log_) log_->sync();
}

void TrainingRun::restore() {
  if (const auto step =
          restore_checkpoint(job_, elements_, engine_.state(), stopping_ ? &stopping_->best() : nullptr)) {
    step_ = saved_step_ = *step;
    engine_.take_state();
  }
}

TrainingRun::Agreed TrainingRun::run_lanes() {
  const comms::LaneRange mine = engine_.my_lanes();
  std::vector<double> losses(static_cast<std::size_t>(spec_.training.lanes));
  std::exception_ptr error;
  targets_ = 0;
  try {
    step_units_ = ahead_->next();
    engine_.begin_step();
    for (int lane = mine.begin; lane < mine.end; ++lane) run_lane(lane);
    engine_.losses(losses);
  } catch (...) {
    error = std::current_exception();
  }
  return agree(std::move(losses), error);
}

void TrainingRun::run_lane(int lane) {
  const auto rows = static_cast<std::size_t>(spec_.training.batch / spec_.training.lanes);
  const auto nth = static_cast<std::size_t>(lane - engine_.my_lanes().begin);
  const auto micro_batch = static_cast<std::size_t>(spec_.training.micro_batch);
  LaneGroup group{1, rows, micro_batch == 0 ? rows : micro_batch,
                  step_units_.bytes.subspan(nth * rows * unit_.bytes, rows * unit_.bytes),
                  1.0 / static_cast<double>(values_per_step_)};
  if (job_.mix.plan().weighted()) group.weights = step_units_.weights.subspan(nth * rows, rows);
  group.position = step_ * static_cast<std::uint64_t>(spec_.training.batch) + static_cast<std::uint64_t>(lane) * rows;
  for (std::size_t row = 0; row < rows; ++row) {
    targets_ += network_.targets(group.units.subspan(row * unit_.bytes, unit_.bytes));
  }
  engine_.run_lane(lane, group);
}

std::optional<double> TrainingRun::validate() {
  if (!stopping_ || !stopping_->due(step_, steps_)) return std::nullopt;
  return stopping_->measure(engine_, job_.ranks, step_);
}

void TrainingRun::take_best() {
  if (!stopping_ || stopping_->best().step == step_) return;
  std::ranges::copy(stopping_->best().parameters, engine_.state().parameters.begin());
  engine_.take_state();
}

/// One small all-reduce: losses (a lane is known to one rank, the others add zero, which is exact in any order) and
/// flags.
TrainingRun::Agreed TrainingRun::agree(std::vector<double> lane_losses, const std::exception_ptr& error) {
  const std::size_t lanes = lane_losses.size();
  lane_losses.push_back(error ? 1 : 0);
  lane_losses.push_back(job_.stop_requested && job_.stop_requested() ? 1 : 0);
  lane_losses.push_back(save_is_due() ? 1 : 0);
  lane_losses.push_back(static_cast<double>(targets_));
  job_.ranks.all_reduce(comms::buffer_of(std::span(lane_losses)), comms::ReduceOp::sum, "training step");
  if (lane_losses[lanes] != 0) {
    // No rank has changed its state in this step: what has been done is kept for whoever takes up the training again.
    if (step_ > saved_step_) {
      sync_log();
      save();
    }
    job_.ranks.agree_on_errors(error, "training step");
  }
  const double loss = comms::tree_sum(std::span(lane_losses).first(lanes)) / std::max(1.0, lane_losses[lanes + 3]);
  if (!std::isfinite(loss)) {
    throw Error(ExitCode::bad_data, "train", "generation " + std::to_string(job_.generation),
                "the loss is not finite at step " + std::to_string(step_ + 1),
                "lower training.learning_rate, or lengthen training.warmup_fraction");
  }
  return {loss, lane_losses[lanes + 1] != 0, lane_losses[lanes + 2] != 0};
}

double TrainingRun::update() {
  const double norm = engine_.reduce();
  if (!std::isfinite(norm)) {
    throw Error(ExitCode::bad_data, "train", "generation " + std::to_string(job_.generation),
                "the gradient is not finite at step " + std::to_string(step_ + 1), "lower training.learning_rate");
  }
  const double clip = spec_.training.clip;
  const double scale = clip > 0 && norm > clip ? clip / norm : 1.0;
  engine_.update(step_ + 1, learning_rate(spec_.training, step_, steps_), scale);
  return norm;
}

void TrainingRun::report(double loss, double norm, std::optional<double> validation) {
  if (!job_.ranks.is_root()) return;
  const auto log_steps = static_cast<std::uint64_t>(std::max(1, spec_.runtime.log_steps));
  const bool logged = step_ % log_steps == 0 || step_ == steps_ || validation;
  if (!logged && !job_.report) return;
  const double seconds = std::chrono::duration<double>(Clock::now() - reported_at_).count();
  TrainProgress progress;
  progress.step = step_;
  progress.steps = steps_;
  progress.tokens = step_ * values_per_step_;
  progress.loss = loss;
  progress.loss_is = loss_is_;
  progress.validation_loss = validation;
  progress.learning_rate = learning_rate(spec_.training, step_ - 1, steps_);
  progress.gradient_norm = norm;
  progress.tokens_per_second = static_cast<double>((step_ - reported_step_) * values_per_step_) / seconds;
  if (logged) {
    // All ranks together are measured against all ranks' threads.
    const double peak = engine_.peak() * job_.ranks.size();
    if (peak > 0) progress.peak_share = progress.tokens_per_second * network_.training_flops() / peak;
    log_->append(progress);
    reported_at_ = Clock::now();
    reported_step_ = step_;
  }
  if (job_.report) job_.report(progress);
}

/// Rank 0 decides; the others learn it with the losses.
bool TrainingRun::save_is_due() const {
  if (!job_.ranks.is_root()) return false;
  const auto every = static_cast<std::uint64_t>(std::max(0, spec_.runtime.checkpoint_steps));
  if (every > 0 && (step_ + 1) % every == 0) return true;
  const double seconds = spec_.runtime.checkpoint_seconds;
  return seconds > 0 && std::chrono::duration<double>(Clock::now() - saved_at_).count() >= seconds;
}

void TrainingRun::save() {
  save_checkpoint(job_, step_, elements_, engine_.state(), spec_.runtime.keep_checkpoints,
                  stopping_ ? &stopping_->best() : nullptr);
  saved_at_ = Clock::now();
  saved_step_ = step_;
}

}  // namespace genloss::workers
