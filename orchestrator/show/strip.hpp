#pragma once
// The photocopy strip: one prompt, continued by the model of every generation under the same random numbers.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "orchestrator/show/marked_text.hpp"
#include "orchestrator/show/shown_run.hpp"

namespace genloss::orchestrator::show {

struct StripRow {
  int generation = 0;
  workers::Continuation drawn;
};
struct StripArm {
  std::string run, arm;
  std::string drawing;  ///< "temperature 0.7, top-k 20"
  std::vector<StripRow> rows;
};
struct Strip {
  std::string prompt;
  std::uint64_t sample = 0;
  std::vector<StripArm> arms;
};

struct StripOptions {
  std::optional<std::string> prompt;  ///< else that of the sample
  std::uint64_t sample = 0;           ///< of generation 0 of the first run: its prompt and its random numbers
  int tokens = 64;                    ///< drawn at most
};

/// Random numbers are those that drew sample `options.sample` of generation 0 of the first run, for all models of all
/// runs: the first row of that run is the begin of that sample, unless another prompt is given.
/// @throws Error(bad_data) for a damaged model; Error(usage) if there is no model yet, or no such sample to prompt with
[[nodiscard]] Strip make_strip(const std::vector<ShownRun>& runs, const StripOptions& options);
[[nodiscard]] std::string text_of(const Strip& strip, const Page& page);
[[nodiscard]] nlohmann::ordered_json json_of(const Strip& strip);

}  // namespace genloss::orchestrator::show
