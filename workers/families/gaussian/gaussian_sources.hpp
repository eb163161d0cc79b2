#pragma once
// Training units of the closed-form family: the same-numbered sample of all replicates, [replicates, dimension] f64.

#include <cstdint>
#include <span>
#include <utility>

#include "workers/families/gaussian/gaussian_draws.hpp"
#include "workers/mix/unit_source.hpp"

namespace genloss::workers {

/// "Human" data that is drawn when it is read: samples [first, first + count) of the truth.
class TruthSource final : public UnitSource {
 public:
  TruthSource(GaussianDraws draws, std::uint64_t first, std::uint64_t count)
      : draws_(std::move(draws)), first_(first), count_(count) {}
  [[nodiscard]] std::uint64_t units() const override { return count_; }
  [[nodiscard]] std::size_t unit_bytes() const override { return draws_.values() * sizeof(double); }
  void read(std::uint64_t unit, std::span<std::byte> out) override;

 private:
  GaussianDraws draws_;
  std::uint64_t first_, count_;
};

}  // namespace genloss::workers
