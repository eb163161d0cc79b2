#pragma once
#include <string>

namespace genloss::storage {

/// Of the HDF5 library that is loaded: "1.10.8".
[[nodiscard]] std::string hdf5_version();

}  // namespace genloss::storage
