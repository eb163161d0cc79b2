#pragma once
// The parameters of a network, and where they lie in one flat buffer.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace genloss::workers {

/// One parameter tensor.
struct ParameterInfo {
  std::string name;
  std::vector<std::int64_t> shape;
  std::size_t offset = 0;  ///< first element in the flat buffer; a multiple of 16 floats (64 bytes)
  std::size_t count = 0;
  bool decayed = false;  ///< weight decay applies (matrices; not norms, not biases)
};

class ParameterLayout {
 public:
  /// The next parameter, behind those before it; decayed if it has more than one dimension.
  void add(std::string name, std::vector<std::int64_t> shape);
  [[nodiscard]] const std::vector<ParameterInfo>& parameters() const noexcept { return parameters_; }
  /// @throws Error(internal) if there is none
  [[nodiscard]] const ParameterInfo& at(const std::string& name) const;
  /// Elements of the flat buffer, gaps included; padding elements are zero and stay zero.
  [[nodiscard]] std::size_t flat_size() const noexcept { return flat_size_; }
  [[nodiscard]] std::size_t parameter_count() const noexcept { return parameter_count_; }

 private:
  std::vector<ParameterInfo> parameters_;
  std::size_t flat_size_ = 0, parameter_count_ = 0;
};

}  // namespace genloss::workers
