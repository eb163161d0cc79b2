#include "comms/rank_list.hpp"

namespace genloss::comms {
namespace {

std::string name_runs(std::span<const int> ranks) {
  std::string text;
  for (std::size_t i = 0; i < ranks.size();) {
    std::size_t end = i + 1;
    while (end < ranks.size() && ranks[end] == ranks[end - 1] + 1) ++end;
    if (end - i < 3) end = i + 1;
    if (!text.empty()) text += ", ";
    text += std::to_string(ranks[i]);
    if (end - i > 1) text += "-" + std::to_string(ranks[end - 1]);
    i = end;
  }
  return text;
}

}  // namespace

std::string name_ranks(std::span<const int> ranks, const std::vector<std::string>& hosts) {
  std::string text = ranks.size() == 1 ? "rank " : "ranks ";
  if (hosts.empty()) return text + name_runs(ranks);
  for (std::size_t i = 0; i < ranks.size();) {
    const std::string& host = hosts[static_cast<std::size_t>(ranks[i])];
    std::size_t end = i + 1;
    while (end < ranks.size() && hosts[static_cast<std::size_t>(ranks[end])] == host) ++end;
    if (i > 0) text += ", ";
    text += name_runs(ranks.subspan(i, end - i)) + " (host " + host + ")";
    i = end;
  }
  return text;
}

}  // namespace genloss::comms
