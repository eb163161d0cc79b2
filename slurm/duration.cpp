#include "slurm/duration.hpp"

#include <cstdio>
#include <vector>

#include "jobs/numbers.hpp"
#include "slurm/environment.hpp"

namespace genloss::slurm {
namespace {

using std::chrono::seconds;

/// The numbers between colons; empty if there is anything else.
std::vector<long> fields(std::string_view text) {
  std::vector<long> numbers;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(':', begin), text.size());
    const auto number = whole_number<long>(text.substr(begin, end - begin));
    constexpr long enough = 100'000'000;  // minutes of two centuries: keeps the sum from overflowing
    if (!number || *number < 0 || *number > enough) return {};
    numbers.push_back(*number);
    begin = end + 1;
  }
  return numbers;
}

}  // namespace

std::optional<seconds> parse_duration(std::string_view text) {
  if (text == "UNLIMITED" || text == "INFINITE") return unlimited;
  const auto dash = text.find('-');
  if (dash != std::string_view::npos) {
    const auto days = fields(text.substr(0, dash));
    auto rest = fields(text.substr(dash + 1));
    if (days.size() != 1 || rest.empty() || rest.size() > 3) return std::nullopt;
    rest.resize(3);
    return seconds(((days[0] * 24 + rest[0]) * 60 + rest[1]) * 60 + rest[2]);
  }
  const auto parts = fields(text);
  if (parts.size() == 1) return seconds(parts[0] * 60);
  if (parts.size() == 2) return seconds(parts[0] * 60 + parts[1]);
  if (parts.size() == 3) return seconds((parts[0] * 60 + parts[1]) * 60 + parts[2]);
  return std::nullopt;
}

std::string duration_text(seconds duration) {
  if (duration == unlimited) return "UNLIMITED";
  const long all = duration.count(), days = all / 86400;
  const auto two = [](long number) { return zero_padded(static_cast<std::uint64_t>(number), 2); };
  const long hours = all / 3600 % 24;
  return (days > 0 ? std::to_string(days) + "-" + two(hours) : std::to_string(hours)) + ":" + two(all / 60 % 60) + ":" +
         two(all % 60);
}

}  // namespace genloss::slurm
