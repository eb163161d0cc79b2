#include "workers/families/chain_model.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <nlohmann/json.hpp>

#include "jobs/error.hpp"
#include "storage/files/durable.hpp"
#include "storage/tensors/safetensors.hpp"

namespace genloss::workers {
namespace {

std::uint64_t product_of(std::span<const std::uint64_t> shape) {
  std::uint64_t product = 1;
  for (const std::uint64_t size : shape) product *= size;
  return product;
}

bool fits(std::span<const std::uint64_t> wanted, const storage::TensorView& tensor, std::uint64_t replicates) {
  if (tensor.type != storage::ElementType::f64 || tensor.shape.size() != wanted.size() + 1) return false;
  if (tensor.shape[0] != replicates) return false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] != 0 && wanted[i] != tensor.shape[i + 1]) return false;
  }
  return true;
}

}  // namespace

std::uint64_t ChainTable::each() const noexcept { return product_of(shape); }

ChainModel::ChainModel(std::uint64_t chains, std::vector<ChainTable> layout)
    : replicates(chains), tables(std::move(layout)), states(chains, chain_alive) {
  for (ChainTable& table : tables) table.values.assign(chains * table.each(), 0.0);
}

void save_chains(const ChainModel& model, const ChainFormat& format, const std::filesystem::path& directory) {
  std::vector<std::pair<std::string, storage::TensorView>> tensors;
  for (const ChainTable& table : model.tables) {
    std::vector<std::uint64_t> shape{model.replicates};
    shape.insert(shape.end(), table.shape.begin(), table.shape.end());
    tensors.emplace_back(table.name, storage::TensorView{storage::ElementType::f64, std::move(shape),
                                                         std::as_bytes(std::span(table.values))});
  }
  tensors.emplace_back(
      "states",
      storage::TensorView{storage::ElementType::u8, {model.replicates}, std::as_bytes(std::span(model.states))});
  storage::write_safetensors(directory / "model.safetensors", tensors);
  nlohmann::ordered_json config{{"model_type", "genloss_" + std::string(format.family)},
                                {"replicates", model.replicates},
                                {"states", format.states}};
  storage::write_text_durably(directory / "config.json", config.dump(2) + "\n");
}

ChainModel load_chains(const ChainFormat& format, const std::filesystem::path& directory) {
  const auto file = directory / "model.safetensors";
  const storage::SafetensorsFile weights(file);
  const auto refuse = [&](const std::string& cause) {
    throw Error(ExitCode::bad_data, "load model", file.string(), cause, "it is the model of another family or study");
  };
  const storage::TensorView& states = weights.at("states");
  if (states.type != storage::ElementType::u8 || states.shape.size() != 1) refuse("states are not [replicates] of U8");
  ChainModel model(states.shape[0], {});
  std::memcpy(model.states.data(), states.bytes.data(), states.bytes.size());
  if (std::any_of(model.states.begin(), model.states.end(), [&](auto s) { return s >= format.states.size(); })) {
    refuse("a chain is in a state that has no name");
  }
  for (const ChainTable& wanted : format.layout) {
    const storage::TensorView& tensor = weights.at(wanted.name);
    if (!fits(wanted.shape, tensor, model.replicates)) refuse(wanted.name + " has not the shape of this study");
    ChainTable table{wanted.name, {tensor.shape.begin() + 1, tensor.shape.end()}, {}};
    table.values.resize(tensor.bytes.size() / sizeof(double));
    std::memcpy(table.values.data(), tensor.bytes.data(), tensor.bytes.size());
    model.tables.push_back(std::move(table));
  }
  return model;
}

}  // namespace genloss::workers
