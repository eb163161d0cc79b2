#pragma once
// What the MPI library says of itself.

#include <string>
#include <vector>

namespace genloss::comms {

struct MessagePassing {
  bool started = false;  ///< by a launcher; without one there is a single rank and no transport
  std::string library;   ///< "Open MPI v4.1.4"
  /// Byte transfer layers the library has opened, best first ("self", "vader" within a host, "tcp" between hosts).
  std::vector<std::string> transports;
  std::string tcp_interfaces;  ///< as asked for; empty: all that are up
};

/// Local. Needs a living World.
[[nodiscard]] MessagePassing message_passing();

}  // namespace genloss::comms
