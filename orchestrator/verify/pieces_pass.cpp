#include "orchestrator/verify/pieces_pass.hpp"

#include <unistd.h>

#include <algorithm>
#include <numeric>

#include "orchestrator/dispatch/granted_pass.hpp"
#include "orchestrator/report/console.hpp"
#include "storage/files/json.hpp"

namespace genloss::orchestrator {
namespace {

constexpr auto what = "verify";

nlohmann::json parsed(std::string_view text) {
  return storage::parse_json(text, "pieces of a check", storage::document_limits);
}

std::string packed(const std::vector<Piece>& pieces) {
  auto list = nlohmann::json::array();
  for (const Piece& piece : pieces) {
    list.push_back({static_cast<int>(piece.kind), piece.path.string(), piece.first, piece.count, piece.split});
  }
  return list.dump();
}

std::vector<Piece> unpacked(const std::string& text) {
  std::vector<Piece> pieces;
  for (const auto& piece : parsed(text)) {
    pieces.push_back(
        {static_cast<PieceKind>(piece[0].get<int>()), piece[1].get<std::string>(), piece[2], piece[3], piece[4]});
  }
  return pieces;
}

nlohmann::json packed(std::uint64_t piece, const PieceResult& result) {
  auto faults = nlohmann::json::array();
  for (const FileFault& fault : result.faults) {
    faults.push_back({static_cast<int>(fault.verdict), fault.file, fault.cause});
  }
  return {piece, result.digest, result.tokenizer, std::move(faults)};
}

PieceResult unpacked(const nlohmann::json& json) {
  PieceResult result{json[1], json[2], {}};
  for (const auto& fault : json[3]) {
    result.faults.push_back({static_cast<Verdict>(fault[0].get<int>()), fault[1], fault[2]});
  }
  return result;
}

/// In the order in which they are best granted.
std::vector<std::size_t> large_ones_first(const std::vector<Piece>& pieces) {
  std::vector<std::size_t> order(pieces.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return pieces[a].bytes > pieces[b].bytes; });
  return order;
}

}  // namespace

std::vector<PieceResult> check_pieces(comms::Communicator& ranks, const std::vector<Piece>& pieces) {
  const auto order = large_ones_first(pieces);
  std::vector<Piece> granted;
  for (const std::size_t index : order) granted.push_back(pieces[index]);
  granted = unpacked(ranks.broadcast_text(packed(granted), 0, what));

  const bool terminal = ::isatty(STDOUT_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;  // lines are for scripts, too
  Console console(terminal ? jobs::ProgressStyle::bar : jobs::ProgressStyle::none, ranks.is_root());
  console.begin("checking");
  auto mine = nlohmann::json::array();
  PieceChecker checker;
  PassOptions options;
  options.progress = [&](std::uint64_t done, std::uint64_t all) { console.progress(done, all, "pieces"); };
  const Work check = [&](std::uint64_t item, const workers::Heartbeat& beat) {
    const std::function<void()> listener = [&] { beat(0); };
    beat_listener = &listener;
    mine.push_back(packed(item, checker.check(granted[item])));
    beat_listener = nullptr;
  };
  (void)granted_pass(ranks, what, granted.size(), check, options);
  if (terminal) console.end("done");

  const std::string text = mine.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::vector<PieceResult> results(pieces.size());
  for (const auto& bytes : ranks.gather(std::as_bytes(std::span(text)), 0, what)) {
    for (const auto& result : parsed({reinterpret_cast<const char*>(bytes.data()), bytes.size()})) {
      results[order[result[0].get<std::size_t>()]] = unpacked(result);
    }
  }
  return results;
}

}  // namespace genloss::orchestrator
