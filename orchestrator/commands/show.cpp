#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iterator>

#include <nlohmann/json.hpp>

#include "orchestrator/attempt/numerics.hpp"
#include "orchestrator/commands/command.hpp"
#include "orchestrator/directory/numerics_file.hpp"
#include "orchestrator/show/selection.hpp"
#include "orchestrator/show/strip.hpp"

namespace genloss::orchestrator {
namespace {

using namespace show;  // NOLINT

/// Bold and underlined where somebody sees it (https://no-color.org).
bool styled_output() {
  const char* const no_color = std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe)
  const char* const terminal = std::getenv("TERM");      // NOLINT(concurrency-mt-unsafe)
  if (no_color != nullptr && *no_color != '\0') return false;
  return ::isatty(STDOUT_FILENO) == 1 && terminal != nullptr && std::string_view(terminal) != "dumb";
}

struct Request {
  bool strip = false, json = false;
  std::optional<std::uint64_t> generation;
  Selection selection;
  StripOptions strip_options;
  Page page;
};

Request take_request(Words& words) {
  constexpr std::uint64_t any = UINT64_MAX, many = 1'000'000;
  Request request;
  request.strip = take_flag(words, "--strip");
  request.json = take_flag(words, "--json");
  request.generation = take_whole_number(words, "--generation", 0, many);
  request.selection.sample = take_whole_number(words, "--sample", 0, any);
  request.selection.worst = take_option(words, "--worst");
  request.selection.sort = take_option(words, "--sort");
  const auto random = take_whole_number(words, "--random", 1, many),
             count = take_whole_number(words, "--count", 1, many);
  request.selection.count = random.value_or(count.value_or(3));
  request.selection.seed = take_whole_number(words, "--seed", 0, any).value_or(1);
  const auto tokens = take_whole_number(words, "--tokens", 1, many);
  request.strip_options.tokens = static_cast<int>(tokens.value_or(64));
  request.strip_options.sample = request.selection.sample.value_or(0);
  const std::string prompt = take_option(words, "--prompt");
  if (!prompt.empty()) request.strip_options.prompt = prompt;
  request.page.columns = take_whole_number(words, "--columns", 40, 1000).value_or(90);
  request.page.styled = styled_output();
  const auto refuse = [](const char* cause) {
    throw Error(ExitCode::usage, "run", "genloss show", cause, "`genloss help show` shows how it is used");
  };
  if ((request.selection.sample ? 1 : 0) + (random ? 1 : 0) + (request.selection.worst.empty() ? 0 : 1) +
          (request.selection.sort.empty() ? 0 : 1) >
      1) {
    refuse("--sample, --random, --worst and --sort are four ways to choose: give one");
  }
  if (request.strip &&
      (request.generation || random || !request.selection.worst.empty() || !request.selection.sort.empty())) {
    refuse("--strip shows every generation, of one --sample or --prompt");
  }
  if (!request.strip && (request.strip_options.prompt || tokens)) refuse("--prompt and --tokens belong to --strip");
  if (words.empty()) refuse("give a run directory, or several");
  for (const auto& word : words) {
    if (word.rfind("--", 0) == 0) refuse(("'" + word + "' is not understood").c_str());
  }
  return request;
}

std::vector<ShownSample> chosen(const ShownRun& run, const Request& request) {
  const int generation = request.generation ? static_cast<int>(*request.generation) : run.last_drawn().value_or(0);
  return select(run, generation, request.selection);
}

ExitCode show_command_body(const Words& given, const comms::World& world) {
  if (world.rank() != 0) return ExitCode::done;
  Words words = given;
  const Request request = take_request(words);
  std::vector<ShownRun> runs;
  for (const auto& word : words) {
    auto chains = ShownRun::open(word);
    std::move(chains.begin(), chains.end(), std::back_inserter(runs));
  }
  if (request.strip) {
    // The same numbers as when the samples were drawn, where this processor can.
    use_instructions_like(read_numerics(runs.front().paths.numerics()), jobs::InstructionChoice::automatic);
    const Strip strip = make_strip(runs, request.strip_options);
    std::printf("%s", request.json ? (json_of(strip).dump(2) + "\n").c_str() : text_of(strip, request.page).c_str());
    return ExitCode::done;
  }
  auto all = nlohmann::ordered_json::array();
  std::string pages;
  for (const ShownRun& run : runs) {
    for (const ShownSample& sample : chosen(run, request)) {
      if (request.json) all.push_back(json_of(sample));
      if (!request.json) pages += page_of(sample, request.page) + "\n";
    }
  }
  std::printf("%s\n", request.json ? all.dump(2).c_str() : (pages + legend(request.page)).c_str());
  return ExitCode::done;
}

}  // namespace

const Command show_command{
    "show", "RUN [RUN ...] [--generation N] [...]", "samples as text, and what became of one prompt",
    R"(Samples with prompt, log-probability, why they ended, and what repeats inside them. Works while the run goes on.
  --generation N                  samples of this generation; else of the last one that has some
  --sample ID                     this sample
  --random K [--seed S]           K samples, the same ones for the same seed (3 if nothing else is said)
  --worst MEASURE [--count K]     the samples with the most of what collapse does: repetition_4, repeated_text,
                                  loop_share, moving_type_ratio, sample_words, log_probability, ...
  --sort COLUMN[:ascending] [--count K]   the samples of which a column of the study says most (or least), such as
                                  surprise.mean (docs/columns.md); what columns say stands with every sample
  --strip                         one prompt continued by the model of every generation, one below the other, under
                                  the same random numbers: those of sample 0 (--sample ID) of generation 0, with its
                                  prompt (--prompt TEXT); --tokens N of them (64)
  --columns N                     lines of N columns (90)
  --json                          for scripts
On a terminal the prompt is bold and repeats are underlined; elsewhere, and with NO_COLOR, there are signs. The strip
runs the models on this machine's CPU; their files are checked against their digests first.)",
    show_command_body};

}  // namespace genloss::orchestrator
