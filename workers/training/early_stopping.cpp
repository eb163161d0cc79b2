#include "workers/training/early_stopping.hpp"

#include <algorithm>
#include <cmath>

#include "jobs/error.hpp"

namespace genloss::workers {

EarlyStopping::EarlyStopping(const jobs::TrainingSection& training, const Network& network, UnitSource& validation)
    : patience_(static_cast<std::uint64_t>(training.patience)),
      steps_between_(static_cast<std::uint64_t>(training.validation_steps)),
      unit_bytes_(network.unit().bytes) {
  const std::uint64_t wanted = std::max<std::uint64_t>(1, training.validation_tokens / network.unit().values);
  const auto count = static_cast<std::size_t>(std::min(validation.units(), wanted));
  units_.resize(count * unit_bytes_);
  for (std::size_t i = 0; i < count; ++i) {
    const auto unit = std::span(units_).subspan(i * unit_bytes_, unit_bytes_);
    validation.read(i, unit);
    targets_ += network.targets(unit);
  }
  if (targets_ == 0) {
    throw Error(ExitCode::bad_data, "train", "with training.patience",
                "the validation split is too small to measure on",
                "name files in data.validation, raise data.validation_fraction, or set training.patience = 0");
  }
  const int rows = training.micro_batch > 0 ? training.micro_batch : training.batch / training.lanes;
  group_bytes_ = static_cast<std::size_t>(rows) * unit_bytes_;
}

bool EarlyStopping::due(std::uint64_t step, std::uint64_t steps) const {
  return step % steps_between_ == 0 || step == steps;
}

double EarlyStopping::measure(TrainingEngine& engine, comms::Communicator& ranks, std::uint64_t step) {
  const std::size_t groups = (units_.size() + group_bytes_ - 1) / group_bytes_;
  const auto size = static_cast<std::size_t>(ranks.size());
  // A group is known to one rank, the others add zero, which is exact in any order.
  std::vector<double> sums(groups);
  ranks.together("validation", [&] {
    for (auto g = static_cast<std::size_t>(ranks.rank()); g < groups; g += size) {
      const std::size_t first = g * group_bytes_;
      sums[g] = engine.measure(std::span(units_).subspan(first, std::min(group_bytes_, units_.size() - first)));
    }
  });
  ranks.all_reduce(comms::buffer_of(std::span(sums)), comms::ReduceOp::sum, "validation");
  double loss = 0;
  for (const double sum : sums) loss += sum;
  loss /= static_cast<double>(targets_);
  best_.take(step, loss, engine.state().parameters);
  return loss;
}

}  // namespace genloss::workers
