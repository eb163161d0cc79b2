#include "orchestrator/verify/finding.hpp"

#include <string_view>

namespace genloss::orchestrator {
namespace {

std::string_view word_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::ok:
      return "ok";
    case Verdict::dropped:
      return "DROPPED";
    case Verdict::damaged:
      return "DAMAGED";
    case Verdict::missing:
      return "MISSING";
    case Verdict::extra:
      return "EXTRA";
    case Verdict::unreadable:
      return "UNREADABLE";
  }
  return "?";
}

}  // namespace

std::string Finding::text() const {
  std::string line = artefact + " " + (digest ? digest->text() + " " : "") + std::string(word_of(verdict));
  return verdict == Verdict::ok || verdict == Verdict::dropped ? line : line + " " + file + " (" + cause + ")";
}

}  // namespace genloss::orchestrator
