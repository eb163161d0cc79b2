#include "orchestrator/show/strip.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "jobs/error.hpp"
#include "jobs/numbers.hpp"
#include "orchestrator/policies/algebra/policy_type.hpp"
#include "orchestrator/show/sample_page.hpp"

namespace genloss::orchestrator::show {
namespace {

std::string short_number(double value) { return significant_text(value, 6); }

std::string drawing_of(const jobs::SamplingSection& sampling) {
  std::string text = "temperature " + short_number(sampling.temperature);
  if (sampling.top_k > 0) text += ", top-k " + std::to_string(sampling.top_k);
  if (sampling.top_p < 1) text += ", top-p " + short_number(sampling.top_p);
  if (sampling.min_p > 0) text += ", min-p " + short_number(sampling.min_p);
  return text;
}

/// What the models of a study learn from, where it is more than the latest corpus.
std::string training_text_of(const jobs::PolicySection& policy) {
  const std::string words = policy_type(policy.name).words(policy);
  return words.empty() ? words : "; " + words;
}

/// The prompt that sample `id` of generation 0 was given, as text; empty where the study draws without prompts.
std::string prompt_of(const ShownRun& run, std::uint64_t id) {
  if (run.spec.sampling.prompt == jobs::PromptSource::none) return {};
  DrawnSamples samples = run.samples(0);
  if (!samples.has(id)) {
    throw Error(ExitCode::usage, "show", "sample " + std::to_string(id) + " of generation 0 of " + run.name(),
                "it is not there: " + std::to_string(samples.size()) + " samples are", "give --prompt TEXT");
  }
  const ShownSample sample = shown(run, 0, samples, id);
  return sample.text.substr(0, sample.prompt_bytes);
}

StripArm arm_of(const ShownRun& run, const std::string& prompt, std::uint64_t seed, const StripOptions& options) {
  StripArm arm{run.name(), run.title, drawing_of(run.spec.sampling) + training_text_of(run.spec.policy), {}};
  const workers::Start start{run.reading->tokens(std::string_view(prompt)), seed, options.sample, 0};
  for (const int generation : run.models()) {
    arm.rows.push_back({generation, run.reading->continued(run.checked_model(generation), start, options.tokens)});
  }
  if (arm.rows.empty()) {
    throw Error(ExitCode::usage, "show", run.name(), "it has no model yet",
                "`genloss status RUN` shows where the run is");
  }
  return arm;
}

/// Marks of what was drawn, as if it stood alone: the prompt is shown once, above.
std::vector<MarkedSpan> marks_behind(const std::string& prompt, const std::string& drawn) {
  std::vector<MarkedSpan> marks;
  for (const MarkedSpan& mark : marks_in(prompt + drawn, prompt.size())) {
    if (mark.mark == Mark::repeat) marks.push_back({mark.begin - prompt.size(), mark.end - prompt.size(), mark.mark});
  }
  return marks;
}

std::string row_text(const Strip& strip, const StripRow& row, const Page& page) {
  constexpr std::size_t margin = 6;
  std::string number = std::to_string(row.generation);
  number.insert(0, number.size() < 3 ? 3 - number.size() : 0, ' ');
  auto lines =
      wrapped(row.drawn.text, marks_behind(strip.prompt, row.drawn.text), {page.columns - margin, page.styled});
  if (lines.empty()) lines.emplace_back("(nothing: the document ends here)");
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) text += (i == 0 ? number : "   ") + " | " + lines[i] + "\n";
  return text;
}

}  // namespace

Strip make_strip(const std::vector<ShownRun>& runs, const StripOptions& options) {
  Strip strip;
  strip.sample = options.sample;
  strip.prompt = options.prompt ? *options.prompt : prompt_of(runs.front(), options.sample);
  for (const ShownRun& run : runs) {
    strip.arms.push_back(arm_of(run, strip.prompt, runs.front().spec.study.seed, options));
  }
  return strip;
}

std::string text_of(const Strip& strip, const Page& page) {
  std::string text;
  const auto add = [&](const std::string& paragraph, const std::vector<MarkedSpan>& marks) {
    for (const auto& line : wrapped(paragraph, marks, page)) text += line + "\n";
  };
  add(std::string(strip.prompt.empty() ? "A new document, written" : "One prompt, continued") +
          " by the model of every generation under the same random numbers (those of sample " +
          std::to_string(strip.sample) + " of generation 0):",
      {});
  if (!strip.prompt.empty()) {
    text += "\n";
    add(strip.prompt, {{0, strip.prompt.size(), Mark::prompt}});
  }
  for (const StripArm& arm : strip.arms) {
    text += "\n" + arm.arm + " (" + arm.drawing + ")\n";
    for (const StripRow& row : arm.rows) text += row_text(strip, row, page);
  }
  text += "\n";
  add(legend(page), {});
  return text;
}

nlohmann::ordered_json json_of(const Strip& strip) {
  nlohmann::ordered_json json = {{"prompt", as_utf8(strip.prompt)}, {"sample", strip.sample}};
  auto& arms = json["arms"] = nlohmann::ordered_json::array();
  for (const StripArm& arm : strip.arms) {
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (const StripRow& row : arm.rows) {
      auto repeated = nlohmann::ordered_json::array();
      for (const MarkedSpan& mark : marks_behind(strip.prompt, row.drawn.text)) {
        repeated.push_back(as_utf8(std::string_view(row.drawn.text).substr(mark.begin, mark.end - mark.begin)));
      }
      rows.push_back({{"generation", row.generation},
                      {"text", as_utf8(row.drawn.text)},
                      {"tokens", row.drawn.tokens},
                      {"log_probability", row.drawn.log_probability},
                      {"stop_reason", row.drawn.ended ? "end_of_document" : "length"},
                      {"repeated", std::move(repeated)}});
    }
    arms.push_back({{"run", arm.run}, {"arm", arm.arm}, {"drawing", arm.drawing}, {"generations", std::move(rows)}});
  }
  return json;
}

}  // namespace genloss::orchestrator::show
