#pragma once
#include <gtest/gtest.h>

#include "jobs/error.hpp"
#include "workers/numerics/kernels.hpp"

namespace genloss::workers::numerics {

/// The kernels that GENLOSS_INSTRUCTIONS asks for; null, with the reason, if this processor cannot run them.
inline const Kernels* forced_kernels(std::string& why_not) {
  try {
    return &kernels();
  } catch (const Error& error) {
    why_not = error.what();
    return nullptr;
  }
}

}  // namespace genloss::workers::numerics

#define GENLOSS_FORCED_KERNELS(name)                                                                           \
  std::string why_not;                                                                                         \
  const genloss::workers::numerics::Kernels* const name = genloss::workers::numerics::forced_kernels(why_not); \
  if (name == nullptr) GTEST_SKIP() << why_not
