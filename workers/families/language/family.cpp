// The family `transformer`, as it registers.

#include "jobs/study_file.hpp"
#include "workers/families/family_type.hpp"
#include "workers/families/language/language_family.hpp"
#include "workers/families/language/text_reading.hpp"
#include "workers/families/language/transformer_costs.hpp"
#include "workers/measures/text_measures.hpp"

namespace genloss::workers {
namespace {

/// All of [training] and [sampling] but what every family uses.
std::vector<std::string> options_of_text() {
  std::vector<std::string> all{"data",          "text", "model", "measures.test_tokens", "measures.corpus_tokens",
                               "measures.words"};
  for (const char* key : {"init", "budget", "batch", "micro_batch", "precision", "learning_rate",
                          "final_learning_rate_ratio", "warmup_fraction", "weight_decay", "beta1", "beta2", "epsilon",
                          "clip", "truncated", "patience", "validation_steps", "validation_tokens"}) {
    all.push_back(std::string("training.") + key);
  }
  for (const char* key : {"tokens", "max_tokens", "temperature", "top_k", "top_p", "min_p", "prompt", "prompt_tokens",
                          "stop_at_end", "batch"}) {
    all.push_back(std::string("sampling.") + key);
  }
  return all;
}

}  // namespace

GENLOSS_FAMILY(language) {
  FamilyType type;
  type.name = "transformer";
  type.help = "Transformers over the tokens of human text.";
  type.options = options_of_text();
  type.check = jobs::check_text_study;
  type.values = "tokens";
  type.reads_text = type.writes_text = type.on_accelerator = type.logs_steps = true;
  type.weighs_units = type.has_likelihood = true;
  type.data_sections = {"data", "text", "model"};
  type.records = text_records;
  type.make = [](const jobs::StudySpec& spec, Accelerator* accelerator, std::optional<storage::HumanData> human) {
    return std::make_unique<LanguageFamily>(spec, accelerator, std::move(*human));
  };
  type.reading = [](const jobs::StudySpec& spec, const std::filesystem::path& tokenizer) {
    return std::make_unique<TextReading>(spec, tokenizer);
  };
  type.costs = transformer_costs;
  type.measure_speeds = transformer_speeds;
  type.rough_work = transformer_work;
  return type;
}

}  // namespace genloss::workers
