// Lineages that read each other through a mixing matrix: with seeds in rings of k, each chain learns from its own
// latest corpus and from those of the next ones in its ring, in fixed shares. The matrix is circulant, so no lineage is
// special: 1/k each is one pool for all, 1 alone is k lineages that never meet. Arms of their own rows are said in
// policy.terms (`corpus latest of ARM P %`), as is P23 (models of several kinds that learn from one pool).

#include <cmath>

#include "jobs/error.hpp"
#include "jobs/option_values.hpp"
#include "orchestrator/policies/algebra/policy_type.hpp"

namespace genloss::orchestrator {
namespace {

std::vector<double> shares_of(const jobs::PolicySection& policy) {
  std::vector<double> shares;
  double sum = 0;
  for (const std::string& share : policy.lineage_shares) {
    double value = -1;
    try {
      value = jobs::read_number(share);
    } catch (const std::invalid_argument&) {  // told below
    }
    shares.push_back(value);
    sum += value;
  }
  constexpr double slack = 1e-9;
  const bool fine = shares.size() > 1 && std::abs(sum - 1) < slack &&
                    std::all_of(shares.begin(), shares.end(), [](double share) { return share >= 0; });
  if (!fine) {
    throw Error(ExitCode::usage, "plan", "policy.lineage_shares", "they are not two or more shares that sum to 1",
                "such as 0.8, 0.1, 0.1: of its own corpus, of the next lineage's, of the one's after it");
  }
  return shares;
}

}  // namespace

GENLOSS_POLICY(lineages) {
  PolicyType type;
  type.name = "lineages";
  type.help = "The latest corpora of several seeds, which read each other.";
  type.uses = {"policy.lineage_shares"};
  type.mixture = [](const jobs::PolicySection& policy, int generation) {
    const auto shares = shares_of(policy);
    const int ring = static_cast<int>(shares.size());
    Mixture mixture;
    for (int step = 0; step < ring; ++step) {
      mixture.add_share(of_chain(corpus(generation - 1), {"", step, ring}), shares[static_cast<std::size_t>(step)]);
    }
    return mixture;
  };
  type.words = [](const jobs::PolicySection&) { return std::string("learns from several lineages"); };
  return type;
}

}  // namespace genloss::orchestrator
