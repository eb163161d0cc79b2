#pragma once
// Where the ranks are: what every check starts from.

#include <string>
#include <string_view>
#include <vector>

#include "comms/communicator.hpp"
#include "jobs/study_spec.hpp"

namespace genloss::orchestrator::doctor {

/// The same on all ranks.
class Site {
 public:
  /// Collective.
  Site(comms::Communicator& ranks, const jobs::RuntimeSection& runtime);

  [[nodiscard]] comms::Communicator& ranks() const noexcept { return ranks_; }
  [[nodiscard]] const jobs::RuntimeSection& runtime() const noexcept { return runtime_; }
  /// In order of their lowest rank.
  [[nodiscard]] const std::vector<std::string>& hosts() const noexcept { return hosts_; }
  [[nodiscard]] int host_of(int rank) const { return host_of_.at(static_cast<std::size_t>(rank)); }
  /// The lowest rank of a host speaks for it.
  [[nodiscard]] int leader(int host) const { return leaders_.at(static_cast<std::size_t>(host)); }
  [[nodiscard]] bool i_lead() const { return leader(host_of(ranks_.rank())) == ranks_.rank(); }
  [[nodiscard]] int ranks_on(int host) const;
  /// "rank 3 on node7"
  [[nodiscard]] std::string name(int rank) const;

  /// Collective: `mine` of every rank, on all ranks.
  [[nodiscard]] std::vector<double> all(double mine, std::string_view what) const;
  /// Collective: on rank 0 the texts of all ranks, elsewhere nothing.
  [[nodiscard]] std::vector<std::string> texts(const std::string& mine, std::string_view what) const;

 private:
  comms::Communicator& ranks_;
  const jobs::RuntimeSection& runtime_;
  std::vector<std::string> hosts_;
  std::vector<int> host_of_, leaders_;
};

/// The middle value; of an even number the lower one. Nothing: 0.
[[nodiscard]] double median(std::vector<double> values);

}  // namespace genloss::orchestrator::doctor
