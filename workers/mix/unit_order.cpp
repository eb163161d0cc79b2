#include "workers/mix/unit_order.hpp"

#include <algorithm>

#include "jobs/permutation.hpp"

namespace genloss::workers {
namespace {

using jobs::Permutation;
using jobs::Purpose;

/// Added to a source's number where a run's own units are permuted.
constexpr std::uint64_t inside_a_run = std::uint64_t{1} << 40;
/// Added to the epoch where a mix holds a unit once more: the order of another epoch, in 16 bits as well as in 32.
constexpr std::uint64_t between_passes = 4099;

/// A number that stays the same for a source over all generations, so that a "kept" selection is kept whatever else is
/// in the mix.
std::uint64_t identity_of(const MixSource& source) {
  constexpr std::uint64_t first_corpus = 16;
  if (const auto* human = std::get_if<HumanSource>(&source.origin)) {
    return human->split == jobs::TrainableSplit::train ? 1 : 2;
  }
  constexpr int lineage_bits = 24;  // below: generations
  const CorpusSource& corpus = std::get<CorpusSource>(source.origin);
  return first_corpus + static_cast<std::uint64_t>(corpus.generation) +
         (static_cast<std::uint64_t>(corpus.lineage) << lineage_bits);
}

}  // namespace

UnitOrder::UnitOrder(const MixPlan& plan, const MixSource& source, std::uint64_t buffer_runs)
    : seed_(plan.seed),
      available_(source.available),
      quota_(source.quota),
      identity_(identity_of(source)),
      first_(source.first),
      pass_(source.pass),
      generation_(static_cast<std::uint32_t>(plan.generation)),
      selection_(source.selection),
      buffer_runs_(buffer_runs) {
  if (buffer_runs_ > 0) select();
}

/// Runs are laid end to end in the order of their selection; the first quota_ units are taken.
void UnitOrder::select() {
  runs_ = available_ / run_units;
  short_run_ = available_ % run_units;
  short_place_ = runs_;
  if ((quota_ < available_ || first_ > 0) && short_run_ > 0) {
    const Permutation order(runs_ + 1, {seed_, Purpose::mix_select, selection_}, identity_);
    for (short_place_ = 0; order(short_place_) != runs_;) ++short_place_;
  }
  const std::uint64_t before = short_place_ * run_units;
  of_short_ = quota_ > before && first_ == 0 ? std::min(short_run_, quota_ - before) : 0;
  whole_ = (quota_ - of_short_) / run_units;
}

/// Full runs in the order of their selection.
std::uint64_t UnitOrder::run_at(std::uint64_t number) const {
  if (quota_ == available_ && first_ == 0) return number;  // all of them, the order is random already
  const Permutation order(runs_ + (short_run_ > 0 ? 1 : 0), {seed_, Purpose::mix_select, selection_}, identity_);
  return order(short_run_ > 0 && number >= short_place_ ? number + 1 : number);
}

std::uint64_t UnitOrder::selected(std::uint64_t place) const {
  const std::uint64_t before = short_place_ * run_units;
  if (short_run_ > 0 && place >= before && place < before + short_run_) {
    return within(runs_ * run_units, short_run_, place - before);
  }
  if (short_run_ > 0 && place >= before) place -= short_run_;
  return within(run_at(place / run_units) * run_units, run_units, place % run_units);
}

std::uint64_t UnitOrder::unit(std::uint64_t epoch, std::uint64_t place) const {
  epoch += pass_ * between_passes;
  if (buffer_runs_ == 0) return scattered(epoch, place);
  const std::uint64_t full = run_units * buffer_runs_;
  // The last buffer also takes what is not of full runs.
  const std::uint64_t buffers = std::max<std::uint64_t>(1, (whole_ + buffer_runs_ - 1) / buffer_runs_);
  const std::uint64_t buffer = std::min(place / full, buffers - 1), first = buffer * full;
  const std::uint64_t size = buffer + 1 < buffers ? full : quota_ - first;
  const Permutation inside(size, {seed_, Purpose::mix_buffer, generation_},
                           (identity_ << 48) ^ ((epoch & 0xffff) << 32) ^ (buffer & 0xffffffff));
  std::uint64_t shuffled = first + inside(place - first);
  if (first_ > 0) {
    // The quota is anywhere in the order of selection: stretches of it as long as runs, each from two runs or so.
    if (shuffled < whole_ * run_units) {
      const Permutation order(whole_, {seed_, Purpose::mix_order, generation_},
                              (identity_ << 32) | (epoch & 0xffffffff));
      shuffled = order(shuffled / run_units) * run_units + shuffled % run_units;
    }
    return selected((first_ + shuffled) % available_);
  }
  if (shuffled < whole_ * run_units) {
    const Permutation order(whole_, {seed_, Purpose::mix_order, generation_}, (identity_ << 32) | (epoch & 0xffffffff));
    return run_at(order(shuffled / run_units)) * run_units + shuffled % run_units;
  }
  shuffled -= whole_ * run_units;
  if (shuffled < of_short_) return within(runs_ * run_units, short_run_, shuffled);
  return within(run_at(whole_) * run_units, run_units, shuffled - of_short_);
}

std::uint64_t UnitOrder::scattered(std::uint64_t epoch, std::uint64_t place) const {
  const Permutation order(quota_, {seed_, Purpose::mix_order, generation_}, (identity_ << 32) | (epoch & 0xffffffff));
  const std::uint64_t chosen = order(place);
  if (quota_ == available_) return chosen;  // all of them, the order is random already
  return Permutation(available_, {seed_, Purpose::mix_select, selection_}, identity_)((first_ + chosen) % available_);
}

std::uint64_t UnitOrder::within(std::uint64_t first, std::uint64_t size, std::uint64_t nth) const {
  return first + Permutation(size, {seed_, Purpose::mix_select, selection_}, identity_ + inside_a_run)(nth);
}

}  // namespace genloss::workers
