#include "workers/mix/mix_reader.hpp"

#include <string>

#include "jobs/error.hpp"
#include "jobs/permutation.hpp"

namespace genloss::workers {
namespace {

/// A number that stays the same for a source over all generations, so that a "kept" selection is kept whatever else is
/// in the mix.
std::uint64_t identity_of(const MixSource& source) {
  constexpr std::uint64_t first_corpus = 16;
  if (const auto* human = std::get_if<HumanSource>(&source.origin)) {
    return human->split == jobs::TrainableSplit::train ? 1 : 2;
  }
  return first_corpus + static_cast<std::uint64_t>(std::get<CorpusSource>(source.origin).generation);
}

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
}

MixReader::Origin MixReader::origin(std::uint64_t position) {
  const std::uint64_t units = plan_.units();
  const std::uint64_t epoch = position / units;
  const auto [index, ordinal] = interleave_.at(position % units);
  const MixSource& source = plan_.sources[index];
  const std::uint64_t identity = identity_of(source);

  const jobs::Permutation order(source.quota,
                                {plan_.seed, jobs::Purpose::mix_order, static_cast<std::uint32_t>(plan_.generation)},
                                (identity << 32) | (epoch & 0xffffffffU));
  const std::uint64_t place = order(ordinal);
  if (source.quota == source.available) return {index, place};  // all of them, the order is random already
  const jobs::Permutation select(source.available, {plan_.seed, jobs::Purpose::mix_select, source.selection}, identity);
  return {index, select(place)};
}

void MixReader::read(std::uint64_t position, std::span<std::byte> out) {
  const auto [source, unit] = origin(position);
  sources_[source]->read(unit, out);
}

}  // namespace genloss::workers
