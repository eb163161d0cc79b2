#include "jobs/option_values.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace genloss::jobs {
namespace {

constexpr std::uint64_t most_tokens = std::uint64_t{1} << 53;  // Budget::amount counts exactly up to here

[[noreturn]] void refuse(std::string_view text, std::string_view wanted) {
  throw std::invalid_argument("'" + std::string(text) + "' is not " + std::string(wanted));
}

/// Cuts a trailing k, M or G off and returns what it multiplies by.
std::uint64_t take_suffix(std::string_view& text) {
  if (text.empty()) return 1;
  std::uint64_t factor = 1;
  switch (text.back()) {
    case 'k':
      factor = 1'000;
      break;
    case 'M':
      factor = 1'000'000;
      break;
    case 'G':
      factor = 1'000'000'000;
      break;
    default:
      return 1;
  }
  text.remove_suffix(1);
  return factor;
}

template <class T>
T parse_whole(std::string_view text, std::string_view wanted) {
  std::string_view digits = trimmed(text);
  const std::uint64_t factor = take_suffix(digits);
  if (factor > 1 && digits.find('.') != std::string_view::npos) {
    const double product = std::round(read_number(digits) * static_cast<double>(factor));
    if (std::abs(product) > static_cast<double>(most_tokens)) refuse(text, std::string(wanted) + " below 2^53");
    return static_cast<T>(product);
  }
  T value{};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) refuse(text, wanted);
  T product{};
  if (__builtin_mul_overflow(value, factor, &product)) refuse(text, std::string(wanted) + " of 64 bits");
  return product;
}

constexpr int most_steps = 100'000;
constexpr auto step_rule = "numbers by generation such as '0:0.1..10:0.5,20:0.9', ascending from 0";

/// "5:0.1". @param whole the text that it stands in
std::pair<int, std::string> read_step(std::string_view part, std::string_view whole) {
  const auto colon = part.find(':');
  if (colon == std::string_view::npos) refuse(whole, step_rule);
  const std::int64_t from = read_integer(part.substr(0, colon));
  if (from < 0 || from > 1'000'000) refuse(whole, step_rule);
  return {static_cast<int>(from), std::string(trimmed(part.substr(colon + 1)))};
}

}  // namespace

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t\r\n";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::int64_t read_integer(std::string_view text) { return parse_whole<std::int64_t>(text, "a whole number"); }
std::uint64_t read_count(std::string_view text) {
  return parse_whole<std::uint64_t>(text, "a whole number that is not negative");
}

double read_number(std::string_view text) {
  const std::string_view digits = trimmed(text);
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size() || !std::isfinite(value)) refuse(text, "a number");
  return value;
}

bool read_flag(std::string_view text) {
  const std::string_view word = trimmed(text);
  for (const auto yes : {"yes", "true", "on", "1"}) {
    if (word == yes) return true;
  }
  for (const auto no : {"no", "false", "off", "0"}) {
    if (word == no) return false;
  }
  refuse(text, "yes or no");
}

std::vector<std::string> read_list(std::string_view text) {
  std::vector<std::string> values;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const std::string_view value = trimmed(text.substr(0, comma));
    if (!value.empty()) values.emplace_back(value);
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  return values;
}

Budget read_budget(std::string_view text) {
  const std::string_view whole = trimmed(text);
  const auto blank = whole.find(' ');
  const std::string_view unit = blank == std::string_view::npos ? std::string_view{} : trimmed(whole.substr(blank));
  Budget budget;
  const bool counts_tokens =
      unit.empty() && !whole.empty() && std::string_view("kMG").find(whole.back()) != std::string_view::npos;
  if (unit == "tokens" || unit == "token" || counts_tokens) {
    const std::uint64_t tokens = read_count(whole.substr(0, blank));
    if (tokens > most_tokens) refuse(text, "a budget of at most 2^53 tokens");
    budget = {Budget::Unit::tokens, static_cast<double>(tokens)};
  } else if (unit == "epochs" || unit == "epoch") {
    budget = {Budget::Unit::epochs, read_number(whole.substr(0, blank))};
  } else {
    refuse(text, "a budget such as '3 epochs' or '400k tokens'");
  }
  if (!(budget.amount > 0)) refuse(text, "a budget above zero");
  return budget;
}

