#include "orchestrator/report/console.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "jobs/numbers.hpp"

namespace genloss::orchestrator {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int bar_width = 24;
constexpr double bar_interval = 0.1, plain_interval = 10;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// mpirun gives its ranks a pseudo-terminal for stdout even when its own output goes to a file; their stderr tells the
/// truth.
bool on_a_terminal() { return ::isatty(STDOUT_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1; }

}  // namespace

Console::Console(jobs::ProgressStyle style, bool speaks)
    : bar_(style == jobs::ProgressStyle::bar || (style == jobs::ProgressStyle::automatic && on_a_terminal())),
      plain_(style != jobs::ProgressStyle::none),
      speaks_(speaks) {}

void Console::line(std::string_view text) {
  if (!speaks_) return;
  erase();
  std::printf("%.*s\n", static_cast<int>(text.size()), text.data());
  std::fflush(stdout);
}

void Console::warn(std::string_view text) {
  if (!speaks_) return;
  erase();
  std::fprintf(stderr, "genloss: warning: %.*s\n", static_cast<int>(text.size()), text.data());
}

void Console::tell_also(std::function<void(const StageProgress&, bool)> onlooker) { onlooker_ = std::move(onlooker); }

void Console::begin(std::string label) {
  stage_ = {.stage = std::move(label), .detail = {}, .per_second = {}, .seconds_left = {}};
  begin_ = last_ = Clock::now();
  seen_progress_ = false;
  if (speaks_) onlooker_(stage_, true);
}

void Console::progress(std::uint64_t done, std::uint64_t total, std::string_view detail) {
  if (!speaks_) return;
  const bool first = !seen_progress_;
  if (first) first_done_ = done;  // a resumed stage does not start at zero: rates must not count what was there
  seen_progress_ = true;
  stage_.done = done;
  stage_.total = total;
  stage_.detail = detail;
  const auto made = static_cast<double>(done - std::min(done, first_done_));
  const double elapsed = seconds_since(begin_);
  if (made > 0 && elapsed > 0) {
    stage_.per_second = made / elapsed;
    stage_.seconds_left = static_cast<double>(total - std::min(done, total)) / *stage_.per_second;
  }
  onlooker_(stage_, first);
  if (!plain_ || seconds_since(last_) < (bar_ ? bar_interval : plain_interval)) return;
  last_ = Clock::now();
  draw(stage_);
}

void Console::draw(const StageProgress& progress) {
  std::string text = progress.stage + ": " + std::to_string(progress.done) + "/" + std::to_string(progress.total);
  if (!progress.detail.empty()) text += ", " + progress.detail;
  if (progress.seconds_left && progress.done < progress.total)
    text += ", " + duration_text(*progress.seconds_left) + " left";
  if (!bar_) {
    std::printf("  %s\n", text.c_str());
  } else {
    std::printf("\r\033[K  %s %s", bar_text(progress.done, progress.total).c_str(), text.c_str());
    drawn_ = true;
  }
  std::fflush(stdout);
}

void Console::end(std::string_view text) {
  if (!speaks_) return;
  line("  " + stage_.stage + ": " + std::string(text) + " (" + duration_text(seconds_since(begin_)) + ")");
  stage_.done = stage_.total;
  stage_.seconds_left = 0;
  onlooker_(stage_, true);
}

void Console::erase() {
  if (drawn_) std::printf("\r\033[K");
  drawn_ = false;
}

std::string bar_text(std::uint64_t done, std::uint64_t total) {
  const double share = total == 0 ? 1.0 : static_cast<double>(done) / static_cast<double>(total);
  const int full = static_cast<int>(std::lround(share * bar_width));
  std::string bar;
  for (int i = 0; i < bar_width; ++i) bar += i < full ? "█" : "░";
  return bar;
}

}  // namespace genloss::orchestrator
