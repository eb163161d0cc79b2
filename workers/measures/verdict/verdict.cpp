#include "workers/measures/verdict/verdict.hpp"

#include <algorithm>
#include <sstream>

#include "jobs/numbers.hpp"
#include "workers/measures/verdict/changes.hpp"
#include "workers/measures/verdict/profile.hpp"

namespace genloss::workers {
namespace {

bool carries_signs(const std::vector<Record>& records) {
  return std::any_of(records.begin(), records.end(),
                     [](const Record& r) { return r.of_rise != Sign::none || r.of_fall != Sign::none; });
}

std::string sentence(const Change& c) {
  const int digits = c.record->decimals;
  const bool rose = c.difference.effect > 0;
  return std::string(c.record->label) + (rose ? " rose from " : " fell from ") + fixed_text(c.before, digits) + " to " +
         fixed_text(c.after, digits) + " " + std::string(c.record->unit) + " (" + effect_text(c.difference, digits) +
         "): " + std::string(rose ? c.record->rise : c.record->fall);
}

std::string in_percent(double share) {
  std::ostringstream text;
  text << 100 * share << " %";
  return text.str();
}

}  // namespace

std::vector<std::string> profile_lines(const std::vector<Record>& records, const MeasuredRun& run, double confidence) {
  std::vector<std::string> lines;
  if (!carries_signs(records) || run.generations.empty()) return lines;
  const auto& first = run.generations.front();
  if (!run.human.empty()) {
    const auto changes = changes_between(records, run.human, first, confidence);
    lines.push_back("generation 0 against human text: " + describe(profile_of(changes)));
  }
  for (std::size_t n = 1; n < run.generations.size(); ++n) {
    const auto changes = changes_between(records, first, run.generations[n], confidence);
    lines.push_back("generation " + std::to_string(n) + ": " + describe(profile_of(changes)));
  }
  return lines;
}

std::vector<std::string> verdict(const std::vector<Record>& records, const MeasuredRun& run, double confidence) {
  if (run.generations.size() < 2) return {"One generation only: nothing to compare."};
  const auto changes = changes_between(records, run.generations.front(), run.generations.back(), confidence);
  std::string head = "From generation 0 to " + std::to_string(run.generations.size() - 1);
  if (carries_signs(records)) head += ", profile " + std::string(name_of(profile_of(changes).stage));
  std::vector<std::string> lines{head + ":"}, small, unclear;
  for (const auto& change : changes) {
    if (change.material) {
      lines.push_back("  " + sentence(change));
    } else {
      (change.certain ? small : unclear).emplace_back(change.record->label);
    }
  }
  if (lines.size() == 1) lines.emplace_back("  no measure changed by an amount that counts");
  if (!small.empty()) lines.push_back("  certain, but too small to count: " + joined(small));
  if (!unclear.empty()) lines.push_back("  no clear change: " + joined(unclear));
  lines.push_back("Intervals cover " + in_percent(confidence) +
                  ", of paired differences. A change is told if it is clear at " + in_percent(1 - confidence) +
                  " after Holm's correction for " + std::to_string(changes.size()) +
                  " measures, and large enough to count.");
  return lines;
}

std::string wrapped(const std::string& text, std::size_t width, std::size_t indent) {
  const auto columns = [](const std::string& s) {
    return static_cast<std::size_t>(std::count_if(s.begin(), s.end(), [](char c) { return (c & 0xC0) != 0x80; }));
  };
  std::istringstream in(text);
  std::string lines, line(std::min(text.find_first_not_of(' '), text.size()), ' ');
  bool empty = true;  // nothing but spaces in this line
  for (std::string word; in >> word;) {
    if (!empty && columns(line) + 1 + columns(word) > width) {
      lines += line + "\n";
      line.assign(indent, ' ');
      empty = true;
    }
    line += (empty ? "" : " ") + word;
    empty = false;
  }
  return lines + line;
}

}  // namespace genloss::workers
