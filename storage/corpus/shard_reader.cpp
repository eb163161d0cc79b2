#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <thread>
#include <utility>

#include <nlohmann/json.hpp>

#include "jobs/error.hpp"
#include "storage/corpus/column_bytes.hpp"
#include "storage/corpus/corpus_format.hpp"
#include "storage/corpus/shard.hpp"
#include "storage/corpus/shard_content.hpp"
#include "storage/corpus/shard_seal.hpp"
#include "storage/files/json.hpp"
#include "storage/hdf5/file.hpp"

namespace genloss::storage {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t read_block_bytes = std::size_t{1} << 20;

/// Network file systems may show a rename late: a name that is not there gets a short second chance.
void wait_for_name(const fs::path& path) {
  constexpr int attempts = 10;
  std::error_code error;
  for (int i = 0; i < attempts; ++i) {
    if (fs::exists(path, error)) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  throw Error(ExitCode::bad_data, "read shard", path.string(), "there is no such file",
              "run 'genloss verify' on its run directory");
}

ShardIdentity read_identity(const hdf5::Handle& file, const hdf5::Context& context) {
  const auto number = [&](const char* name) { return hdf5::read_number_attribute(file, name, context); };
  ShardIdentity identity;
  identity.recipe = Digest::parse(hdf5::read_text_attribute(file, "recipe", context));
  identity.model = Digest::parse(hdf5::read_text_attribute(file, "model", context));
  identity.generation = static_cast<int>(number("generation"));
  identity.shard = number("shard");
  identity.first_sample = number("first_sample");
  identity.last_sample = number("last_sample");
  return identity;
}

}  // namespace

struct ShardReader::State {
  explicit State(fs::path shard_file);
  [[nodiscard]] hdf5::Context context() const { return {"read shard", path, ExitCode::bad_data}; }
  [[noreturn]] void damaged(const std::string& cause) const {
    throw Error(ExitCode::bad_data, "read shard", path.string(), cause, "run 'genloss verify' on its run directory");
  }
  void read_header();
  void read_offsets();
  void read_checks();
  /// Values [begin, begin + count) whose blocks `scratch` takes. @return the part of it that holds them
  [[nodiscard]] std::span<const std::byte> checked_values(std::uint64_t begin, std::uint64_t count) const;
  /// Calls `use` with consecutive parts of a data set.
  template <class Use>
  void for_each_block(const hdf5::Dataset& dataset, Use use) const;
  [[nodiscard]] hdf5::Dataset per_sample(const std::string& name, ElementType type) const;

