#include "jobs/registry.hpp"

#include <algorithm>
#include <stdexcept>

#include "jobs/error.hpp"
#include "jobs/registry_tables.hpp"

namespace genloss::jobs {
namespace {

struct Tables {
  std::vector<Registered> values;
  std::vector<RegisteredSection> sections;
  bool read = false;  // the option table has been made from them
};

// A function's, so that it is there before whoever registers first.
Tables& tables() {
  static Tables all;
  return all;
}

void check_open(const std::string& what) {
  if (tables().read) throw std::logic_error(what + " registers after the option table was made");
}

}  // namespace

Parts::Values& Parts::defaults() {
  static Values all;
  return all;
}

std::any& Parts::value(const std::type_info& type) {
  const auto found = values_.find(type);
  if (found == values_.end()) {
    throw Error(ExitCode::internal, "read study", type.name(), "no section of this type is registered",
                "a program that uses a family or a policy has to be linked with it");
  }
  return found->second;
}

void add(Registered value) {
  check_open(value.name);
  auto& values = tables().values;
  const auto key = [](const Registered& r) { return std::tie(r.option, r.name); };
  const auto place = std::lower_bound(values.begin(), values.end(), value,
                                      [&](const Registered& a, const Registered& b) { return key(a) < key(b); });
  if (place != values.end() && key(*place) == key(value)) {
    throw std::logic_error(value.option + " has two values of the name " + value.name);
  }
  values.insert(place, std::move(value));
}

void add(const Section& section, const std::vector<Option>& options) {
  check_open(section.name);
  auto& all = tables().sections;
  const auto place =
      std::lower_bound(all.begin(), all.end(), section.name,
                       [](const RegisteredSection& a, const std::string& name) { return a.section.name < name; });
  if (place != all.end() && place->section.name == section.name) {
    throw std::logic_error("two sections register under the name " + section.name);
  }
  all.insert(place, {section, options});
}

const std::vector<RegisteredSection>& registered_sections() {
  tables().read = true;
  return tables().sections;
}

const std::vector<Registered>& all_registered() { return tables().values; }

std::vector<const Registered*> registered(std::string_view option) {
  std::vector<const Registered*> found;
  for (const Registered& value : tables().values) {
    if (value.option == option) found.push_back(&value);
  }
  return found;
}

const Registered& registered(std::string_view option, std::string_view name) {
  std::string all;
  for (const Registered* value : registered(option)) {
    if (value->name == name) return *value;
    all += (all.empty() ? "" : " | ") + value->name;
  }
  throw Error(ExitCode::usage, "read study", std::string(option), "'" + std::string(name) + "' is none of " + all);
}

}  // namespace genloss::jobs
