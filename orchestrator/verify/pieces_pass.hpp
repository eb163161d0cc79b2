#pragma once
// All pieces of a check, spread over the ranks.

#include <vector>

#include "comms/communicator.hpp"
#include "orchestrator/verify/piece.hpp"

namespace genloss::orchestrator {

/// Collective. Each piece is checked on one rank, by grants, the large ones first; what comes out does not depend on
/// which. Shows its progress on a terminal.
/// @param pieces of rank 0 @return on rank 0 a result for each; elsewhere empty
[[nodiscard]] std::vector<PieceResult> check_pieces(comms::Communicator& ranks, const std::vector<Piece>& pieces);

}  // namespace genloss::orchestrator
