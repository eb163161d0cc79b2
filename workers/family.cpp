#include "workers/family.hpp"

#include "workers/gaussian/gaussian_family.hpp"
#include "workers/gaussian/gaussian_measures.hpp"
#include "workers/language/language_family.hpp"
#include "workers/measures/text_measures.hpp"

namespace genloss::workers {

std::unique_ptr<Family> make_family(const jobs::StudySpec& spec, Accelerator* accelerator) {
  if (spec.study.family == jobs::FamilyKind::gaussian) return std::make_unique<GaussianFamily>(spec);
  return std::make_unique<LanguageFamily>(spec, accelerator);
}

const std::vector<Record>& records_of(jobs::FamilyKind kind) {
  return kind == jobs::FamilyKind::gaussian ? gaussian_records() : text_records();
}

}  // namespace genloss::workers
