#include "workers/measures/records/record.hpp"

#include <algorithm>
#include <sstream>

namespace genloss::workers {
namespace {

std::string material_text(const Record& r) {
  std::ostringstream text;
  if (r.material == 0) return "any that is certain";
  if (r.relative) {
    text << 100 * r.material << " % of the value before";
  } else {
    text << r.material << ' ' << r.unit;
  }
  return text.str();
}

}  // namespace

const Record* find_record(const std::vector<Record>& records, std::string_view name) {
  const auto found = std::find_if(records.begin(), records.end(), [&](const Record& r) { return r.name == name; });
  return found == records.end() ? nullptr : &*found;
}

std::string records_markdown(const std::vector<Record>& records) {
  std::string text;
  std::string_view symptom;
  for (const auto& r : records) {
    if (r.symptom != symptom) text += "### " + std::string(symptom = r.symptom) + "\n\n";
    const auto item = [&](std::string_view head, std::string_view body) {
      if (!body.empty()) text += "- " + std::string(head) + ": " + std::string(body) + "\n";
    };
    text += "**`" + std::string(r.name) + "`** (" + std::string(r.unit) +
            "; in the table: " + (r.in_table ? std::string(r.label) : std::string("no")) + ")\n\n";
    item("definition", r.definition);
    item("source", r.source);
    item("resampled", r.resampled);
    item("human baseline", r.human);
    item("rose", r.rise);
    item("fell", r.fall);
    item("smallest change that counts", r.in_verdict ? material_text(r) : "not part of the verdict");
    text += "\n";
  }
  return text;
}

}  // namespace genloss::workers
