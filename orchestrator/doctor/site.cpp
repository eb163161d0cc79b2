#include "orchestrator/doctor/site.hpp"

#include <algorithm>
#include <sstream>

#include "comms/world.hpp"

namespace genloss::orchestrator::doctor {

Site::Site(comms::Communicator& ranks, const jobs::RuntimeSection& runtime) : ranks_(ranks), runtime_(runtime) {
  std::string all;
  for (const std::string& host : texts(comms::World::host_name(), "host names")) all += host + "\n";
  std::istringstream lines(ranks.broadcast_text(std::move(all), 0, "host names"));
  for (std::string host; std::getline(lines, host);) {
    const auto at = std::find(hosts_.begin(), hosts_.end(), host);
    if (at == hosts_.end()) {
      leaders_.push_back(static_cast<int>(host_of_.size()));
      host_of_.push_back(static_cast<int>(hosts_.size()));
      hosts_.push_back(host);
    } else {
      host_of_.push_back(static_cast<int>(at - hosts_.begin()));
    }
  }
}

int Site::ranks_on(int host) const { return static_cast<int>(std::count(host_of_.begin(), host_of_.end(), host)); }

std::string Site::name(int rank) const {
  return "rank " + std::to_string(rank) + " on " + hosts_.at(static_cast<std::size_t>(host_of(rank)));
}

std::vector<double> Site::all(double mine, std::string_view what) const {
  std::vector<double> values(static_cast<std::size_t>(ranks_.size()));
  ranks_.all_gather(comms::buffer_of(std::span<const double>(&mine, 1)), comms::buffer_of(std::span(values)), what);
  return values;
}

std::vector<std::string> Site::texts(const std::string& mine, std::string_view what) const {
  std::vector<std::string> texts;
  for (const auto& bytes : ranks_.gather(std::as_bytes(std::span(mine)), 0, what)) {
    texts.emplace_back(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  return texts;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace genloss::orchestrator::doctor
