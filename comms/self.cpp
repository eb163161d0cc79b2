// The communicator of a run without a launcher: one rank, no library.

#include "comms/single_rank.hpp"

namespace genloss::comms {
namespace {

class Self final : public SingleRank {
 public:
  [[nodiscard]] int rank() const noexcept override { return 0; }
  [[nodiscard]] int size() const noexcept override { return 1; }
  [[nodiscard]] std::string_view name() const noexcept override { return "self"; }
  [[nodiscard]] std::unique_ptr<Communicator> split(int, int) override { return make_self(); }
};

}  // namespace

std::unique_ptr<Communicator> make_self() { return std::make_unique<Self>(); }

}  // namespace genloss::comms
