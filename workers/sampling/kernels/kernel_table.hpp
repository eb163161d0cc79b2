#pragma once
// All kernels of one instruction set. Only for kernels_*.cpp, like everything it includes.

#include "workers/sampling/kernels/kernels.hpp"
// kernels.hpp first: the order is part of what kernels_*.cpp rely on
#include "workers/sampling/kernels/kernel_attend.hpp"
#include "workers/sampling/kernels/kernel_multiply.hpp"
#include "workers/sampling/kernels/kernel_rows.hpp"

namespace genloss::workers {
namespace {

constexpr Kernels kernel_table(std::string_view name) {
  return {name, &multiply, &attend, &normalise, &summarise, &exponentials};
}

}  // namespace
}  // namespace genloss::workers
