#pragma once
// What closed-form families learn: tables of reals for each of many independent chains, and how each chain stands.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace genloss::workers {

/// Reals that a model has of every chain: "rate", "weights".
struct ChainTable {
  std::string name;
  std::vector<std::uint64_t> shape{};  ///< of one chain; empty: a number. In a layout, 0: as many as there are
  std::vector<double> values{};        ///< [replicates, shape...]

  [[nodiscard]] std::uint64_t each() const noexcept;  ///< numbers of one chain
  [[nodiscard]] std::span<const double> of(std::uint64_t chain) const {
    return std::span(values).subspan(chain * each(), each());
  }
  [[nodiscard]] std::span<double> of(std::uint64_t chain) { return std::span(values).subspan(chain * each(), each()); }
};

/// State 0 of every family: the chain goes on. What the others are called, the family says.
constexpr std::uint8_t chain_alive = 0;

struct ChainModel {
  std::uint64_t replicates = 0;
  std::vector<ChainTable> tables;
  std::vector<std::uint8_t> states{};  ///< [replicates]: of the family's names of states

  ChainModel() = default;
  /// Zeros of a layout, all chains alive.
  ChainModel(std::uint64_t chains, std::vector<ChainTable> layout);
};

/// What the files of a model say of themselves.
struct ChainFormat {
  std::string_view family;
  std::vector<ChainTable> layout;        ///< names and shapes; no values
  std::vector<std::string_view> states;  ///< names of states; the first is that of a chain that goes on
};

/// Writes model.safetensors (the tables, F64; `states`, U8) and config.json, durably.
void save_chains(const ChainModel& model, const ChainFormat& format, const std::filesystem::path& directory);
/// @throws Error(bad_data) if it is not such a model
[[nodiscard]] ChainModel load_chains(const ChainFormat& format, const std::filesystem::path& directory);

}  // namespace genloss::workers
