#include "storage/human/human_split.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "jobs/error.hpp"
#include "storage/human/human_files.hpp"

namespace genloss::storage {
namespace {

[[noreturn]] void refuse_split(const std::filesystem::path& source, std::string cause, std::string hint = {}) {
  throw Error(ExitCode::bad_data, "split human text", source.string(), std::move(cause), std::move(hint));
}

bool has_names(const ImportRules& rules) {
  return !rules.held_out.empty() || !rules.validation.empty() || !rules.test.empty();
}

std::string joined(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::map<std::string, HumanSplit> splits_by_name(const std::filesystem::path& source, const ImportRules& rules,
                                                 const std::vector<Document>& documents) {
  std::set<std::string> stems;
  for (const Document& document : documents) stems.insert(stem_of(document.file));
  std::map<std::string, HumanSplit> splits;
  const auto add = [&](const std::vector<std::string>& names, HumanSplit split) {
    for (const std::string& name : names) {
      if (!stems.contains(name)) {
        refuse_split(source, "data." + std::string(name_of(split)) + " names '" + name + "', and there is no such file",
                     "the files are (without their endings): " + joined(stems));
      }
      const auto [entry, is_new] = splits.emplace(name, split);
      if (!is_new && entry->second != split) {
        refuse_split(source, "file '" + name + "' is named in data." + std::string(name_of(entry->second)) +
                                 " and in data." + std::string(name_of(split)));
      }
    }
  };
  add(rules.held_out, HumanSplit::held_out);
  add(rules.validation, HumanSplit::validation);
  add(rules.test, HumanSplit::test);
  return splits;
}

/// A number in [0, 1) that depends on the seed and the document's content alone: equal documents stay together, and
/// adding a file moves no other document.
double uniform_of(std::uint64_t seed, const Digest& content) {
  const Digest key = Sha256().text("genloss human split 1").number(seed).digest(content).finish();
  std::uint64_t bits = 0;
  for (int i = 0; i < 8; ++i) bits = bits << 8 | key.bytes[static_cast<std::size_t>(i)];
  return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

HumanSplit split_by_fraction(const ImportRules& rules, const Digest& content) {
  const double u = uniform_of(rules.seed, content);
  if (u < rules.test_fraction) return HumanSplit::test;
  if (u < rules.test_fraction + rules.validation_fraction) return HumanSplit::validation;
  if (u < rules.test_fraction + rules.validation_fraction + rules.held_out_fraction) return HumanSplit::held_out;
  return HumanSplit::train;
}

void check_fractions(const std::filesystem::path& source, const ImportRules& rules) {
  const double all = rules.test_fraction + rules.validation_fraction + rules.held_out_fraction;
  const bool good =
      rules.test_fraction >= 0 && rules.validation_fraction >= 0 && rules.held_out_fraction >= 0 && all < 1;
  if (!good)
    refuse_split(source, "the fractions of test, validation and held_out are negative, or leave nothing to train on");
}

/// Measuring on what has been trained on would be worthless, however it came about.
void check_apart(const std::filesystem::path& source, const std::vector<Document>& documents) {
  std::map<Digest, const Document*> measured;
  const auto is_measured = [](const Document& document) {
    return document.split == HumanSplit::test || document.split == HumanSplit::validation;
  };
  const auto where = [](const Document& document) {
    return document.file + " at byte " + std::to_string(document.offset) + " (" + std::string(name_of(document.split)) +
           ")";
  };
  for (const Document& document : documents) {
    if (is_measured(document)) measured.emplace(document.content, &document);
  }
  for (const Document& document : documents) {
    const auto twin = is_measured(document) ? measured.end() : measured.find(document.content);
    if (twin == measured.end()) continue;
    refuse_split(
        source,
        "the same document is to be trained on and measured on: " + where(document) + " and " + where(*twin->second),
        "remove one of the two, or name both files in the same split");
  }
}

void check_filled(const std::filesystem::path& source, const ImportRules& rules,
                  const std::vector<Document>& documents) {
  const auto empty = [&](HumanSplit split) {
    return std::none_of(documents.begin(), documents.end(), [&](const Document& d) { return d.split == split; });
  };
  const std::string size = std::to_string(documents.size()) + " documents: ";
  const std::string more = rules.by_paragraphs ? "use a smaller data.document_bytes or more text"
                                               : "use more files, or data.document = paragraphs";
  if (empty(HumanSplit::train)) refuse_split(source, size + "none is left to train on", "name fewer files, or " + more);
  if (empty(HumanSplit::test)) {
    const bool wanted = !has_names(rules) && rules.test_fraction > 0;
    refuse_split(source, size + "none falls into the test split",
                 wanted ? more + ", or a larger data.test_fraction"
                        : "name files in data.test, or give no names and a data.test_fraction");
  }
  if (empty(HumanSplit::held_out) && !has_names(rules) && rules.held_out_fraction > 0) {
    refuse_split(source, size + "none falls into the held_out split", more + ", or a larger data.held_out_fraction");
  }
}

}  // namespace

void split_documents(const std::filesystem::path& source, const ImportRules& rules, std::vector<Document>& documents) {
  if (has_names(rules)) {
    // Names say it all: fractions, which have defaults, must not take documents out of the files that have none.
    const auto splits = splits_by_name(source, rules, documents);
    for (Document& document : documents) {
      const auto named = splits.find(stem_of(document.file));
      document.split = named == splits.end() ? HumanSplit::train : named->second;
    }
  } else {
    check_fractions(source, rules);
    if (documents.size() == 1) {
      refuse_split(source, "it is a single document, which cannot be split into train and test",
                   rules.by_paragraphs ? "use a smaller data.document_bytes or more text"
                                       : "set data.document = paragraphs to cut it at blank lines");
    }
    for (Document& document : documents) document.split = split_by_fraction(rules, document.content);
  }
  check_filled(source, rules, documents);
  check_apart(source, documents);
}

}  // namespace genloss::storage
