#include "workers/training/training_log.hpp"

#include <sstream>
#include <utility>

#include <nlohmann/json.hpp>

#include "storage/files/durable.hpp"
#include "storage/files/json.hpp"

namespace genloss::workers {
namespace {

/// The lines of steps up to `step`; a torn or foreign line ends what is kept.
std::string lines_until(const std::filesystem::path& path, std::uint64_t step) {
  if (step == 0 || !std::filesystem::exists(path)) return {};
  std::istringstream in(storage::read_text(path));
  std::string kept;
  for (std::string line; std::getline(in, line);) {
    const auto entry = storage::parse_json_line(line);
    if (!entry.is_object() || !entry.contains("step") || !entry["step"].is_number_unsigned()) break;
    if (entry["step"].get<std::uint64_t>() > step) break;
    kept += line + "\n";
  }
  return kept;
}

storage::File opened_after(const std::filesystem::path& path, std::uint64_t step) {
  storage::write_text_durably(path, lines_until(path, step));
  return storage::File::append_to(path);
}

}  // namespace

TrainingLog::TrainingLog(const std::filesystem::path& path, std::uint64_t step, std::string attempt)
    : attempt_(std::move(attempt)), out_(opened_after(path, step)) {}

void TrainingLog::append(const TrainProgress& p) {
  nlohmann::ordered_json line = {{"step", p.step},
                                 {"steps", p.steps},
                                 {"tokens", p.tokens},
                                 {"loss", p.loss},
                                 {"learning_rate", p.learning_rate},
                                 {"gradient_norm", p.gradient_norm},
                                 {"tokens_per_second", p.tokens_per_second},
                                 {"peak_share", p.peak_share},
                                 {"attempt", attempt_}};
  if (!p.loss_is.empty()) line["loss_is"] = p.loss_is;
  if (p.validation_loss) line["validation_loss"] = *p.validation_loss;
  out_.write(line.dump() + "\n");
}

}  // namespace genloss::workers
