// What a person reads at the end of a run.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "orchestrator/report/comparison.hpp"
#include "orchestrator/report/table.hpp"
#include "workers/measures/text_measures.hpp"

namespace genloss::orchestrator {
namespace {

using workers::Measure;

/// All measures of text at one value, with an interval.
std::vector<Measure> all_at(double value, double half) {
  std::vector<Measure> measures;
  for (const auto& record : workers::text_records()) {
    Measure m{std::string(record.name),
              value,
              value - half,
              value + half,
              std::string(record.unit),
              std::string(record.symptom),
              0,
              {}};
    measures.push_back(m);
  }
  return measures;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}
std::size_t columns(const std::string& line) {
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

TEST(table, has_human_text_first_and_fits_a_terminal) {
  const workers::MeasuredRun run{all_at(0.5, 0.01), {all_at(0.4, 0.012), all_at(4.5, 0.1)}};
  const std::string text = table(workers::text_records(), run);
  const auto lines = lines_of(text);
  for (const auto& line : lines) EXPECT_LE(columns(line), line_width) << line;
  const auto human = std::find_if(lines.begin(), lines.end(), [](const auto& l) { return l.rfind("human ", 0) == 0; });
  ASSERT_NE(human, lines.end());
  EXPECT_NE(human->find("0.500 ±.010"), std::string::npos) << *human;
  EXPECT_EQ((human + 1)->find("    0  "), 0U) << *(human + 1);
  for (const auto& record : workers::text_records()) {
    if (!record.in_table) continue;
    EXPECT_NE(text.find(std::string(record.label)), std::string::npos) << record.label;
    EXPECT_NE(text.find(std::string(record.legend)), std::string::npos) << record.label;
  }
}

TEST(table, shows_what_is_missing_as_a_dash) {
  auto without = all_at(0.5, 0.01);
  without.erase(without.begin());  // human bits per byte
  const workers::MeasuredRun run{{}, {without}};
  EXPECT_NE(table(workers::text_records(), run).find(" -  "), std::string::npos);
  EXPECT_TRUE(table(workers::text_records(), {}).empty());
}

TEST(conclusion, names_effect_interval_profile_and_the_correction) {
  auto worse = all_at(0.4, 0.001);
  for (auto& m : worse) {
    const double step = m.name == "repetition_4" ? 0.2 : m.name == "distinct_2" ? -0.2 : 0;
    m.value += step;
    m.low += step;
    m.high += step;
  }
  const workers::MeasuredRun run{{}, {all_at(0.4, 0.001), worse}};
  const std::string text = conclusion(workers::text_records(), run, 0.95);
  EXPECT_EQ(text.find("generation 1: late: rep-4 0.400 -> 0.600 share (+0.200 [+0.199, +0.201])"), 0U) << text;
  EXPECT_NE(text.find("profile late"), std::string::npos) << text;
  EXPECT_NE(text.find("Holm's"), std::string::npos) << text;
  for (const auto& line : lines_of(text)) EXPECT_LE(columns(line), line_width) << line;
}

TEST(comparison, puts_effects_of_runs_side_by_side) {
  auto worse = all_at(0.4, 0.001);
  for (auto& m : worse) m.value += 0.2, m.low += 0.2, m.high += 0.2;
  const workers::MeasuredRun still{{}, {all_at(0.4, 0.001), all_at(0.4, 0.001)}},
      moved{{}, {all_at(0.4, 0.001), worse}};
  const std::string text = comparison(workers::text_records(), {{"still-01234567", still}, {"moved-89abcdef", moved}});
  EXPECT_NE(text.find("first to last generation"), std::string::npos) << text;
  EXPECT_NE(text.find(" still  "), std::string::npos) << "names without digests\n" << text;
  EXPECT_NE(text.find("+0.000 ±.001   +0.200 ±.001 *"), std::string::npos) << text;
  EXPECT_NE(text.find("moved-89abcdef\n  generation 1: late"), std::string::npos) << text;
  for (const auto& line : lines_of(text)) EXPECT_LE(columns(line), line_width) << line;
  // Two runs of one study keep what tells them apart, and a measure that moves in no run is only named.
  const std::string same = comparison(workers::text_records(), {{"a-01234567", still}, {"a-89abcdef", still}});
  EXPECT_NE(same.find("a-89abcdef"), std::string::npos) << same;
  EXPECT_EQ(same.find("+0.000 ±"), std::string::npos) << same;
  EXPECT_NE(same.find("no such change in any: human text"), std::string::npos) << same;
}

}  // namespace
}  // namespace genloss::orchestrator
