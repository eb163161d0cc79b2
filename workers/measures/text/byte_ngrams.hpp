#pragma once
// A reader of text that was never in the loop: counts of byte n-grams of human text.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace genloss::workers {

/// Interpolated Kneser-Ney (Kneser & Ney 1995; Chen & Goodman 1999, eq. 26) over bytes: probabilities of a byte after
/// the `order` - 1 bytes before it. Byte NUL stands before and after every text. One discount per order,
/// n1 / (n1 + 2 n2) (Ney, Essen & Kneser 1994); the lowest order is mixed with the uniform distribution, so no byte is
/// impossible.
class ByteNgrams {
 public:
  static constexpr int largest_order = 8;
  /// @param order 1 ... 8
  ByteNgrams(std::span<const std::string_view> texts, int order);

  using Distribution = std::array<double, 256>;
  /// Probabilities of the next byte; of a longer context the last order - 1 bytes are read, and where it is shorter it
  /// stands at the begin of a text.
  [[nodiscard]] Distribution after(std::string_view context) const;
  [[nodiscard]] double probability(std::string_view context, char next) const;
  /// -ln p of a text from its begin, without its end.
  [[nodiscard]] double nats(std::string_view text) const;

 private:
  /// The n-grams of one order, sorted: a context's are neighbours.
  struct Order {
    std::vector<std::uint64_t> keys;    // context and byte, packed
    std::vector<std::uint32_t> counts;  // of the highest order; below: by how many bytes an n-gram is preceded
    double discount = 0;
  };
  struct Continuations {
    std::size_t begin = 0, end = 0;
    double total = 0;
  };
  [[nodiscard]] std::uint64_t packed(std::string_view context) const;
  [[nodiscard]] static Continuations find(const Order& order, std::uint64_t context);

  std::vector<Order> orders_;  // [0]: single bytes
};

}  // namespace genloss::workers
