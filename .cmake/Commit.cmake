# cmake -D SOURCE=... -D FILE=... -P Commit.cmake: a source file with the commit that SOURCE is at, rewritten only when that changes.
set(ENV{GIT_OPTIONAL_LOCKS} 0)
execute_process(COMMAND git -C "${SOURCE}" describe --always --dirty --abbrev=40 --exclude=*
                OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed)
  set(commit unknown) # an unpacked archive, or no git
endif()
file(CONFIGURE OUTPUT "${FILE}" CONTENT [[
#include "orchestrator/attempt/program.hpp"

namespace genloss::orchestrator {
std::string_view program_commit() noexcept { return "@commit@"; }
}  // namespace genloss::orchestrator
]] @ONLY)
