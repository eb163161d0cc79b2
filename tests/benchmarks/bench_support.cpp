#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "jobs/error.hpp"
#include "tests/benchmarks/bench.hpp"
#include "workers/accelerator/load_accelerator.hpp"

namespace genloss::bench {

Options::Options(const std::vector<std::string>& args, const std::vector<std::string_view>& known) {
  for (std::size_t i = 0; i < args.size(); ++i) {
    std::string name = args[i].starts_with("--") ? args[i].substr(2) : std::string{};
    std::string value;
    if (const auto equals = name.find('='); equals != std::string::npos) {
      value = name.substr(equals + 1);
      name.resize(equals);
    } else if (i + 1 < args.size()) {
      value = args[++i];
    }
    if (std::find(known.begin(), known.end(), name) == known.end() || value.empty()) {
      throw Error(ExitCode::usage, "read option", args[i], "not an option of this benchmark, or without a value");
    }
    values_[name] = value;
  }
}

std::string Options::text(std::string_view name, const std::string& fallback) const {
  const auto found = values_.find(name);
  return found == values_.end() ? fallback : found->second;
}

long Options::number(std::string_view name, long fallback) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return fallback;
  char* end = nullptr;
  const long value = std::strtol(found->second.c_str(), &end, 10);
  if (*end != '\0' || value < 0) {
    throw Error(ExitCode::usage, "read option", "--" + found->first, found->second + " is not a count");
  }
  return value;
}

double Options::real(std::string_view name, double fallback) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return fallback;
  char* end = nullptr;
  const double value = std::strtod(found->second.c_str(), &end);
  if (*end != '\0' || !(value >= 0)) {
    throw Error(ExitCode::usage, "read option", "--" + found->first, found->second + " is not a size");
  }
  return value;
}

Shape shape_named(std::string_view name) {
  Shape shape;
  shape.name = name;
  if (name == "S") return shape;
  if (name == "M") {
    shape.model.layers = shape.model.heads = 6;
    shape.model.width = 384;
    shape.vocabulary = 2048;
    shape.training_batch = 8;
  } else if (name == "L") {
    shape.model.layers = shape.model.heads = 12;
    shape.model.width = 768;
    shape.model.context = 512;
    shape.vocabulary = 50257;
    shape.training_batch = 2;
  } else {
    throw Error(ExitCode::usage, "choose shape", std::string(name), "not a shape", "use S, M or L");
  }
  return shape;
}

std::unique_ptr<workers::Accelerator> accelerator_of(const Options& options) {
  const std::string device = options.text("device", "cpu");
  if (device == "cpu") return {};
  if (device != "cuda") throw Error(ExitCode::usage, "choose device", device, "not a device", "use cpu or cuda");
  workers::load_accelerator_libraries();
  return workers::open_accelerator(ranks(), {});
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

double rounded(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return std::strtod(text, nullptr);
}

void emit(const nlohmann::ordered_json& line) {
  if (ranks().is_root()) std::printf("%s\n", line.dump().c_str());
}

Folder::Folder(const std::string& parent) {
  namespace fs = std::filesystem;
  std::string pattern =
      (fs::path(parent.empty() ? fs::temp_directory_path() : fs::path(parent)) / "genloss-bench-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw Error(ExitCode::input_output, "make", pattern, "no folder can be made here",
                "give --dir a folder to write to");
  }
  path_ = pattern;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

double seconds(const std::function<void()>& action) {
  const auto start = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace genloss::bench
