#pragma once
#include "comms/communicator.hpp"

namespace genloss::tests {
/// The communicator over all ranks of this test program (self without a launcher).
comms::Communicator& ranks();
}  // namespace genloss::tests
