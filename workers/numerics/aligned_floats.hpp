#pragma once
#include <cstddef>
#include <memory>
#include <span>

namespace genloss::workers::numerics {

/// A zeroed float array on a 64-byte boundary that keeps its address for life; big ones ask for huge pages, because a
/// cache of keys and values is read from end to end in every step.
class AlignedFloats {
 public:
  AlignedFloats() = default;
  explicit AlignedFloats(std::size_t count);
  [[nodiscard]] float* data() noexcept { return data_.get(); }
  [[nodiscard]] const float* data() const noexcept { return data_.get(); }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  [[nodiscard]] std::span<float> values() noexcept { return {data_.get(), count_}; }
  [[nodiscard]] std::span<const float> values() const noexcept { return {data_.get(), count_}; }

 private:
  struct Free {
    void operator()(float* p) const noexcept;
  };
  std::unique_ptr<float[], Free> data_;
  std::size_t count_ = 0;
};

}  // namespace genloss::workers::numerics
