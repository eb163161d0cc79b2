#pragma once
// Finding and opening the CUDA plug-in. A run on the host's cores never comes here, so it never maps a CUDA library.

#include <memory>

#include "workers/accelerator/accelerator.hpp"

namespace genloss::workers {

/// Loads the driver, LibTorch's CUDA library and the plug-in into this process. Local; to be called before LibTorch is
/// used for anything: it looks for its CUDA side only once.
/// @throws Error(missing_resource) naming what is missing
void load_accelerator_libraries();

/// Collective, after load_accelerator_libraries() on all ranks.
/// @throws Error(missing_resource) or Error(internal) on all ranks
[[nodiscard]] std::unique_ptr<Accelerator> open_accelerator(comms::Communicator& ranks,
                                                            const comms::Deadlines& deadlines);

/// What this machine has, without LibTorch's CUDA library. Local.
[[nodiscard]] AcceleratorReport report_accelerators() noexcept;

}  // namespace genloss::workers
