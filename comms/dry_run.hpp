#pragma once
// A communicator that only pretends: one process plays rank r of N. For plans and for tests of code that depends on the
// rank count.

#include "comms/single_rank.hpp"

namespace genloss::comms {

/// Collectives return at once as if every rank had contributed the same data (sums are multiplied by size); messages to
/// others go nowhere. Counts what would have been sent.
class DryRun final : public SingleRank {
 public:
  struct Traffic {
    std::size_t operations = 0, bytes_sent = 0;
  };
  /// @throws Error(usage) unless 0 <= rank < size
  DryRun(int rank, int size);

  [[nodiscard]] int rank() const noexcept override { return rank_; }
  [[nodiscard]] int size() const noexcept override { return size_; }
  [[nodiscard]] std::string_view name() const noexcept override { return "dry-run"; }
  [[nodiscard]] const Traffic& traffic() const noexcept { return traffic_; }
  /// Every rank is taken to have the same colour.
  [[nodiscard]] std::unique_ptr<Communicator> split(int color, int key) override;

 private:
  void note(std::size_t bytes) override;
  int rank_, size_;
  Traffic traffic_;
};

}  // namespace genloss::comms
