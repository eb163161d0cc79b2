#pragma once
// What the program knows of a GPU: an interface that the CUDA plug-in implements. No header of CUDA is behind it.

#include <memory>
#include <string>
#include <vector>

#include "comms/communicator.hpp"
#include "jobs/study_spec.hpp"
#include "workers/network/network.hpp"
#include "workers/sampling/token_decoder.hpp"
#include "workers/training/training_engine.hpp"
#include "workers/transformer/weights.hpp"

namespace genloss::workers {

/// The GPUs of all ranks, one each, connected; alive from the start of a run to its end.
class Accelerator {
 public:
  virtual ~Accelerator() = default;
  Accelerator(const Accelerator&) = delete;
  Accelerator& operator=(const Accelerator&) = delete;
  /// "NVIDIA H100 80GB HBM3, NCCL 2.30.7"
  [[nodiscard]] virtual std::string description() const = 0;
  /// Collective. @param network one with a TensorLoss @param start parameters to begin with
  /// @param ranks for what is no bulk data; outlives the engine
  [[nodiscard]] virtual std::unique_ptr<TrainingEngine> training_engine(const jobs::TrainingSection& training,
                                                                        const Network& network,
                                                                        std::span<const float> start,
                                                                        comms::Communicator& ranks) = 0;
  /// Local. A decoder of `rows` sequences on this rank's GPU.
  [[nodiscard]] virtual std::unique_ptr<TokenDecoder> decoder(const Weights& weights, int rows) = 0;

 protected:
  Accelerator() = default;
};

/// What a machine has, for people: every part may be missing.
struct AcceleratorReport {
  struct Device {
    int index = 0;
    std::string name, uuid;    ///< "NVIDIA H100 80GB HBM3", "GPU-0123abcd-..."
    std::uint64_t memory = 0;  ///< bytes
    std::string capability;    ///< "9.0"
  };
  std::string driver;           ///< newest CUDA that the driver knows, "13.0"; empty: no driver
  std::string runtime, nccl;    ///< of the libraries that are loaded, "13.0", "2.30.7"
  std::vector<Device> devices;  ///< that this process can see
  std::string problem, hint;    ///< why there is nothing to compute on, and what to do; empty if there is
};

/// The other side of the plug-in's one entry point.
class AcceleratorPlugin {
 public:
  virtual ~AcceleratorPlugin() = default;
  AcceleratorPlugin(const AcceleratorPlugin&) = delete;
  AcceleratorPlugin& operator=(const AcceleratorPlugin&) = delete;
  [[nodiscard]] virtual AcceleratorReport report() const noexcept = 0;
  /// Collective: a GPU per rank, connected by NCCL.
  /// @throws Error(missing_resource) or Error(internal) on all ranks
  [[nodiscard]] virtual std::unique_ptr<Accelerator> open(comms::Communicator& ranks,
                                                          const comms::Deadlines& deadlines) const = 0;

 protected:
  AcceleratorPlugin() = default;
};
/// Program and plug-in are built together; this number tells when they are not.
inline constexpr int accelerator_interface = 2;
/// `extern "C" const AcceleratorPlugin* genloss_accelerator(int interface)`; null if the plug-in has another one.
using AcceleratorEntry = const AcceleratorPlugin* (*)(int interface);
inline constexpr const char* accelerator_entry_name = "genloss_accelerator";

}  // namespace genloss::workers
