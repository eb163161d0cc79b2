// What can be said of a study without looking at its data.

#include <algorithm>
#include <bit>
#include <set>
#include <stdexcept>
#include <string_view>

#include "jobs/columns.hpp"
#include "jobs/error.hpp"
#include "jobs/option_table.hpp"
#include "jobs/study_file.hpp"

namespace genloss::jobs {
namespace {

void require(bool holds, const std::string& options, const std::string& cause, const std::string& hint) {
  if (!holds) throw Error(ExitCode::usage, "check study", options, cause, hint);
}
std::string text(auto value) { return std::to_string(value); }

void check_name(const StudySpec& spec) {
  const std::string& name = spec.study.name;
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
  require(!name.empty() && plain && name.front() != '.' && name.size() <= 100, "study.name",
          "'" + name + "' cannot name a folder", "use letters, digits, '.', '_' and '-'");
}

void check_training(const StudySpec& spec) {
  const auto& t = spec.training;
  require(std::has_single_bit(static_cast<unsigned>(t.lanes)), "training.lanes",
          text(t.lanes) + " is not a power of two", "lanes are combined by a binary tree: use 1, 2, 4, 8, ...");
}

void check_batch(const StudySpec& spec) {
  const auto& t = spec.training;
  require(t.batch % t.lanes == 0, "training.batch, training.lanes",
          "a batch of " + text(t.batch) + " does not split into " + text(t.lanes) + " equal lanes",
          "make training.batch a multiple of training.lanes");
  require(t.micro_batch == 0 || (t.batch / t.lanes) % t.micro_batch == 0, "training.micro_batch",
          "a lane of " + text(t.batch / t.lanes) + " sequences does not split into passes of " + text(t.micro_batch),
          "use a divisor of training.batch / training.lanes, or 0");
  require(t.init != Initialisation::base || !spec.model.base.empty(), "training.init, model.base",
          "init = base without a base model", "give model.base, a folder with model.safetensors and config.json");
}

void check_model(const StudySpec& spec) {
  const auto& m = spec.model;
  require(m.width % m.heads == 0, "model.width, model.heads", text(m.width) + " is not a multiple of " + text(m.heads),
          "width / heads is the size of a head");
  require(m.kv_heads == 0 || m.heads % m.kv_heads == 0, "model.heads, model.kv_heads",
          text(m.heads) + " is not a multiple of " + text(m.kv_heads), "heads share key/value heads in equal groups");
  if (m.shape == ModelShape::llama) {
    require((m.width / m.heads) % 2 == 0, "model.width, model.heads", "a head of odd size has no rotary pairs",
            "make width / heads even");
  } else {
    require(m.kv_heads == 0 || m.kv_heads == m.heads, "model.kv_heads", "the gpt2 shape has no grouped-query attention",
            "use model.shape = llama");
    require(m.tied_head, "model.tied_head", "the gpt2 shape ties its head to the token embedding",
            "use model.shape = llama");
  }
}

void check_sampling(const StudySpec& spec) {
  const auto& s = spec.sampling;
  const std::int64_t prompt = s.prompt == PromptSource::human ? s.prompt_tokens : 0;
  require(prompt < spec.model.context, "sampling.prompt_tokens, model.context",
          text(prompt) + " prompt tokens leave no room to draw in a context of " + text(spec.model.context),
          "lower sampling.prompt_tokens or raise model.context");
}

void check_data(const StudySpec& spec) {
  const auto& d = spec.data;
  require(!d.source.empty(), "data.source", "no human text is given", "data.source = a text file or a folder of *.txt");
  const auto share = [](const std::vector<std::string>& names, double fraction) {
    return names.empty() ? fraction : 0.0;  // a split with names takes no share of the other documents
  };
  require(share(d.held_out, d.held_out_fraction) + share(d.validation, d.validation_fraction) +
                  share(d.test, d.test_fraction) <
              1,
          "data.*_fraction", "the splits take all documents and leave none to train on",
          "let the three fractions sum to less than 1");
  std::set<std::string> named;
  for (const auto* names : {&d.held_out, &d.validation, &d.test}) {
    for (const std::string& name : *names) {
      require(named.insert(name).second, "data.held_out, data.validation, data.test",
              "the file '" + name + "' is named twice", "a document belongs to one split");
    }
  }
  require(spec.training.patience == 0 || !d.validation.empty() || d.validation_fraction > 0,
          "training.patience, data.validation", "no human text is set aside to validate on",
          "name files in data.validation, raise data.validation_fraction, or set training.patience = 0");
  require(!d.test.empty() || d.test_fraction > 0, "data.test, data.test_fraction",
          "no human text is set aside to measure on", "name files in data.test or raise data.test_fraction");
}

void check_policy(const StudySpec& spec) {
  registered("policy.name", spec.policy.name).check(spec);
  for (const auto& [from, name] : spec.policy.later_names) registered("policy.name", name).check(spec);
}

/// Every value on its own, also of a spec that was not read from text: what the table can write, it must take back.
void check_values(const StudySpec& spec) {
  for (const Option& option : option_table()) {
    const std::string value = option.get(spec);
    require(value.find_first_of("#\n\r") == std::string::npos, option.name(),
            "'" + value + "' holds a '#' or a line break, which study.ini cannot",
            "rename the file or folder, or move it");
    StudySpec scratch;
    try {
      option.set(scratch, value);
    } catch (const std::invalid_argument& e) {
      throw Error(ExitCode::usage, "check study", option.name(), e.what(), expectation(option));
    }
    require(option.get(scratch) == value, option.name(), "'" + value + "' does not read back as written",
            "leave out blanks at the ends and commas in names");
  }
}

}  // namespace

void check_text_study(const StudySpec& spec) {
  check_batch(spec);
  check_model(spec);
  check_sampling(spec);
  check_data(spec);
}

void check_closed_form(const StudySpec& spec) {
  require(spec.sampling.tokens == 0, "sampling.tokens", "a closed-form family draws no tokens", "set sampling.samples");
}

void check(const StudySpec& spec) {
  check_values(spec);
  check_name(spec);
  check_training(spec);
  registered("study.family", spec.study.family).check(spec);
  check_policy(spec);
  check_columns(spec);
}

}  // namespace genloss::jobs
