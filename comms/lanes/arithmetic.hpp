#pragma once
// Calls a function with the C++ type of a DType.

#include <cstdint>

#include "comms/buffer.hpp"

namespace genloss::comms {

template <class Function>
void with_type(DType type, Function&& function) {
  switch (type) {
    case DType::u8:
      function(std::uint8_t{});
      return;
    case DType::i32:
      function(std::int32_t{});
      return;
    case DType::i64:
      function(std::int64_t{});
      return;
    case DType::u64:
      function(std::uint64_t{});
      return;
    case DType::f32:
      function(float{});
      return;
    case DType::f64:
      function(double{});
      return;
  }
}

}  // namespace genloss::comms
