#include "workers/network/parameters.hpp"

#include <algorithm>
#include <utility>

#include "jobs/error.hpp"

namespace genloss::workers {
namespace {

constexpr std::size_t alignment = 16;  // floats, 64 bytes

}  // namespace

void ParameterLayout::add(std::string name, std::vector<std::int64_t> shape) {
  std::size_t count = 1;
  for (const auto extent : shape) count *= static_cast<std::size_t>(extent);
  const bool matrix = shape.size() > 1;
  parameters_.push_back({std::move(name), std::move(shape), flat_size_, count, matrix});
  flat_size_ += (count + alignment - 1) / alignment * alignment;
  parameter_count_ += count;
}

const ParameterInfo& ParameterLayout::at(const std::string& name) const {
  const auto found =
      std::find_if(parameters_.begin(), parameters_.end(), [&](const ParameterInfo& p) { return p.name == name; });
  if (found == parameters_.end()) {
    throw Error(ExitCode::internal, "find parameter", name, "the model has no parameter of this name");
  }
  return *found;
}

}  // namespace genloss::workers
