#pragma once
// How a policy joins the program: it registers what it is under a name. Its file, orchestrator/policies/NAME.cpp, is
// then all that knows of it (docs/policies.md).

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "jobs/registry.hpp"
#include "orchestrator/policies/algebra/terms.hpp"

namespace genloss::orchestrator {

struct PolicyType {
  std::string name;               ///< of policy.name
  std::string help;               ///< one sentence
  std::vector<std::string> uses;  ///< options that concern this policy (and others that name them) alone
  /// The mix of `generation` > 0. @param policy as it is for that generation @throws Error(usage)
  std::function<Mixture(const jobs::PolicySection& policy, int generation)> mixture;
  /// What its models learn from, where that is more than the latest corpus; a clause for readers of samples.
  std::function<std::string(const jobs::PolicySection& policy)> words = [](const jobs::PolicySection&) {
    return std::string();
  };
};

/// @throws Error(usage) naming the nearest if there is none
[[nodiscard]] const PolicyType& policy_type(std::string_view name);
/// All policies of the program, by name.
[[nodiscard]] std::vector<const PolicyType*> policy_types();

/// The terms of the mix of `generation`, of the policy that holds then. Generation 0 learns from the human training
/// text alone.
[[nodiscard]] Mixture mixture_of(const jobs::PolicySection& policy, int generation);

/// Puts a policy among those of the program, before main() begins.
class RegisteredPolicy {
 public:
  explicit RegisteredPolicy(PolicyType type);
};

}  // namespace genloss::orchestrator

/// Registers what the function that follows returns: GENLOSS_POLICY(replace) { return {...}; }, in namespace
/// genloss::orchestrator. The name is that of the file, by which the linker is told to keep it
/// (orchestrator/CMakeLists).
#define GENLOSS_POLICY(file)                                                                                     \
  static PolicyType describe_policy_##file();                                                                    \
  extern "C" {                                                                                                   \
  extern const RegisteredPolicy genloss_policy_##file;                    /* NOLINT: C names it, linker finds */ \
  const RegisteredPolicy genloss_policy_##file{describe_policy_##file()}; /* NOLINT(cert-err58-cpp): */          \
  } /* a policy that cannot register is a defect, and ends the program */                                        \
  static PolicyType describe_policy_##file()