  fs::path path;
  hdf5::Handle file;
  ShardIdentity identity;
  CorpusFormat format;
  Digest stored_content;
  hdf5::Dataset values;
  std::uint64_t samples = 0;
  std::vector<std::uint64_t> offsets;
  std::vector<std::uint32_t> checks;                           ///< of each block of values
  mutable std::vector<std::byte> scratch;                      ///< blocks as they are read
  mutable std::map<std::string, std::vector<double>> columns;  ///< those that have been asked for
};

ShardReader::State::State(fs::path shard_file) : path(std::move(shard_file)) {
  wait_for_name(path);
  check_shard_seal(path);
  file = hdf5::open_file(context());
  try {
    read_header();
  } catch (const nlohmann::json::exception& error) {
    damaged(std::string("format: ") + error.what());
  } catch (const Error& error) {
    if (error.object() == path.string()) throw;
    damaged(error.what());
  }
  read_offsets();
  read_checks();
}

void ShardReader::State::read_header() {
  if (hdf5::read_text_attribute(file, "schema", context()) != shard_schema) damaged("it is not a genloss shard");
  if (hdf5::read_number_attribute(file, "version", context()) != shard_version) {
    damaged("its schema version is not one that this program reads (" + std::to_string(shard_version) + ")");
  }
  identity = read_identity(file, context());
  format = format_from(parse_json(hdf5::read_text_attribute(file, "format", context()), path, line_limits));
  stored_content = Digest::parse(hdf5::read_text_attribute(file, "content", context()));
  values = hdf5::Dataset::open(file, "values", format.values, context());
  if (identity.last_sample < identity.first_sample) damaged("its last sample comes before its first");
  samples = identity.last_sample - identity.first_sample + 1;
}

void ShardReader::State::read_offsets() {
  if (!format.ragged) {
    std::uint64_t all = 0;
    if (__builtin_mul_overflow(samples, format.sample_values, &all) || all != values.size() || all == 0) {
      damaged("its number of values does not fit its samples");
    }
    offsets.resize(samples + 1);
    for (std::uint64_t i = 0; i <= samples; ++i) offsets[i] = i * format.sample_values;
    return;
  }
  const auto set = hdf5::Dataset::open(file, "offsets", ElementType::u64, context());
  if (set.size() < 2 || set.size() - 1 != samples) damaged("its number of offsets does not fit its samples");
  offsets.resize(set.size());
  set.read(0, std::as_writable_bytes(std::span(offsets)), context());
  const bool good =
      offsets.front() == 0 && offsets.back() == values.size() && std::is_sorted(offsets.begin(), offsets.end());
  if (!good) damaged("its offsets do not fit its values");
}

void ShardReader::State::read_checks() {
  const auto set = hdf5::Dataset::open(file, checks_name, ElementType::u32, context());
  const std::uint64_t bytes = values.size() * size_of(format.values);
  if (set.size() != (bytes + checked_block_bytes - 1) / checked_block_bytes) {
    damaged("its number of checksums does not fit its values");
  }
  checks.resize(set.size());
  set.read(0, std::as_writable_bytes(std::span(checks)), context());
}

std::span<const std::byte> ShardReader::State::checked_values(std::uint64_t begin, std::uint64_t count) const {
  const std::uint64_t width = size_of(format.values), each = checked_block_bytes / width;
  const std::uint64_t first = begin / each, end = (begin + count + each - 1) / each;
  scratch.resize((std::min(end * each, values.size()) - first * each) * width);
  values.read(first * each, scratch, context());
  for (std::uint64_t block = first; block < end; ++block) {
    const auto bytes = std::span(scratch).subspan((block - first) * checked_block_bytes);
    if (crc32c(bytes.first(std::min(bytes.size(), checked_block_bytes))) == checks[block]) continue;
    damaged("values " + std::to_string(block * each) + " to " +
            std::to_string(std::min((block + 1) * each, values.size()) - 1) + " do not fit their CRC32C (damaged)");
  }
  return std::span(scratch).subspan((begin - first * each) * width, count * width);
}

template <class Use>
void ShardReader::State::for_each_block(const hdf5::Dataset& dataset, Use use) const {
  const std::size_t width = size_of(dataset.type()), step = read_block_bytes / width;
  std::vector<std::byte> block;
  for (std::uint64_t begin = 0; begin < dataset.size(); begin += step) {
    block.resize(std::min<std::uint64_t>(step, dataset.size() - begin) * width);
    dataset.read(begin, block, context());
    use(std::span<const std::byte>(block));
  }
}

hdf5::Dataset ShardReader::State::per_sample(const std::string& name, ElementType type) const {
  auto set = hdf5::Dataset::open(file, name, type, context());
  if (set.size() != samples) damaged("column '" + name + "' has another length than the shard");
  return set;
}

ShardReader::ShardReader(const fs::path& file) : state_(std::make_unique<State>(file)) {}
ShardReader::~ShardReader() = default;
ShardReader::ShardReader(ShardReader&&) noexcept = default;
ShardReader& ShardReader::operator=(ShardReader&&) noexcept = default;

const ShardIdentity& ShardReader::identity() const noexcept { return state_->identity; }
const CorpusFormat& ShardReader::format() const noexcept { return state_->format; }
const Digest& ShardReader::stored_content() const noexcept { return state_->stored_content; }
std::uint64_t ShardReader::samples() const noexcept { return state_->samples; }
std::span<const std::uint64_t> ShardReader::offsets() const noexcept { return state_->offsets; }
ElementType ShardReader::value_type() const noexcept { return state_->format.values; }

void ShardReader::read_values(std::uint64_t begin, std::span<std::byte> out) const {
  const State& s = *state_;
  const std::uint64_t width = size_of(s.format.values);
  if (begin > s.values.size() || out.size() / width > s.values.size() - begin) {
    throw Error(ExitCode::internal, "read shard", s.path.string(), "values beyond its end were asked for");
  }
  while (!out.empty()) {
    const std::size_t part = std::min(out.size(), read_block_bytes);
    const auto values = s.checked_values(begin, part / width);
    std::copy(values.begin(), values.end(), out.begin());
    out = out.subspan(part);
    begin += part / width;
  }
}

std::vector<double> ShardReader::column(const std::string& name) const {
  const State& s = *state_;
  if (const auto known = s.columns.find(name); known != s.columns.end()) return known->second;
  std::optional<ElementType> type;
  if (name == "prompt_length" && s.format.ragged) type = ElementType::u32;
  for (const auto& [column_name, column_type] : s.format.columns) {
    if (column_name == name) type = column_type;
  }
  if (!type) {
    throw Error(ExitCode::bad_data, "read shard", s.path.string(), "it has no column '" + name + "'");
  }
  const auto set = s.per_sample(name, *type);
  std::vector<std::byte> bytes(set.size() * size_of(*type));
  set.read(0, bytes, s.context());
  check_shard_seal(s.path);  // now, not only when it was opened
  return s.columns.emplace(name, to_doubles(bytes, *type)).first->second;
}

std::size_t ShardReader::memory() const noexcept {
  const State& s = *state_;
  std::size_t numbers = s.offsets.capacity();
  for (const auto& [name, column] : s.columns) numbers += column.capacity();
  return numbers * sizeof(std::uint64_t) + s.checks.capacity() * sizeof(std::uint32_t) + s.scratch.capacity();
}

Digest ShardReader::content_digest() const {
  const State& s = *state_;
  ContentHash hash(s.format);
  s.for_each_block(s.values, [&](auto block) { hash.values(block); });
  std::vector<std::uint64_t> lengths(s.samples);
  for (std::uint64_t i = 0; i < s.samples; ++i) lengths[i] = s.offsets[i + 1] - s.offsets[i];
  hash.lengths(lengths);
  if (s.format.ragged) {
    std::vector<std::uint32_t> prompts(s.samples);
    s.per_sample("prompt_length", ElementType::u32).read(0, std::as_writable_bytes(std::span(prompts)), s.context());
    hash.prompt_lengths(prompts);
  }
  for (std::size_t i = 0; i < s.format.columns.size(); ++i) {
    const auto& [name, type] = s.format.columns[i];
    s.for_each_block(s.per_sample(name, type), [&](auto block) { hash.column(i, block); });
  }
  return hash.finish(s.identity.first_sample, s.samples);
}

}  // namespace genloss::storage
