#pragma once
// The few HDF5 things that shards need: files with reproducible bytes, one-dimensional data sets, root attributes.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "storage/corpus/element_type.hpp"
#include "storage/hdf5/handle.hpp"

namespace genloss::storage::hdf5 {

/// New file, earliest format (readable after SIGKILL once flushed), without locks (network file systems often have
/// none).
[[nodiscard]] Handle create_file(const Context& context);
[[nodiscard]] Handle open_file(const Context& context);
/// Hands all that was written to the kernel, and lets it begin to write to the device without waiting for it.
void flush(const Handle& file, const Context& context);

void write_attribute(const Handle& file, const char* name, const std::string& text, const Context& context);
void write_attribute(const Handle& file, const char* name, std::uint64_t number, const Context& context);
[[nodiscard]] std::string read_text_attribute(const Handle& file, const char* name, const Context& context);
[[nodiscard]] std::uint64_t read_number_attribute(const Handle& file, const char* name, const Context& context);

/// A one-dimensional data set. No object times, no fill values, no chunk cache (chunks are written and read in place,
/// whatever part of them), so equal content gives equal bytes.
class Dataset {
 public:
  Dataset() = default;
  /// Grows by append().
  [[nodiscard]] static Dataset create_growing(const Handle& file, const std::string& name, ElementType type,
                                              std::uint64_t chunk, const Context& context);
  /// Of its final size, written now.
  [[nodiscard]] static Dataset create_whole(const Handle& file, const std::string& name, ElementType type,
                                            std::span<const std::byte> data, const Context& context);
  /// @throws Error as `context` says if it is not there, a soft or external link, not one-dimensional, not of type
  /// `type`, larger than its file, or stored otherwise than as itself in this file (virtual, external, filtered)
  [[nodiscard]] static Dataset open(const Handle& file, const std::string& name, ElementType type,
                                    const Context& context);

  void append(std::span<const std::byte> data, const Context& context);
  /// An attribute of it.
  void note(const char* name, const std::string& text, const Context& context) {
    write_attribute(dataset_, name, text, context);
  }
  /// Reports a failure to write what HDF5 still held back, which the destructor cannot. Does nothing if not open.
  void close(const Context& context) { dataset_.close(context); }
  /// Elements [begin, begin + out.size() / element size).
  void read(std::uint64_t begin, std::span<std::byte> out, const Context& context) const;
  /// Where its elements are: (first byte, bytes) in the file, ascending. Empty if it has none.
  [[nodiscard]] std::vector<std::pair<std::uint64_t, std::uint64_t>> places(const Context& context) const;
  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(dataset_); }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  [[nodiscard]] ElementType type() const noexcept { return type_; }

 private:
  [[nodiscard]] Handle selection(std::uint64_t begin, std::uint64_t count, const Context& context) const;
  Handle dataset_;
  ElementType type_ = ElementType::u8;
  std::uint64_t size_ = 0;
};

}  // namespace genloss::storage::hdf5
