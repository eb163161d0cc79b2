#pragma once
// Values in shell scripts.

#include <string>
#include <string_view>
#include <vector>

namespace genloss::slurm {

/// `text` as one word of a shell command, whatever characters it holds: 'it'\''s'. Plain words stay as they are.
[[nodiscard]] std::string shell_word(std::string_view text);
/// Each word quoted, separated by blanks.
[[nodiscard]] std::string shell_line(const std::vector<std::string>& words);

}  // namespace genloss::slurm
