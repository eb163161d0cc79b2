#include "workers/language/text_columns.hpp"

namespace genloss::workers {

std::vector<TableColumn> text_columns() {
  return {{"human_bits_per_byte", "human text", 3, true},  {"rare_word_bits_per_byte", "rare words", 3, true},
          {"rare_word_recall", "rare recall", 3, false},   {"distinct_2", "distinct-2", 3, false},
          {"compression_ratio", "compression", 2, true},   {"longest_repeat", "longest repeat", 2, true},
          {"calibration_error", "calibration", 3, true},   {"confident_wrong_rate", "conf. wrong", 4, true},
          {"surprisal_under_first", "surprisal", 3, false}};
}

}  // namespace genloss::workers
