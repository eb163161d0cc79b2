#pragma once
// How a row of the option table is made from a field of StudySpec: one builder per type.

#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "jobs/option_table.hpp"
#include "jobs/option_values.hpp"
#include "jobs/registry.hpp"

namespace genloss::jobs::builders {

/// Where an option stands and what it means.
struct Words {
  std::string section, key, unit, help;
};

inline Option option(const Words& words, std::string type, std::string range) {
  return {words.section, words.key, std::move(type), words.unit, std::move(range), words.help, true, false, {}, {}, {}};
}

/// `field` is a function StudySpec& -> T&; const access goes through a copy of the constness only.
template <class Field>
[[nodiscard]] const auto& value_of(Field field, const StudySpec& spec) {
  return field(const_cast<StudySpec&>(spec));  // NOLINT: the accessor only selects a member, nothing is written
}

inline std::string bounds(const std::string& low, const std::string& high) {
  if (high.empty()) return "at least " + low;
  return low + " to " + high;
}

template <class Field>
Option integer(const Words& words, Field field, std::int64_t low, std::int64_t high = 0) {
  Option o = option(words, "integer", bounds(std::to_string(low), high > low ? std::to_string(high) : ""));
  o.set = [=](StudySpec& spec, std::string_view text) {
    const std::int64_t value = read_integer(text);
    constexpr std::int64_t most = std::numeric_limits<int>::max();
    if (value < low || value > (high > low ? high : most)) {
      throw std::invalid_argument(std::to_string(value) + " is out of range: " +
                                  bounds(std::to_string(low), std::to_string(high > low ? high : most)));
    }
    field(spec) = static_cast<int>(value);
  };
  o.get = [=](const StudySpec& spec) { return std::to_string(value_of(field, spec)); };
  return o;
}

template <class Field>
Option count(const Words& words, Field field, std::uint64_t low) {
  Option o = option(words, "integer", bounds(std::to_string(low), ""));
  o.set = [=](StudySpec& spec, std::string_view text) {
    const std::uint64_t value = read_count(text);
    if (value < low)
      throw std::invalid_argument(std::to_string(value) + " is out of range: " + bounds(std::to_string(low), ""));
    field(spec) = value;
  };
  o.get = [=](const StudySpec& spec) { return std::to_string(value_of(field, spec)); };
  return o;
}

inline constexpr double unbounded = std::numeric_limits<double>::max();
inline std::string number_range(double low, double high, bool open_low, bool open_high) {
  if (low == -unbounded && high == unbounded) return "any";
  if (high == unbounded) return (open_low ? "above " : "at least ") + write_number(low);
  if (!open_low && !open_high) return write_number(low) + " to " + write_number(high);
  return (open_low ? "above " : "at least ") + write_number(low) + ", " + (open_high ? "below " : "at most ") +
         write_number(high);
}

/// Which ends of a range belong to it.
enum class Ends { closed, open_low, open_high, open };

template <class Field>
Option number(const Words& words, Field field, double low, double high, Ends ends = Ends::closed) {
  const bool open_low = ends == Ends::open_low || ends == Ends::open,
             open_high = ends == Ends::open_high || ends == Ends::open;
  const std::string range = number_range(low, high, open_low, open_high);
  Option o = option(words, "number", range);
  o.set = [=](StudySpec& spec, std::string_view text) {
    const double value = read_number(text);
    if (value < low || value > high || (open_low && value == low) || (open_high && value == high)) {
      throw std::invalid_argument(write_number(value) + " is out of range: " + range);
    }
    field(spec) = value;
  };
  o.get = [=](const StudySpec& spec) { return write_number(value_of(field, spec)); };
  return o;
}

template <class Field>
Option flag(const Words& words, Field field) {
  Option o = option(words, "yes or no", "");
  o.set = [=](StudySpec& spec, std::string_view text) { field(spec) = read_flag(text); };
  o.get = [=](const StudySpec& spec) { return std::string(value_of(field, spec) ? "yes" : "no"); };
  return o;
}

template <class Field>
Option text(const Words& words, Field field) {
  Option o = option(words, "text", "");
  o.set = [=](StudySpec& spec, std::string_view value) { field(spec) = std::string(trimmed(value)); };
  o.get = [=](const StudySpec& spec) { return value_of(field, spec); };
  return o;
}

template <class Field>
Option path(const Words& words, Field field) {
  Option o = option(words, "path", "");
  o.set = [=](StudySpec& spec, std::string_view value) { field(spec) = std::string(trimmed(value)); };
  o.get = [=](const StudySpec& spec) { return value_of(field, spec).string(); };
  return o;
}

template <class Field>
Option list(const Words& words, Field field) {
  Option o = option(words, "list", "");
  o.set = [=](StudySpec& spec, std::string_view value) { field(spec) = read_list(value); };
  o.get = [=](const StudySpec& spec) { return write_list(value_of(field, spec)); };
  return o;
}

template <class Field>
Option budget(const Words& words, Field field) {
  Option o = option(words, "budget", "'N epochs' or 'N tokens'");
  o.set = [=](StudySpec& spec, std::string_view value) { field(spec) = read_budget(value); };
  o.get = [=](const StudySpec& spec) { return write_budget(value_of(field, spec)); };
  return o;
}

/// `one` with a schedule over generations: "0:VALUE,1:VALUE". @param later where values after generation 0 are kept
template <class Field, class Later>
Option by_generation(const Option& one, Field field, Later later) {
  Option o = one;
  o.type += " or schedule";
  o.set = [=](StudySpec& spec, std::string_view text) {
    const auto values = read_schedule(text);
    later(spec).clear();
    for (std::size_t i = values.size(); i-- > 0;) {  // generation 0 last: its value stays in the field
      one.set(spec, values[i].second);
      if (i > 0) later(spec).insert(later(spec).begin(), {values[i].first, field(spec)});
    }
  };
  o.get = [=](const StudySpec& spec) {
    std::vector<std::pair<int, std::string>> values{{0, one.get(spec)}};
    StudySpec other = spec;
    for (const auto& [generation, value] : later(other)) {
      StudySpec at = spec;
      field(at) = value;
      values.emplace_back(generation, one.get(at));
    }
    return write_schedule(values);
  };
  return o;
}

/// The same of a number, which may also change linearly: "0:0.1..10:0.5" is a step per generation, and is kept as such.
template <class Field, class Later>
Option number_by_generation(const Option& one, Field field, Later later) {
  Option o = by_generation(one, field, later);
  const auto steps = o.set;
  o.set = [=](StudySpec& spec, std::string_view text) { steps(spec, with_steps(text)); };
  return o;
}

template <class Enum, class Field>
Option choice(const Words& words, Field field, std::vector<std::pair<std::string, Enum>> names) {
  std::string all;
  for (const auto& entry : names) all += (all.empty() ? "" : " | ") + entry.first;
  Option o = option(words, all, "");
  o.set = [=](StudySpec& spec, std::string_view value) {
    for (const auto& [name, meaning] : names) {
      if (trimmed(value) == name) {
        field(spec) = meaning;
        return;
      }
    }
    throw std::invalid_argument("'" + std::string(value) + "' is none of " + all);
  };
  o.get = [=](const StudySpec& spec) {
    for (const auto& [name, meaning] : names) {
      if (value_of(field, spec) == meaning) return name;
    }
    return std::string();
  };
  return o;
}

/// One of the names that registered for this option.
template <class Field>
Option registered_name(const Words& words, Field field) {
  const std::string name = words.section + "." + words.key;
  std::vector<std::pair<std::string, std::string>> names;
  for (const Registered* value : registered(name)) names.emplace_back(value->name, value->name);
  Option o = choice<std::string>(words, field, names);
  o.set = [set = o.set, names](StudySpec& spec, std::string_view text) {
    try {
      set(spec, text);
    } catch (const std::invalid_argument& e) {
      std::vector<std::string> all;
      for (const auto& entry : names) all.push_back(entry.first);
      const std::string near = nearest(trimmed(text), all);
      throw std::invalid_argument(e.what() + (near.empty() ? "" : "; did you mean '" + near + "'?"));
    }
  };
  o.get = [=](const StudySpec& spec) { return value_of(field, spec); };
  return o;
}

/// An option that came later: studies that do not use it keep their digests.
inline Option silent_at_default(Option o) {
  o.silent_at_default = true;
  return o;
}

/// Where and how a study runs, not what it is.
inline Option outside_digest(Option o) {
  o.in_digest = false;
  return o;
}

}  // namespace genloss::jobs::builders
