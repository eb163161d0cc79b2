#include "orchestrator/attempt/numerics.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include "comms/rank_list.hpp"
#include "comms/world.hpp"
#include "jobs/error.hpp"
#include "orchestrator/directory/numerics_file.hpp"
#include "storage/files/json.hpp"

namespace genloss::orchestrator {
namespace {

using workers::numerics::Instructions;
using workers::numerics::NumericsKey;

std::optional<Instructions> wished(jobs::InstructionChoice wish) {
  switch (wish) {
    case jobs::InstructionChoice::baseline:
      return Instructions::baseline;
    case jobs::InstructionChoice::avx2:
      return Instructions::avx2;
    case jobs::InstructionChoice::avx512:
      return Instructions::avx512;
    case jobs::InstructionChoice::automatic:
      break;
  }
  return std::nullopt;
}

std::string option_text(Instructions set) { return "runtime.instructions=" + std::string(setting_of(set)); }

/// "rank 1 (host h2)" of the ranks for which `odd` holds; empty if there are none.
std::string named(const std::vector<RankNumerics>& ranks, const std::function<bool(const RankNumerics&)>& odd) {
  std::vector<int> numbers;
  std::vector<std::string> hosts;
  for (std::size_t rank = 0; rank < ranks.size(); ++rank) {
    hosts.push_back(ranks[rank].host);
    if (odd(ranks[rank])) numbers.push_back(static_cast<int>(rank));
  }
  return numbers.empty() ? "" : comms::name_ranks(numbers, hosts);
}

[[noreturn]] void refuse(const std::string& object, const std::string& cause, const std::string& hint) {
  throw Error(ExitCode::missing_resource, "agree on numerics", object, cause, hint);
}

/// The value that most ranks have; of equally frequent ones the greatest, so that the odd hosts are those that lack
/// something.
template <class T>
T usual(const std::vector<RankNumerics>& ranks, const std::function<T(const NumericsKey&)>& part) {
  std::map<T, std::size_t> count;
  for (const auto& rank : ranks) ++count[part(rank.best)];
  return std::max_element(count.begin(), count.end(), [](const auto& a, const auto& b) { return a.second <= b.second; })
      ->first;
}

/// The key but for the instructions.
std::string libraries(const NumericsKey& key) {
  NumericsKey rest = key;
  rest.instructions = Instructions::baseline;
  return rest.text().substr(rest.text().find(", ") + 2);
}

void same_libraries(const std::vector<RankNumerics>& ranks) {
  const auto most = usual<std::string>(ranks, libraries);
  const auto differs = [&](const RankNumerics& rank) { return libraries(rank.best) != most; };
  const std::string odd = named(ranks, differs);
  if (odd.empty()) return;
  refuse(odd,
         "other numbers would come out there: " + libraries(std::find_if(ranks.begin(), ranks.end(), differs)->best) +
             ", elsewhere " + most,
         "leave those hosts out, or start the same program with the same libraries and GPUs everywhere");
}

Instructions least_of(const std::vector<RankNumerics>& ranks) {
  const auto least = std::min_element(ranks.begin(), ranks.end(), [](const auto& a, const auto& b) {
    return a.best.instructions < b.best.instructions;
  });
  return least->best.instructions;
}

/// What a new run with runtime.instructions = auto takes.
Instructions common_best(const std::vector<RankNumerics>& ranks) {
  const auto most = usual<Instructions>(ranks, [](const NumericsKey& key) { return key.instructions; });
  const auto differs = [&](const RankNumerics& rank) { return rank.best.instructions != most; };
  const std::string odd = named(ranks, differs);
  if (odd.empty()) return most;
  const Instructions other = std::find_if(ranks.begin(), ranks.end(), differs)->best.instructions;
  refuse(odd,
         "the best instructions there are " + std::string(name_of(other)) + ", elsewhere " + std::string(name_of(most)),
         "all can run --" + option_text(least_of(ranks)) + "; or leave those hosts out");
}

void all_can_run(const std::vector<RankNumerics>& ranks, Instructions set, const std::string& why,
                 const std::string& hint) {
  const std::string odd = named(ranks, [&](const RankNumerics& rank) { return rank.best.instructions < set; });
  if (!odd.empty()) refuse(odd, why + " " + std::string(name_of(set)) + ", and there is none there", hint);
}

void fits_pinned(const std::vector<RankNumerics>& ranks, const std::optional<Instructions>& wish,
                 const NumericsKey& pinned) {
  if (wish && *wish != pinned.instructions) {
    throw Error(ExitCode::usage, "agree on numerics", option_text(*wish),
                "the run was begun with " + std::string(name_of(pinned.instructions)) +
                    ", and other instructions give other numbers",
                "leave runtime.instructions out to go on with it, or begin another run (another runtime.runs)");
  }
  all_can_run(ranks, pinned.instructions, "the run was begun with",
              "go on where it was begun; a run that may have to go on elsewhere is begun with --" +
                  option_text(std::min(least_of(ranks), Instructions::avx2)) + " (in another runtime.runs)");
  const std::string now = libraries(ranks.front().best), then = libraries(pinned);
  if (now != then) {
    refuse("rank 0 (host " + ranks.front().host + ")", "the run was begun with " + then + ", here is " + now,
           "go on with what it was begun with, or begin another run (another runtime.runs)");
  }
}

constexpr std::string_view what = "the numerics key";

}  // namespace

NumericsKey decide_numerics(const std::vector<RankNumerics>& ranks, jobs::InstructionChoice wish,
                            const std::optional<NumericsKey>& pinned) {
  same_libraries(ranks);
  const auto set = wished(wish);
  if (pinned) {
    fits_pinned(ranks, set, *pinned);
    return *pinned;
  }
  if (set) all_can_run(ranks, *set, "runtime.instructions asks for", "all can run --" + option_text(least_of(ranks)));
  NumericsKey key = ranks.front().best;
  key.instructions = set ? *set : common_best(ranks);
  return key;
}

std::vector<RankNumerics> gather_numerics(comms::Communicator& ranks, const std::string& gpu) {
  std::string mine;
  ranks.together(what, [&] {
    mine =
        nlohmann::ordered_json{{"host", comms::World::host_name()}, {"key", to_json(workers::numerics::best_key(gpu))}}
            .dump();
  });
  std::vector<RankNumerics> brought;
  for (const auto& bytes : ranks.gather(std::as_bytes(std::span(mine)), 0, what)) {
    const auto* text = reinterpret_cast<const char*>(bytes.data());
    const auto json = storage::parse_json({text, bytes.size()}, "numerics of a rank", storage::document_limits);
    brought.push_back({json.at("host").get<std::string>(), numerics_from_json(json.at("key"), "a rank's")});
  }
  return brought;
}

NumericsKey agree_on_numerics(comms::Communicator& ranks, jobs::InstructionChoice wish, const std::string& gpu,
                              const std::filesystem::path& file) {
  const auto brought = gather_numerics(ranks, gpu);
  std::string decided;
  ranks.on_root(what, [&] {
    const auto pinned = read_numerics(file);
    const NumericsKey key = decide_numerics(brought, wish, pinned);
    if (!pinned) write_numerics(file, key);
    decided = to_json(key).dump();
  });
  const NumericsKey key = numerics_from_json(
      storage::parse_json(ranks.broadcast_text(decided, 0, what), "numerics of rank 0", storage::document_limits),
      "rank 0's");
  ranks.together(what, [&] { workers::numerics::use_instructions(key.instructions); });
  return key;
}

void use_instructions_like(const std::optional<NumericsKey>& pinned, jobs::InstructionChoice wish) {
  const auto set = pinned ? std::optional(pinned->instructions) : wished(wish);
  const Instructions best = workers::numerics::runnable_instructions().back();
  workers::numerics::use_instructions(std::min(set.value_or(best), best));
}

}  // namespace genloss::orchestrator
