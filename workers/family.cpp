#include "workers/family.hpp"

#include <utility>

#include "jobs/error.hpp"
#include "workers/gaussian/gaussian_family.hpp"
#include "workers/gaussian/gaussian_measures.hpp"
#include "workers/language/language_family.hpp"
#include "workers/language/text_reading.hpp"
#include "workers/measures/text_measures.hpp"

namespace genloss::workers {

std::unique_ptr<Family> make_family(const jobs::StudySpec& spec, Accelerator* accelerator,
                                    std::optional<storage::HumanData> human) {
  if (spec.study.family == jobs::FamilyKind::gaussian) return std::make_unique<GaussianFamily>(spec);
  if (!human) human = storage::HumanData::import(spec.data.source, import_rules(spec));
  return std::make_unique<LanguageFamily>(spec, accelerator, std::move(*human));
}

bool learns_from_text(const jobs::StudySpec& spec) noexcept { return spec.study.family != jobs::FamilyKind::gaussian; }

const std::vector<Record>& records_of(jobs::FamilyKind kind) {
  return kind == jobs::FamilyKind::gaussian ? gaussian_records() : text_records();
}

std::unique_ptr<Reading> make_reading(const jobs::StudySpec& spec, const std::filesystem::path& tokenizer) {
  if (spec.study.family == jobs::FamilyKind::gaussian) {
    throw Error(ExitCode::usage, "show", "a study of the gaussian family", "its samples are numbers, not text");
  }
  return std::make_unique<TextReading>(spec, tokenizer);
}

}  // namespace genloss::workers
