#pragma once
// In which order the units of one source are trained on.

#include <cstdint>

#include "workers/mix/mix_plan.hpp"

namespace genloss::workers {

/// Neighbours that are read from the same few files, whatever the sizes of shards: the order does not depend on those.
constexpr std::uint64_t run_units = 256;

/// Which unit of a source comes as which of an epoch: a pure function of (seed, generation, source, epoch, place), with
/// no table. In each epoch every selected unit comes once.
///
/// Where units lie in files, they are shuffled in two steps, so that whoever reads them in order has a few files open
/// at a time: runs of units by a keyed permutation, and then the units of a buffer of successive runs by another. A
/// selection of a part takes whole runs, and of one more as many units as are still wanted. The samples of a corpus are
/// independent of each other, so this is as good a choice as one of single units. Elsewhere units are permuted and
/// selected one by one.
///
/// An equal selection key keeps the units that it selects over generations, and a larger quota holds a smaller one.
/// Selections of one key that begin where the one before ended (MixSource::first) share no unit.
class UnitOrder {
 public:
  /// @param source of `plan`
  /// @param buffer_runs runs whose units are shuffled together; 0: units lie in no files
  UnitOrder(const MixPlan& plan, const MixSource& source, std::uint64_t buffer_runs);
  [[nodiscard]] std::uint64_t unit(std::uint64_t epoch, std::uint64_t place) const;

 private:
  void select();
  /// The unit at a place of the order in which all of them are selected.
  [[nodiscard]] std::uint64_t selected(std::uint64_t place) const;
  [[nodiscard]] std::uint64_t scattered(std::uint64_t epoch, std::uint64_t place) const;
  [[nodiscard]] std::uint64_t run_at(std::uint64_t number) const;
  /// The nth of the run that begins with unit `first`, in the order in which they are selected.
  [[nodiscard]] std::uint64_t within(std::uint64_t first, std::uint64_t size, std::uint64_t nth) const;

  std::uint64_t seed_, available_, quota_, identity_, first_, pass_;
  std::uint32_t generation_, selection_;
  std::uint64_t buffer_runs_;
  std::uint64_t runs_ = 0, short_run_ = 0;  // all full ones, and the length of a shorter one at the end
  std::uint64_t short_place_ = 0;           // of that one, when runs are selected
  std::uint64_t whole_ = 0,
                of_short_ = 0;  // what is selected: full runs, units of the shorter one, and the rest of another
};

}  // namespace genloss::workers
