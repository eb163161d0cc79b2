#pragma once
// What a check has found, artefact by artefact.

#include <optional>
#include <string>

#include "storage/files/digest.hpp"

namespace genloss::orchestrator {

enum class Verdict {
  ok,
  dropped,     ///< runtime.keep has removed it; what is left of it fits
  damaged,     ///< it is there, and not what it was or should be
  missing,     ///< it should be there
  extra,       ///< it is there, and nothing says what it is
  unreadable,  ///< the disk does not give it
};

/// One thing that is wrong, in one file.
struct FileFault {
  Verdict verdict = Verdict::damaged;
  std::string file, cause;
  bool operator==(const FileFault&) const = default;
};

/// One line about one artefact: "generation 2 corpus", "human train", "journal".
struct Finding {
  std::string artefact;
  std::optional<storage::Digest> digest;  ///< expected where known, else found; nothing: it has none
  Verdict verdict = Verdict::ok;
  std::string file, cause;                 ///< where and why, unless ok or dropped
  [[nodiscard]] std::string text() const;  ///< "generation 2 corpus sha256:<64 hex> ok"
};

}  // namespace genloss::orchestrator
