#include "workers/accelerator/load_accelerator.hpp"

#include <dlfcn.h>

#include <exception>
#include <filesystem>
#include <system_error>

#include "jobs/error.hpp"

namespace genloss::workers {
namespace {

constexpr const char* host_way_out = "or use runtime.device = cpu";

[[noreturn]] void missing(const std::string& what, const std::string& cause, const std::string& hint) {
  throw Error(ExitCode::missing_resource, "use runtime.device = cuda:", what, cause, hint + ", " + host_way_out);
}

/// Libraries stay until the process ends: LibTorch and CUDA keep threads and tables that outlive every object.
void* open_library(const std::string& file, int flags, const std::string& what, const std::string& hint) {
  void* const handle = ::dlopen(file.c_str(), RTLD_NOW | flags);
  if (handle == nullptr) {
    const char* const words = ::dlerror();  // NOLINT(concurrency-mt-unsafe): one thread opens libraries
    missing(what, words != nullptr ? words : "it cannot be opened", hint);
  }
  return handle;
}

std::filesystem::path plugin_path() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  return program.parent_path() / "libgenloss_cuda.so";
}

const AcceleratorPlugin& plugin() {
  const std::string path = plugin_path().string();
  void* const library =
      open_library(path, RTLD_LOCAL, "the plug-in",
                   "build it with ./bootstrap build: it belongs beside the program (docs/install.md)");
  const auto entry = reinterpret_cast<AcceleratorEntry>(::dlsym(library, accelerator_entry_name));
  const AcceleratorPlugin* const found = entry != nullptr ? entry(accelerator_interface) : nullptr;
  if (found == nullptr) {
    missing("the plug-in " + path, "it is of another build than the program", "build both with ./bootstrap build");
  }
  return *found;
}

}  // namespace

void load_accelerator_libraries() {
  (void)open_library("libcuda.so.1", RTLD_GLOBAL, "the NVIDIA driver",
                     "run on a machine with an NVIDIA GPU and a driver for CUDA 13 (580 or newer)");
  (void)open_library("libtorch_cuda.so", RTLD_GLOBAL, "LibTorch's CUDA library",
                     "docs/install.md lists the wheels that it needs beside torch");
  (void)plugin();
}

std::unique_ptr<Accelerator> open_accelerator(comms::Communicator& ranks, const comms::Deadlines& deadlines) {
  return plugin().open(ranks, deadlines);
}

AcceleratorReport report_accelerators() noexcept {
  try {
    return plugin().report();
  } catch (const Error& error) {
    AcceleratorReport report;
    report.problem = error.what();
    report.hint = error.hint();
    return report;
  } catch (const std::exception& error) {
    AcceleratorReport report;
    report.problem = error.what();
    return report;
  }
}

}  // namespace genloss::workers
