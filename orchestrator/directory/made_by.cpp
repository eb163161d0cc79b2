#include "orchestrator/directory/made_by.hpp"

#include <numeric>

#include "jobs/error.hpp"
#include "orchestrator/directory/numerics_file.hpp"
#include "storage/files/durable.hpp"

namespace genloss::orchestrator {
namespace {
constexpr auto made_by_schema = "genloss made by";
constexpr int made_by_version = 1;
}  // namespace

int ProgramStart::ranks() const noexcept {
  return std::accumulate(hosts.begin(), hosts.end(), 0, [](int sum, const Host& host) { return sum + host.ranks; });
}

void write_made_by(const std::filesystem::path& file, const MadeBy& made) {
  const ProgramStart& start = made.start;
  nlohmann::ordered_json body{{"program", start.program},
                              {"commit", start.commit},
                              {"numerics", to_json(start.numerics)},
                              {"ranks", start.ranks()},
                              {"threads", start.threads}};
  auto& hosts = body["hosts"] = nlohmann::ordered_json::array();
  for (const auto& host : start.hosts) {
    hosts.push_back({{"name", host.name}, {"processor", host.processor}, {"ranks", host.ranks}});
  }
  body["attempt"] = start.attempt;
  body["attempts"] = made.attempts;
  body["begun"] = made.begun;
  body["sealed"] = made.sealed;
  body["seconds"] = made.seconds;
  body["peak_memory"] = made.peak_memory;
  storage::write_json_durably(file, made_by_schema, made_by_version, std::move(body));
}

std::optional<MadeBy> read_made_by(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return std::nullopt;
  const nlohmann::json body = storage::read_json(file, made_by_schema, made_by_version);
  try {
    MadeBy made;
    ProgramStart& start = made.start;
    body.at("program").get_to(start.program);
    body.at("commit").get_to(start.commit);
    start.numerics = numerics_from_json(body.at("numerics"), file.string());
    body.at("threads").get_to(start.threads);
    for (const auto& host : body.at("hosts")) {
      start.hosts.push_back(
          {host.at("name").get<std::string>(), host.at("processor").get<std::string>(), host.at("ranks").get<int>()});
    }
    body.at("attempt").get_to(start.attempt);
    body.at("attempts").get_to(made.attempts);
    body.at("begun").get_to(made.begun);
    body.at("sealed").get_to(made.sealed);
    body.at("seconds").get_to(made.seconds);
    body.at("peak_memory").get_to(made.peak_memory);
    return made;
  } catch (const nlohmann::json::exception& e) {
    throw Error(ExitCode::bad_data, "read", file.string(), e.what(), "nothing depends on it: it may be removed");
  }
}

}  // namespace genloss::orchestrator
