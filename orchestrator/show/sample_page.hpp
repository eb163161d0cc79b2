#pragma once
// One sample, for people and for scripts.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "orchestrator/show/marked_text.hpp"
#include "orchestrator/show/shown_run.hpp"

namespace genloss::orchestrator::show {

/// Where a prompt begins: a file of the human text and a byte in it.
struct Source {
  std::string file;
  std::uint64_t byte = 0;
};

struct ShownSample {
  std::string run, arm;
  int generation = 0;
  std::uint64_t id = 0;
  std::string text;              ///< prompt and what was drawn, as bytes
  std::size_t prompt_bytes = 0;  ///< of these, the prompt
  std::size_t prompt_tokens = 0, drawn_tokens = 0;
  double log_probability = 0;
  bool ended = false;  ///< by the model, not by sampling.max_tokens
  std::optional<Source> source;
  std::string measure;  ///< what it was chosen by, if it was
  std::optional<double> value;
  /// What the study's columns say of it, by address: {"surprise.mean", 3.2}.
  std::vector<std::pair<std::string, double>> columns{};
};

/// Reads sample `id` of a generation; without its source.
[[nodiscard]] ShownSample shown(const ShownRun& run, int generation, DrawnSamples& samples, std::uint64_t id);
/// Looks up where the prompts of samples of `run` come from, as far as the corpus tells: its columns prompt_document
/// (number of a document of the human text) and prompt_offset (bytes into it), and the run's human.json.
void add_sources(const ShownRun& run, DrawnSamples& drawn, std::vector<ShownSample>& samples);
/// Looks up what the columns of `run` say of samples of `generation`, as far as they are there.
void add_columns(const ShownRun& run, int generation, std::vector<ShownSample>& samples);
/// Stretches of `text` that are a prompt, and stretches behind it that repeat (workers::repeated_spans).
[[nodiscard]] std::vector<MarkedSpan> marks_in(const std::string& text, std::size_t prompt_bytes);
/// Head and text, lines of at most page.columns columns.
[[nodiscard]] std::string page_of(const ShownSample& sample, const Page& page);
[[nodiscard]] nlohmann::ordered_json json_of(const ShownSample& sample);

}  // namespace genloss::orchestrator::show
