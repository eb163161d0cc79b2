#include "workers/mix/mix_reader.hpp"

#include <algorithm>
#include <string>

#include "jobs/error.hpp"

namespace genloss::workers {
namespace {

/// The buffers of all sources together are to touch no more files than are kept open (storage::ShardCache).
constexpr std::uint64_t buffered_runs = 4;

std::vector<std::uint64_t> quotas_of(const MixPlan& plan) {
  std::vector<std::uint64_t> quotas;
  for (const auto& source : plan.sources) quotas.push_back(source.quota);
  return quotas;
}

void check(const MixPlan& plan, const std::vector<std::unique_ptr<UnitSource>>& sources) {
  const auto fail = [](std::size_t source, const std::string& cause) {
    throw Error(ExitCode::bad_data, "open mix", "source " + std::to_string(source), cause,
                "the plan was made for other data; see `genloss verify`");
  };
  if (sources.size() != plan.sources.size()) {
    throw Error(
        ExitCode::internal, "open mix", "generation " + std::to_string(plan.generation),
        std::to_string(plan.sources.size()) + " sources are planned, " + std::to_string(sources.size()) + " are open");
  }
  for (std::size_t s = 0; s < sources.size(); ++s) {
    const auto& planned = plan.sources[s];
    if (sources[s]->units() != planned.available) {
      fail(s, "holds " + std::to_string(sources[s]->units()) + " units, the plan says " +
                  std::to_string(planned.available));
    }
    if (planned.quota > planned.available) fail(s, "the quota is larger than what is available");
    if (sources[s]->unit_bytes() != sources.front()->unit_bytes()) fail(s, "its units have another size");
  }
}

}  // namespace

MixReader::MixReader(MixPlan plan, std::vector<std::unique_ptr<UnitSource>> sources)
    : plan_(std::move(plan)), sources_(std::move(sources)), interleave_(quotas_of(plan_)) {
  check(plan_, sources_);
  unit_bytes_ = sources_.front()->unit_bytes();
  const auto in_files = static_cast<std::uint64_t>(
      std::count_if(sources_.begin(), sources_.end(), [](const auto& source) { return source->in_files(); }));
  for (std::size_t s = 0; s < sources_.size(); ++s) {
    const std::uint64_t runs = sources_[s]->in_files() ? std::max<std::uint64_t>(1, buffered_runs / in_files) : 0;
    orders_.emplace_back(plan_, plan_.sources[s], runs);
  }
}

MixReader::Origin MixReader::origin(std::uint64_t position) {
  const std::uint64_t units = plan_.units();
  const std::uint64_t epoch = position / units;
  const auto [index, ordinal] = interleave_.at(position % units);
  return {index, orders_[index].unit(epoch, ordinal)};
}

double MixReader::read(std::uint64_t position, std::span<std::byte> out) {
  const auto [source, unit] = origin(position);
  sources_[source]->read(unit, out);
  return plan_.sources[source].weight;
}

}  // namespace genloss::workers
