#include "jobs/numbers.hpp"

#include <fmt/core.h>

#include <array>
#include <cmath>

namespace genloss {

std::string fixed_text(double value, int decimals) {
  return std::isnan(value) ? "-" : fmt::format("{:.{}f}", value, decimals);
}

std::string significant_text(double value, int digits) { return fmt::format("{:.{}g}", value, digits); }

std::string percent_text(double share, int decimals) { return fmt::format("{:.{}f} %", 100 * share, decimals); }

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array units{"kB", "MB", "GB", "TB", "PB", "EB"};
  if (bytes < 1000) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  for (; value >= 999.5 && unit + 1 < units.size(); ++unit) value /= 1000;
  return fmt::format("{:.{}f} {}", value, value < 9.95 ? 1 : 0, units[unit]);
}

std::string amount_text(double amount) {
  if (amount < 1e3) return fmt::format("{:.0f}", amount);
  if (amount < 1e6) return fmt::format("{:.1f} k", amount / 1e3);
  if (amount < 1e9) return fmt::format("{:.1f} M", amount / 1e6);
  return fmt::format("{:.2f} G", amount / 1e9);
}

std::string duration_text(double seconds) {
  const auto whole = std::lround(seconds);
  if (seconds < 10) return fmt::format("{:.1f} s", seconds);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string zero_padded(std::uint64_t number, int width) { return fmt::format("{:0{}}", number, width); }

std::string counted(std::uint64_t number, const std::string& one) {
  return fmt::format("{} {}{}", number, one, number == 1 ? "" : "s");
}

}  // namespace genloss
