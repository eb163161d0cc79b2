#include "workers/families/family_type.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "jobs/error.hpp"

namespace genloss::workers {
namespace {

// A function's, so that it is there before the first family registers.
std::map<std::string, FamilyType, std::less<>>& types() {
  static std::map<std::string, FamilyType, std::less<>> all;
  return all;
}

}  // namespace

RegisteredFamily::RegisteredFamily(FamilyType type) {
  jobs::add(jobs::Registered{"study.family", type.name, type.help, type.options, type.check});
  const std::string name = type.name;
  types().emplace(name, std::move(type));
}

const FamilyType& family_type(std::string_view name) {
  const auto found = types().find(name);
  if (found == types().end()) {
    (void)jobs::registered("study.family", name);  // says which there are
    throw Error(ExitCode::internal, "look up", "family " + std::string(name), "it registers options and nothing else");
  }
  return found->second;
}

std::vector<const FamilyType*> family_types() {
  std::vector<const FamilyType*> all;
  for (const auto& [name, type] : types()) all.push_back(&type);
  return all;
}

storage::ImportRules import_rules(const jobs::StudySpec& spec) {
  const auto& d = spec.data;
  storage::ImportRules rules;
  rules.by_paragraphs = d.document == jobs::DocumentRule::paragraphs;
  rules.document_bytes = d.document_bytes;
  rules.held_out = d.held_out;
  rules.validation = d.validation;
  rules.test = d.test;
  rules.held_out_fraction = d.held_out_fraction;
  rules.validation_fraction = d.validation_fraction;
  rules.test_fraction = d.test_fraction;
  rules.seed = spec.study.seed;
  return rules;
}

ModelCosts costs_of(const jobs::StudySpec& spec, int ranks) {
  return family_type(spec).costs(spec, std::min(ranks, spec.training.lanes));
}

std::unique_ptr<Family> make_family(const jobs::StudySpec& spec, Accelerator* accelerator,
                                    std::optional<storage::HumanData> human) {
  const FamilyType& type = family_type(spec);
  if (type.reads_text && !human) human = storage::HumanData::import(spec.data.source, import_rules(spec));
  return type.make(spec, accelerator, std::move(human));
}

std::unique_ptr<Reading> make_reading(const jobs::StudySpec& spec, const std::filesystem::path& tokenizer) {
  const FamilyType& type = family_type(spec);
  if (!type.writes_text) {
    throw Error(ExitCode::usage, "show", "a study of the " + type.name + " family",
                "its samples are " + type.values + ", not text");
  }
  return type.reading(spec, tokenizer);
}

}  // namespace genloss::workers
