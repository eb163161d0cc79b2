#pragma once
// What ranks agree on when they leave after errors.

#include <string>
#include <vector>

#include "jobs/error.hpp"

namespace genloss::comms {

/// An error that is to be told by this rank.
struct ToldError {
  Error error;
  int rank = 0;  ///< the lowest that met it
  std::string host;
  int others = 0;  ///< further ranks that met the same: code, operation, object and cause
};

struct Farewell {
  /// All ranks have failed and leave in order; otherwise the others are still waiting somewhere and have to be ended.
  bool together = false;
  int code = 0;                 ///< of the whole job: that of the lowest rank which met an error itself
  std::vector<ToldError> tell;  ///< empty on all ranks but one
  int untold = 0;               ///< ranks with further, different errors
};

}  // namespace genloss::comms