std::vector<std::pair<int, std::string>> read_schedule(std::string_view text) {
  if (text.find(':') == std::string_view::npos) return {{0, std::string(trimmed(text))}};
  std::vector<std::pair<int, std::string>> values;
  for (const std::string& part : read_list(text)) {
    const auto colon = part.find(':');
    const std::int64_t from = read_integer(std::string_view(part).substr(0, colon));
    const std::int64_t least = values.empty() ? 0 : values.back().first + 1;
    const bool first = values.empty();
    if (colon == std::string::npos || from < least || from > 1'000'000 || (first && from != 0)) {
      refuse(text, "one value, or values by generation such as '0:5M,1:400k', ascending from 0");
    }
    values.emplace_back(static_cast<int>(from), std::string(trimmed(std::string_view(part).substr(colon + 1))));
  }
  return values;
}

std::string write_schedule(const std::vector<std::pair<int, std::string>>& values) {
  if (values.size() == 1) return values.front().second;
  std::string text;
  for (const auto& [generation, value] : values) {
    text += (text.empty() ? "" : ", ") + std::to_string(generation) + ":" + value;
  }
  return text;
}

std::string with_steps(std::string_view text) {
  constexpr std::string_view until = "..";
  if (text.find(until) == std::string_view::npos) return std::string(text);
  std::vector<std::pair<int, std::string>> steps;
  for (const std::string& part : read_list(text)) {
    const auto cut = part.find(until);
    if (cut == std::string::npos) {
      steps.push_back(read_step(part, text));
      continue;
    }
    const auto begin = read_step(std::string_view(part).substr(0, cut), text);
    const auto end = read_step(std::string_view(part).substr(cut + until.size()), text);
    if (end.first <= begin.first || end.first - begin.first > most_steps) refuse(text, step_rule);
    const double low = read_number(begin.second), high = read_number(end.second);
    for (int g = begin.first; g < end.first; ++g) {
      const double share = static_cast<double>(g - begin.first) / (end.first - begin.first);
      steps.emplace_back(g, write_number(low + share * (high - low)));
    }
    steps.push_back(end);
  }
  return write_schedule(steps);
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
    }
  }
  return row.back();
}

std::string nearest(std::string_view wrong, const std::vector<std::string>& names) {
  std::string best;
  std::size_t least = wrong.size() / 3 + 1;
  for (const std::string& name : names) {
    const std::size_t distance = edit_distance(name, wrong);
    if (distance >= least) continue;
    least = distance;
    best = name;
  }
  return best;
}

std::string write_number(double value) {
  char text[64];
  const auto [end, error] = std::to_chars(text, text + sizeof text, value);
  return error == std::errc{} ? std::string(text, end) : std::string("nan");
}

std::string write_list(const std::vector<std::string>& values) {
  std::string text;
  for (const auto& value : values) text += (text.empty() ? "" : ", ") + value;
  return text;
}

std::string write_budget(const Budget& value) {
  if (value.unit == Budget::Unit::tokens) return std::to_string(static_cast<std::uint64_t>(value.amount)) + " tokens";
  return write_number(value.amount) + " epochs";
}

namespace {

bool is_blank(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  bool inside = false, quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (!quoted && is_blank(c)) {
      inside = false;
      continue;
    }
    if (!inside) words.emplace_back();
    inside = true;
    if (c == '"') {
      quoted = !quoted;
      continue;
    }
    if (c == '\\' && i + 1 < text.size()) c = text[++i];
    words.back() += c;
  }
  if (quoted) throw std::invalid_argument("a quote is opened and not closed");
  return words;
}

std::string quoted_word(const std::string& word) {
  if (std::none_of(word.begin(), word.end(), [](char c) { return is_blank(c) || c == '"' || c == '\\'; })) return word;
  std::string text = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + "\"";
}

}  // namespace genloss::jobs
