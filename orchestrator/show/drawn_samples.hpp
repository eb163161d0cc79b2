#pragma once
// The samples of one generation that are sealed on disk, while the run goes on or after.

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/corpus/corpus_reader.hpp"

namespace genloss::orchestrator::show {

struct StoredSample {
  std::uint64_t id = 0;
  std::vector<std::byte> values;
  storage::ElementType type = storage::ElementType::u8;
  std::size_t prompt = 0;                 ///< values at the begin that were given, not drawn
  std::map<std::string, double> columns;  ///< log_probability, stop_reason, ...
};

class DrawnSamples {
 public:
  /// @param corpus folder of a generation's corpus: whole, or with the shards that are sealed so far, or not there
  explicit DrawnSamples(const std::filesystem::path& corpus);

  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  /// The whole corpus is there.
  [[nodiscard]] bool complete() const noexcept { return complete_; }
  /// The id of sample number `index` < size(), in order of id.
  [[nodiscard]] std::uint64_t id(std::uint64_t index) const;
  [[nodiscard]] bool has(std::uint64_t id) const;
  /// @throws Error(bad_data) if the shard cannot be read
  [[nodiscard]] StoredSample read(std::uint64_t id);

 private:
  struct Place {
    std::uint64_t first = 0, samples = 0, before = 0;  ///< before: samples in earlier places
    std::filesystem::path file;
  };
  [[nodiscard]] const Place* place_of(std::uint64_t id) const;
  void add(std::uint64_t first, std::uint64_t samples, std::filesystem::path file);

  std::vector<Place> places_;
  std::uint64_t size_ = 0;
  bool complete_ = false;
  storage::ShardCache shards_{16};
};

}  // namespace genloss::orchestrator::show
