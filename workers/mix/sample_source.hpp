#pragma once
// The samples of a corpus, or chosen ones of it, as training units, where all have the same number of values.

#include <cstdint>

#include "storage/corpus/sample_view.hpp"
#include "workers/mix/unit_source.hpp"

namespace genloss::workers {

class SampleSource final : public UnitSource {
 public:
  /// @param values per sample, of `type`  @throws Error(bad_data) if the corpus holds something else
  SampleSource(storage::SampleView samples, storage::ElementType type, std::uint64_t values);
  [[nodiscard]] std::uint64_t units() const override { return samples_.samples(); }
  [[nodiscard]] std::size_t unit_bytes() const override { return values_ * storage::size_of(type_); }
  [[nodiscard]] bool in_files() const override { return true; }
  void read(std::uint64_t unit, std::span<std::byte> out) override;

 private:
  storage::SampleView samples_;
  storage::ElementType type_;
  std::uint64_t values_;
};

}  // namespace genloss::workers
