#include <future>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>

#include "jobs/error.hpp"
#include "storage/corpus/column_bytes.hpp"
#include "storage/corpus/corpus_format.hpp"
#include "storage/corpus/shard.hpp"
#include "storage/corpus/shard_content.hpp"
#include "storage/corpus/shard_file.hpp"
#include "storage/files/durable.hpp"
#include "storage/files/file.hpp"

namespace genloss::storage {
namespace fs = std::filesystem;
namespace {

// A block is written when it holds so many values or samples, whichever comes first. Both are properties of the
// content, so equal content is written in equal steps.
constexpr std::size_t block_values = std::size_t{1} << 20;
constexpr std::size_t block_samples = std::size_t{1} << 16;
// Less than this is hashed sooner than a thread is started.
constexpr std::size_t background_bytes = std::size_t{1} << 18;

fs::path prepare_folder(const fs::path& target) {
  create_directories_durably(target.parent_path());
  return target;
}

CorpusFormat checked(CorpusFormat format) {
  check_format(format);
  return format;
}

}  // namespace

struct ShardWriter::State {
  State(const fs::path& corpus, CorpusFormat corpus_format, const ShardIdentity& shard_identity,
        const std::string& attempt)
      : format(checked(std::move(corpus_format))),
        identity(shard_identity),
        target(prepare_folder(shard_path(corpus, identity.shard))),
        hash(format),
        file(partial_path(target, attempt), format, identity) {
    block.columns.resize(format.columns.size());
    in_flight.columns.resize(format.columns.size());
    if (format.ragged) block.offsets.push_back(0);
  }

  [[noreturn]] void refuse(const std::string& cause) const {
    throw Error(ExitCode::internal, "append to shard", target.string(), cause);
  }
  void finish_hashing() {
    if (hashing.valid()) hashing.get();
  }
  void hash_and(void (State::*write)());
  void write_block() { file.write(in_flight); }
  void write_last_block() { file.write_last(in_flight); }
  [[nodiscard]] ShardRecord publish(ShardRecord record);

  CorpusFormat format;
  ShardIdentity identity;
  fs::path target;
  ContentHash hash;
  ShardFile file;
  ShardBlock block;      ///< takes samples
  ShardBlock in_flight;  ///< is being hashed and written, or empty
  std::uint64_t samples = 0, values = 0, prompt_values = 0, ended_samples = 0;
  std::future<void> hashing;  ///< of in_flight; last, so that it ends before what it reads
};

/// Takes the block out of the way of append(). SHA-256 is as slow as all of the writing, so it runs beside it, and on
/// beside the filling of the next block.
void ShardWriter::State::hash_and(void (State::*write)()) {
  finish_hashing();
  std::swap(block, in_flight);
  block.clear();
  if (in_flight.values.size() < background_bytes) {
    hash.add(in_flight);
  } else {
    hashing = std::async(std::launch::async, [this] { hash.add(in_flight); });
  }
  (this->*write)();
}

/// Renames the closed file to its name. The first sealed copy wins; a second one must be equal.
ShardRecord ShardWriter::State::publish(ShardRecord record) {
  const fs::path corpus = target.parent_path().parent_path().parent_path();
  if (const auto sealed = inspect_shard(corpus, format, identity)) {
    if (sealed->content == record.content) return *sealed;
    throw Error(ExitCode::internal, "seal shard", target.string(),
                "it was drawn twice and the two differ (" + sealed->content.text() + " was there, " +
                    record.content.text() + " is new): sampling was not deterministic",
                "do all ranks use the same instruction set? GENLOSS_INSTRUCTIONS=avx2 holds them to one");
  }
  if (::rename(file.path().c_str(), target.c_str()) != 0) throw_errno("rename to", target, errno);
  file.release();
  sync_directory(target.parent_path());
  return record;
}

ShardWriter::ShardWriter(const fs::path& corpus, CorpusFormat format, const ShardIdentity& identity,
                         const std::string& attempt)
    : state_(std::make_unique<State>(corpus, std::move(format), identity, attempt)) {}
ShardWriter::~ShardWriter() = default;
ShardWriter::ShardWriter(ShardWriter&&) noexcept = default;
ShardWriter& ShardWriter::operator=(ShardWriter&&) noexcept = default;

void ShardWriter::append(std::span<const std::byte> values, std::span<const double> columns) {
  State& s = *state_;
  const std::uint64_t count = values.size() / size_of(s.format.values);
  if (values.size() % size_of(s.format.values) != 0) s.refuse("a sample ends inside a value");
  if (!s.format.ragged && count != s.format.sample_values) s.refuse("a sample is not of the corpus' fixed length");
  if (columns.size() != s.format.columns.size()) s.refuse("a sample has another number of columns than the corpus");
  // Written only now, because mark_prompt() may still have changed the block's last sample.
  if (s.block.lengths.size() >= block_samples || s.block.values.size() >= block_values * size_of(s.format.values)) {
    s.hash_and(&State::write_block);
  }
  s.block.values.insert(s.block.values.end(), values.begin(), values.end());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    append_number(s.block.columns[i], s.format.columns[i].second, columns[i], s.format.columns[i].first);
    if (s.format.columns[i].first == stop_column && columns[i] == stop_ended) ++s.ended_samples;
  }
  s.samples += 1;
  s.values += count;
  s.block.lengths.push_back(count);
  if (s.format.ragged) {
    s.block.offsets.push_back(s.values);
    s.block.prompts.push_back(0);
  }
}

void ShardWriter::mark_prompt(std::uint64_t values) {
  State& s = *state_;
  if (!s.format.ragged || s.block.lengths.empty()) s.refuse("there is no sample that could have a prompt");
  if (values > s.block.lengths.back() || values > std::numeric_limits<std::uint32_t>::max()) {
    s.refuse("a prompt is longer than its sample");
  }
  s.prompt_values += values - s.block.prompts.back();
  s.block.prompts.back() = static_cast<std::uint32_t>(values);
}

ShardRecord ShardWriter::seal() {
  State& s = *state_;
  const std::uint64_t promised = s.identity.last_sample - s.identity.first_sample + 1;
  if (s.samples != promised) {
    s.refuse("it holds " + std::to_string(s.samples) + " samples, " + std::to_string(promised) + " were promised");
  }
  s.hash_and(&State::write_last_block);
  s.finish_hashing();
  ShardRecord record;
  record.shard = s.identity.shard;
  record.first_sample = s.identity.first_sample;
  record.samples = s.samples;
  record.values = s.values;
  record.prompt_values = s.prompt_values;
  record.ended_samples = s.ended_samples;
  record.content = s.hash.finish(s.identity.first_sample, s.samples);
  s.file.close(record.content);
  File written = File::open(s.file.path());
  written.start_writeback();  // the device works while the checksum is computed
  record.file_bytes = written.size();
  record.file_crc32c = crc32c_of_file(s.file.path());
  written.sync();
  return s.publish(record);
}

}  // namespace genloss::storage
