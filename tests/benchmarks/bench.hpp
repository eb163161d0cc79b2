#pragma once
// Measurements that are run by hand: each prints one JSON line (job, shape, ..., tokens_per_s, step_s).

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "comms/communicator.hpp"
#include "jobs/study_spec.hpp"
#include "workers/accelerator/accelerator.hpp"

namespace genloss::bench {

int bench_train(const std::vector<std::string>& args);
int bench_sample(const std::vector<std::string>& args);
int bench_corpus(const std::vector<std::string>& args);
int bench_checkpoint(const std::vector<std::string>& args);
int bench_grants(const std::vector<std::string>& args);
int bench_dispatch(const std::vector<std::string>& args);
int bench_encode(const std::vector<std::string>& args);
int bench_open(const std::vector<std::string>& args);

/// All ranks of this program (self without a launcher).
[[nodiscard]] comms::Communicator& ranks();

/// `--name value` and `--name=value` pairs. @throws Error(usage) for a name that is not in `known`
class Options {
 public:
  Options(const std::vector<std::string>& args, const std::vector<std::string_view>& known);
  [[nodiscard]] std::string text(std::string_view name, const std::string& fallback) const;
  [[nodiscard]] long number(std::string_view name, long fallback) const;
  [[nodiscard]] double real(std::string_view name, double fallback) const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

/// The shapes that ../shared/peers measures too: S, M, L (GPT-2 form).
struct Shape {
  std::string name;
  jobs::ModelSection model;
  int vocabulary = 256, training_batch = 32;
};
/// @throws Error(usage)
[[nodiscard]] Shape shape_named(std::string_view name);

/// A folder for a measurement, below `parent` or where temporary files lie; removed at the end.
class Folder {
 public:
  explicit Folder(const std::string& parent);
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};
/// Wall-clock seconds that `action` takes.
[[nodiscard]] double seconds(const std::function<void()>& action);

/// Median of the quieter half is the peers' business; here it is the plain median.
[[nodiscard]] double median(std::vector<double> values);
/// Four significant digits: what a timing is good for.
[[nodiscard]] double rounded(double value);
/// --device cpu | cuda: the GPUs of all ranks, or null. Before LibTorch is used for anything. @throws Error
[[nodiscard]] std::unique_ptr<workers::Accelerator> accelerator_of(const Options& options);
/// Prints `line` on rank 0.
void emit(const nlohmann::ordered_json& line);

}  // namespace genloss::bench
