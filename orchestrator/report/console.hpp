#pragma once
// What rank 0 tells a person: a progress bar on a terminal, plain lines elsewhere.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "jobs/study_spec.hpp"

namespace genloss::orchestrator {

/// Where a stage is; what an onlooker is told besides the person at the terminal.
struct StageProgress {
  std::string stage, detail;
  std::uint64_t done = 0, total = 0;
  std::optional<double> per_second, seconds_left;
};

/// Prints on one rank, is silent on the others. Lines go to stdout; a bar is redrawn in place on stdout.
class Console {
 public:
  /// @param speaks true on rank 0
  Console(jobs::ProgressStyle style, bool speaks);

  /// `onlooker` hears of every step of every stage, whatever is printed; `news` is true where a stage begins, first has
  /// something to show, or ends.
  void tell_also(std::function<void(const StageProgress& progress, bool news)> onlooker);

  void line(std::string_view text);
  void warn(std::string_view text);  ///< to stderr

  /// Starts, moves and ends the bar of one stage. `detail` holds rates, with units ("loss 2.10, 21.3 k tokens/s").
  void begin(std::string label);
  void progress(std::uint64_t done, std::uint64_t total, std::string_view detail);
  /// Ends the stage with one line: "label: text (1.2 s)".
  void end(std::string_view text);

 private:
  void draw(const StageProgress& progress);
  void erase();

  bool bar_, plain_, speaks_, drawn_ = false;
  StageProgress stage_;
  std::function<void(const StageProgress&, bool)> onlooker_ = [](const StageProgress&, bool) {};
  std::uint64_t first_done_ = 0;
  bool seen_progress_ = false;
  std::chrono::steady_clock::time_point begin_, last_;
};

/// A bar of 24 characters.
[[nodiscard]] std::string bar_text(std::uint64_t done, std::uint64_t total);

}  // namespace genloss::orchestrator
