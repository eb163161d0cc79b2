#pragma once
// Some samples in memory, as they are stored: what scorers read.

#include <cstdint>
#include <span>
#include <vector>

#include "storage/corpus/corpus_reader.hpp"
#include "workers/mix/unit_source.hpp"

namespace genloss::workers {

/// The samples of one shard of a corpus.
struct SampleBlock {
  std::uint64_t first = 0;  ///< id of the first one; the others follow
  storage::ElementType type = storage::ElementType::u8;
  std::vector<std::byte> values;      ///< of all samples, one behind the other
  std::vector<std::uint64_t> starts;  ///< first value of each sample and, last, the number of values
  std::vector<std::uint64_t> given;   ///< of each: values at its begin that were a prompt
  std::vector<bool> ended;            ///< of each: it ended by itself, or cannot be cut

  [[nodiscard]] std::size_t samples() const noexcept { return given.size(); }
  /// Values of a sample that were drawn.
  [[nodiscard]] std::uint64_t drawn_values(std::size_t sample) const {
    return starts[sample + 1] - starts[sample] - given[sample];
  }
  /// A sample's values, prompt included.
  [[nodiscard]] std::span<const std::byte> whole(std::size_t sample) const {
    return part(starts[sample], starts[sample + 1]);
  }
  /// Those of its values that were drawn.
  [[nodiscard]] std::span<const std::byte> drawn(std::size_t sample) const {
    return part(starts[sample] + given[sample], starts[sample + 1]);
  }

 private:
  [[nodiscard]] std::span<const std::byte> part(std::uint64_t begin, std::uint64_t end) const {
    const std::size_t width = storage::size_of(type);
    return std::span(values).subspan(begin * width, (end - begin) * width);
  }
};

/// @throws Error(bad_data) if the shard is missing or damaged, which the reader notes
[[nodiscard]] SampleBlock read_block(const storage::CorpusReader& corpus, const storage::ShardRecord& shard);

/// Units [first, first + count) of a source as samples of `type`, all of one length.
[[nodiscard]] SampleBlock block_of_units(UnitSource& units, storage::ElementType type, std::uint64_t first,
                                         std::uint64_t count);

/// One value of a sample as a number. @param bytes of values of `type`
[[nodiscard]] double number_at(std::span<const std::byte> bytes, storage::ElementType type, std::size_t value);

}  // namespace genloss::workers
