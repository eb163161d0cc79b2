#include "orchestrator/directory/live_progress.hpp"

#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "orchestrator/directory/clock.hpp"
#include "storage/files/json.hpp"

namespace genloss::orchestrator {
namespace {

constexpr int progress_version = 1;
constexpr auto interval = std::chrono::seconds(2);

std::optional<double> number(const nlohmann::json& json, const char* key) {
  const auto at = json.find(key);
  if (at == json.end() || !at->is_number()) return std::nullopt;
  return at->get<double>();
}

LiveProgress from_json(const nlohmann::json& json) {
  return {.attempt = json.at("attempt"),
          .host = json.at("host"),
          .process = json.at("process"),
          .ranks = json.at("ranks"),
          .generation = json.at("generation"),
          .stage = json.at("stage"),
          .detail = json.at("detail"),
          .done = json.at("done"),
          .total = json.at("total"),
          .per_second = number(json, "per_second"),
          .seconds_left = number(json, "seconds_left"),
          .heard = json.at("heard")};
}

}  // namespace

LiveProgressFile::LiveProgressFile(std::filesystem::path path) : path_(std::move(path)) {}

void LiveProgressFile::write(const LiveProgress& progress, bool at_once) {
  const auto now = std::chrono::steady_clock::now();
  if (!at_once && now < next_) return;
  next_ = now + interval;
  nlohmann::ordered_json json{
      {"version", progress_version}, {"attempt", progress.attempt}, {"host", progress.host},
      {"process", progress.process}, {"ranks", progress.ranks},     {"generation", progress.generation},
      {"stage", progress.stage},     {"detail", progress.detail},   {"done", progress.done},
      {"total", progress.total},     {"heard", unix_now()}};
  if (progress.per_second) json["per_second"] = *progress.per_second;
  if (progress.seconds_left) json["seconds_left"] = *progress.seconds_left;
  // Renamed, so that a reader never sees half of it; not synchronized to the disk, because after a crash it is old
  // news.
  const std::filesystem::path fresh = path_.string() + ".new";
  std::ofstream out(fresh);
  out << json.dump(2) << '\n';
  out.close();
  std::error_code ignored;
  if (out) std::filesystem::rename(fresh, path_, ignored);
  if (!out || ignored) std::filesystem::remove(fresh, ignored);
}

std::optional<LiveProgress> read_live_progress(const std::filesystem::path& path) noexcept {
  try {
    const auto json = storage::parse_json_file(path, storage::line_limits);
    if (json.at("version") != progress_version) return std::nullopt;
    return from_json(json);
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace genloss::orchestrator
