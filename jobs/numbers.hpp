#pragma once
// Numbers as people read them, and in names of files. Whoever prints a number that is not simply counted uses these.

#include <cstdint>
#include <string>

namespace genloss {

/// "3.142" for 3 decimals; "-" if it is not a number.
[[nodiscard]] std::string fixed_text(double value, int decimals);
/// Of so many digits in all, without zeros at the end: "3.14", "2e+12".
[[nodiscard]] std::string significant_text(double value, int digits);
/// "25 %" for a share of 0.25.
[[nodiscard]] std::string percent_text(double share, int decimals = 0);
/// "950 B", "2.1 kB", "41 GB": powers of 1000, as disks are sold.
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);
/// "950", "21.3 k", "4.1 M".
[[nodiscard]] std::string amount_text(double amount);
/// "4.2 s", "45 s", "1:05" (min:s), "2:03:04" (h:min:s).
[[nodiscard]] std::string duration_text(double seconds);
/// "000042" for a width of 6: as names of files sort.
[[nodiscard]] std::string zero_padded(std::uint64_t number, int width);
/// "1 rank", "3 ranks": `one` with an s where there are not one.
[[nodiscard]] std::string counted(std::uint64_t number, const std::string& one);

}  // namespace genloss
