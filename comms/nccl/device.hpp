#pragma once
// Which GPU a rank works on, and whether all ranks can work together.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "comms/communicator.hpp"

namespace genloss::comms::nccl {

/// As nvidia-smi names it.
using Uuid = std::array<unsigned char, 16>;
[[nodiscard]] std::string uuid_text(const Uuid& uuid);  ///< "GPU-0123abcd-..."

struct Device {
  int index = 0;
  std::string name;  ///< "NVIDIA H100 80GB HBM3"
  Uuid uuid{};
  std::uint64_t memory = 0;  ///< bytes
  int compute_major = 0, compute_minor = 0;
};
/// The GPUs this process can see. @throws Error(missing_resource) if there are none, or no driver
[[nodiscard]] std::vector<Device> visible_devices();

struct Versions {
  int driver = 0;   ///< newest CUDA version that the driver knows, 13000 for 13.0; 0: no driver
  int runtime = 0;  ///< CUDA runtime that is loaded
  int nccl = 0;     ///< NCCL that is loaded, 23007 for 2.30.7
};
[[nodiscard]] Versions versions() noexcept;

/// Collective: takes the GPU of this rank's turn on its node (the n-th rank of a node takes the n-th visible one,
/// modulo their number) and makes it the current one.
/// @throws Error(missing_resource) on all ranks if one has no GPU, if two would share one (names both ranks), or if
/// NCCL is not the version this program was built with everywhere (names the rank)
[[nodiscard]] Device choose_device(Communicator& ranks);

}  // namespace genloss::comms::nccl
