#pragma once
// Expands a plan lazily: position -> unit, without a table and without copying a corpus.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "workers/mix/mix_plan.hpp"
#include "workers/mix/unit_order.hpp"
#include "workers/mix/unit_source.hpp"

namespace genloss::workers {

/// Which source a position of an epoch belongs to, and its index within that source. Largest error first (the
/// source whose share so far lags most behind its quota; ties to the first), as Megatron-LM blends data sets; quotas
/// come out exactly. Positions are best asked in ascending order: going back restarts the count.
class Interleave {
 public:
  explicit Interleave(std::vector<std::uint64_t> quotas);
  struct Place {
    std::size_t source = 0;
    std::uint64_t ordinal = 0;
  };
  [[nodiscard]] Place at(std::uint64_t position);

 private:
  std::vector<std::uint64_t> quotas_, taken_;
  std::uint64_t total_ = 0, next_ = 0;
};

/// The units of a mix in training order. Position p is in epoch p / units(); within an epoch, sources are interleaved,
/// each source's selected units in an order of its own (UnitOrder).
class MixReader {
 public:
  /// `sources` in the order of plan.sources, each with units() == available
  MixReader(MixPlan plan, std::vector<std::unique_ptr<UnitSource>> sources);
  [[nodiscard]] const MixPlan& plan() const noexcept { return plan_; }
  [[nodiscard]] std::size_t unit_bytes() const noexcept { return unit_bytes_; }
  /// @return the unit's weight in the loss
  double read(std::uint64_t position, std::span<std::byte> out);
  struct Origin {
    std::size_t source = 0;
    std::uint64_t unit = 0;
  };
  /// Where position `position` comes from (for lineage and tests).
  [[nodiscard]] Origin origin(std::uint64_t position);

 private:
  MixPlan plan_;
  std::vector<std::unique_ptr<UnitSource>> sources_;
  Interleave interleave_;
  std::vector<UnitOrder> orders_;  // of each source
  std::size_t unit_bytes_ = 0;
};

}  // namespace genloss::workers
