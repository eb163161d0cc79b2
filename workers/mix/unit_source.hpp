#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace genloss::workers {

/// Random access to the training units of one source. Reading may open files; not thread-safe.
class UnitSource {
 public:
  virtual ~UnitSource() = default;
  [[nodiscard]] virtual std::uint64_t units() const = 0;
  [[nodiscard]] virtual std::size_t unit_bytes() const = 0;
  /// Whether units lie in many files, so that neighbours are read with less effort than others.
  [[nodiscard]] virtual bool in_files() const { return false; }
  /// @param out unit_bytes() bytes: int32 tokens [context + 1] for text, float64 [replicates x dimension] for reals
  virtual void read(std::uint64_t unit, std::span<std::byte> out) = 0;
};

}  // namespace genloss::workers
