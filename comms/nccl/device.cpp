#include "comms/nccl/device.hpp"

#include <algorithm>
#include <cstring>
#include <exception>
#include <fstream>
#include <span>

#include "comms/nccl/check.hpp"
#include "comms/world.hpp"
#include "jobs/error.hpp"

namespace genloss::comms::nccl {
namespace {

/// What ranks tell each other before they trust in one communicator.
struct Introduction {
  std::array<char, 64> node{}, host{};
  Uuid uuid{};
  std::int32_t nccl = 0;
};

/// The kernel's boot id: one per node, also where containers give hosts one name.
std::string node_id() {
  std::string id;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
  return id.empty() ? World::host_name() : id;
}

std::vector<Introduction> introduce(Communicator& ranks, const Introduction& mine) {
  std::vector<Introduction> all(static_cast<std::size_t>(ranks.size()));
  ranks.all_gather({&mine, sizeof mine, DType::u8}, {all.data(), all.size() * sizeof mine, DType::u8},
                   "who works where");
  return all;
}

template <std::size_t width>
void put_text(const std::string& text, std::array<char, width>& out) {
  text.copy(out.data(), width - 1);
}

/// How many lower ranks share this rank's node.
int turn_on_node(const std::vector<Introduction>& all, int rank) {
  const auto& mine = all[static_cast<std::size_t>(rank)].node;
  return static_cast<int>(
      std::count_if(all.begin(), all.begin() + rank, [&](const auto& i) { return i.node == mine; }));
}

std::string name_rank(const std::vector<Introduction>& all, std::size_t rank) {
  return "rank " + std::to_string(rank) + " (host " + all[rank].host.data() + ")";
}

/// All ranks see the same table and come to the same end.
void check_versions(const std::vector<Introduction>& all) {
  for (std::size_t r = 0; r < all.size(); ++r) {
    if (all[r].nccl == NCCL_VERSION_CODE) continue;
    throw Error(
        ExitCode::missing_resource, "use NCCL on", name_rank(all, r),
        "version " + nccl_version_text(all[r].nccl) + " is loaded, genloss was built with " +
            nccl_version_text(NCCL_VERSION_CODE),
        "take other NCCL libraries out of LD_LIBRARY_PATH and LD_PRELOAD (a toolkit's module, say): genloss brings "
        "its own");
  }
}

void check_one_rank_per_device(const std::vector<Introduction>& all) {
  for (std::size_t r = 0; r < all.size(); ++r) {
    for (std::size_t s = r + 1; s < all.size(); ++s) {
      if (all[r].uuid != all[s].uuid) continue;
      throw Error(
          ExitCode::missing_resource, "use " + uuid_text(all[r].uuid) + " on",
          name_rank(all, r) + " and " + name_rank(all, s), "two ranks would share one GPU",
          "start one rank per GPU (srun --gpus-per-task=1, mpirun -n <number of GPUs>); nvidia-smi -L lists them");
    }
  }
}

Device describe(int index) {
  cudaDeviceProp properties{};
  cuda_check(cudaGetDeviceProperties(&properties, index), "describe device " + std::to_string(index));
  Device device;
  device.index = index;
  device.name = properties.name;
  std::memcpy(device.uuid.data(), properties.uuid.bytes, device.uuid.size());
  device.memory = properties.totalGlobalMem;
  device.compute_major = properties.major;
  device.compute_minor = properties.minor;
  return device;
}

}  // namespace

std::string uuid_text(const Uuid& uuid) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text = "GPU-";
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += digits[uuid[i] / 16];
    text += digits[uuid[i] % 16];
  }
  return text;
}

std::vector<Device> visible_devices() {
  int count = 0;
  cuda_check(cudaGetDeviceCount(&count), "look for devices");
  if (count == 0) cuda_check(cudaErrorNoDevice, "look for devices");
  std::vector<Device> devices;
  devices.reserve(static_cast<std::size_t>(count));
  for (int index = 0; index < count; ++index) devices.push_back(describe(index));
  return devices;
}

Versions versions() noexcept {
  Versions found;
  (void)cudaDriverGetVersion(&found.driver);
  (void)cudaRuntimeGetVersion(&found.runtime);
  (void)ncclGetVersion(&found.nccl);
  return found;
}

Device choose_device(Communicator& ranks) {
  Introduction mine;
  put_text(node_id(), mine.node);
  put_text(World::host_name(), mine.host);
  mine.nccl = versions().nccl;
  auto all = introduce(ranks, mine);
  check_versions(all);
  Device device;
  std::exception_ptr error;
  try {
    const auto devices = visible_devices();
    device = devices[static_cast<std::size_t>(turn_on_node(all, ranks.rank())) % devices.size()];
    cuda_check(cudaSetDevice(device.index), "use device " + std::to_string(device.index) + " (" + device.name + ")");
  } catch (...) {
    error = std::current_exception();
  }
  ranks.agree_on_errors(error, "choice of GPUs");
  mine.uuid = device.uuid;
  all = introduce(ranks, mine);
  check_one_rank_per_device(all);
  return device;
}

}  // namespace genloss::comms::nccl
