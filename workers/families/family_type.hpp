#pragma once
// How a family of models joins the program: it registers what it is under a name. Its folder, workers/families/NAME/,
// is then all that knows of it (docs/extending.md).

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jobs/registry.hpp"
#include "jobs/study_spec.hpp"
#include "storage/human/human_data.hpp"
#include "workers/costs/model_costs.hpp"
#include "workers/family.hpp"
#include "workers/measures/records/record.hpp"
#include "workers/reading.hpp"

namespace genloss::workers {

class Accelerator;

/// Speeds of one rank, measured on this machine with a study's own shape; values per second.
struct MeasuredSpeeds {
  double training = 0, sampling = 0;
};

struct FamilyType {
  std::string name;  ///< of study.family
  std::string help;  ///< one sentence
  /// Sections and options that concern this family (and others that name them) alone.
  std::vector<std::string> options;
  /// What can be said of a study of it without data. @throws Error(usage)
  std::function<void(const jobs::StudySpec&)> check;

  std::string values;                           ///< what samples are counted in: "tokens", "reals"
  bool reads_text = false;                      ///< it learns from the human text of data.source
  bool writes_text = false;                     ///< its samples are text
  bool on_accelerator = false;                  ///< it can be trained and sampled on a GPU
  bool weighs_units = false;                    ///< its loss takes the weights of units (MixSource::weight)
  bool has_likelihood = false;                  ///< its models say how probable a sample is (Family::likelihood)
  bool logs_steps = false;                      ///< training.jsonl: it trains by steps
  std::vector<std::string_view> data_sections;  ///< of options that say what its human data is

  /// What its measures are: table, verdict and profile are made from this.
  std::function<const std::vector<Record>&()> records;
  /// @param human the text of data.source, if reads_text @param accelerator null: the host's cores; outlives the family
  std::function<std::unique_ptr<Family>(const jobs::StudySpec& spec, Accelerator* accelerator,
                                        std::optional<storage::HumanData> human)>
      make;
  /// How people read its samples; empty unless writes_text. @param tokenizer directory of its tokenizer.json
  std::function<std::unique_ptr<Reading>(const jobs::StudySpec& spec, const std::filesystem::path& tokenizer)> reading;

  /// @param ranks that train together
  std::function<ModelCosts(const jobs::StudySpec& spec, int ranks)> costs;
  std::function<MeasuredSpeeds(const jobs::StudySpec& spec)> measure_speeds;
  std::function<RoughWork(const jobs::StudySpec& spec)> rough_work;
};

/// The family called `name`. @throws Error(usage) if there is none
[[nodiscard]] const FamilyType& family_type(std::string_view name);
[[nodiscard]] inline const FamilyType& family_type(const jobs::StudySpec& spec) {
  return family_type(spec.study.family);
}
/// All families of the program, by name.
[[nodiscard]] std::vector<const FamilyType*> family_types();

/// What a study costs a rank of `ranks`, of which at most training.lanes train together.
[[nodiscard]] ModelCosts costs_of(const jobs::StudySpec& spec, int ranks);

/// How a study cuts and splits human text.
[[nodiscard]] storage::ImportRules import_rules(const jobs::StudySpec& spec);

/// The family of `spec`.
/// @param human the text that it learns from, if it does; nothing: it imports spec.data.source itself
/// @param accelerator what models are trained on; null: the host's cores. Outlives the family
/// @throws Error(bad_data) if that data cannot be used
[[nodiscard]] std::unique_ptr<Family> make_family(const jobs::StudySpec& spec, Accelerator* accelerator = nullptr,
                                                  std::optional<storage::HumanData> human = std::nullopt);

/// Puts a family among those of the program, before main() begins.
class RegisteredFamily {
 public:
  explicit RegisteredFamily(FamilyType type);
};

}  // namespace genloss::workers

/// Registers what the function that follows returns: GENLOSS_FAMILY(gaussian) { return {...}; }, in namespace
/// genloss::workers. The name is that of the folder, by which the linker is told to keep it (.cmake/Rooms.cmake).
#define GENLOSS_FAMILY(folder)                                                                                    \
  static FamilyType describe_##folder();                                                                          \
  extern "C" {                                                                                                    \
  extern const RegisteredFamily genloss_family_##folder;               /* NOLINT: C names it, the linker finds */ \
  const RegisteredFamily genloss_family_##folder{describe_##folder()}; /* NOLINT(cert-err58-cpp): */              \
  } /* a family that cannot register is a defect, and ends the program */                                         \
  static FamilyType describe_##folder()
