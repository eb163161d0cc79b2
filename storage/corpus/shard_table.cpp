#include "storage/corpus/shard_table.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <string_view>

#include "jobs/error.hpp"
#include "storage/files/durable.hpp"
#include "storage/files/file.hpp"

namespace genloss::storage {
namespace {

constexpr std::array<char, 8> table_magic = {'G', 'L', 'S', 'H', 'A', 'R', 'D', 'S'};
constexpr std::uint32_t table_version = 1;
constexpr std::uint32_t block_records = 256;
constexpr std::size_t kept_blocks = 4, kept_places = 64;

struct Head {
  std::array<char, 8> magic = table_magic;
  std::uint32_t version = table_version, record_bytes = 0;
  std::uint64_t shards = 0;
  std::uint32_t block_records = storage::block_records, zero = 0;
  Digest recipe;
};
struct Row {
  ShardCounts before, own;
  std::uint64_t file_bytes = 0;
  std::uint32_t file_crc32c = 0, zero = 0;
  Digest content;
};
struct IndexRow {
  ShardCounts before;
  Digest digest;
};
static_assert(sizeof(Head) == 64 && sizeof(Row) == 112 && sizeof(IndexRow) == 64,
              "they are written as they lie in memory");

template <class T>
std::span<const std::byte> bytes_of(const T& value) {
  return std::as_bytes(std::span(&value, 1));
}

std::uint64_t blocks_of(std::uint64_t shards) { return (shards + block_records - 1) / block_records; }

void put(std::string& out, std::span<const std::byte> bytes) {
  out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

Digest digest_of(std::span<const std::byte> bytes) { return Sha256().bytes(bytes).finish(); }

Row row_of(const ShardRecord& shard, const ShardCounts& before) {
  return {before, counts_of(shard), shard.file_bytes, shard.file_crc32c, 0, shard.content};
}

ShardPlace place_of(const Row& row, std::uint64_t shard) {
  const ShardCounts& own = row.own;
  return {{shard, row.before.samples, own.samples, own.values, own.prompt_values, own.ended_samples, row.file_bytes,
           row.file_crc32c, row.content},
          row.before};
}

}  // namespace

std::filesystem::path shard_table_path(const std::filesystem::path& corpus) { return corpus / "shards.table"; }

Digest write_shard_table(const std::filesystem::path& corpus, const Digest& recipe,
                         std::span<const ShardRecord> shards) {
  Head head;
  head.record_bytes = sizeof(Row);
  head.shards = shards.size();
  head.recipe = recipe;
  std::string table, index;
  table.reserve(sizeof head + shards.size() * sizeof(Row) + (blocks_of(shards.size()) + 1) * sizeof(IndexRow));
  put(table, bytes_of(head));
  ShardCounts before;
  for (std::size_t first = 0; first < shards.size(); first += block_records) {
    const std::size_t begin = table.size();
    const ShardCounts before_block = before;
    for (const ShardRecord& shard :
         shards.subspan(first, std::min<std::size_t>(block_records, shards.size() - first))) {
      put(table, bytes_of(row_of(shard, before)));
      before += counts_of(shard);
    }
    const auto block = std::as_bytes(std::span(table)).subspan(begin);
    put(index, bytes_of(IndexRow{before_block, digest_of(block)}));
  }
  table += index;
  const Digest digest = Sha256().bytes(bytes_of(head)).bytes(std::as_bytes(std::span(index))).finish();
  put(table, bytes_of(digest));
  write_text_durably(shard_table_path(corpus), table);
  return digest;
}

ShardTable::ShardTable(const std::filesystem::path& corpus, const CorpusManifest& manifest)
    : file_(shard_table_path(corpus)), all_(manifest.totals) {
  if (std::error_code ignored; !std::filesystem::exists(file_, ignored)) refuse("there is no such file");
  const File file = File::open(file_);
  const std::uint64_t size = file.size();
  Head head;
  if (size < sizeof head + sizeof(Digest)) refuse("it is too short");
  file.read_at(0, std::as_writable_bytes(std::span(&head, 1)));
  if (head.magic != table_magic) refuse("it is not a table of shards");
  if (head.version != table_version || head.record_bytes != sizeof(Row) || head.block_records != block_records) {
    refuse("its version is not one that this program reads (" + std::to_string(table_version) + ")");
  }
  const std::uint64_t room = size - sizeof head - sizeof(Digest);
  const std::uint64_t blocks = blocks_of(std::min(head.shards, room));
  if (head.shards > room / sizeof(Row) || head.shards * sizeof(Row) + blocks * sizeof(IndexRow) != room) {
    refuse("its length does not fit its number of shards");
  }
  shards_ = head.shards;
  std::vector<IndexRow> index(blocks);
  const auto index_bytes = std::as_writable_bytes(std::span(index));
  file.read_at(sizeof head + shards_ * sizeof(Row), index_bytes);
  Digest stored;
  file.read_at(size - sizeof stored, std::as_writable_bytes(std::span(&stored, 1)));
  if (Sha256().bytes(bytes_of(head)).bytes(index_bytes).finish() != stored) {
    refuse("its head and index do not fit their digest (damaged)");
  }
  if (stored != manifest.table || shards_ != manifest.shards || head.recipe != manifest.recipe) {
    refuse("it is not the table that the corpus manifest names");
  }
  for (const IndexRow& row : index) index_.push_back({row.before, row.digest});
}

void ShardTable::refuse(const std::string& cause) const {
  throw Error(ExitCode::bad_data, "read shard table", file_.string(), cause,
              "restore it from a copy, or remove the corpus folder: the same corpus is then drawn again");
}

ShardTable::Places ShardTable::read_block(std::size_t number) const {
  const std::uint64_t first = std::uint64_t{number} * block_records;
  std::vector<Row> rows(std::min<std::uint64_t>(block_records, shards_ - first));
  const auto bytes = std::as_writable_bytes(std::span(rows));
  File::open(file_).read_at(sizeof(Head) + first * sizeof(Row), bytes);
  const std::string which = "records " + std::to_string(first) + " to " + std::to_string(first + rows.size() - 1);
  if (digest_of(bytes) != index_[number].digest) refuse(which + " do not fit their digest (damaged)");
  // Good bytes may still have been written wrongly: shards follow each other without a hole.
  ShardCounts next = index_[number].before;
  Places places;
  for (const Row& row : rows) {
    if (row.before != next || row.own.samples == 0) refuse(which + " are not in order");
    next += row.own;
    places.push_back(place_of(row, first + places.size()));
  }
  if (next != (number + 1 < index_.size() ? index_[number + 1].before : all_)) refuse(which + " are not in order");
  return places;
}

const ShardTable::Places& ShardTable::block(std::size_t number) const {
  const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const auto& kept) { return kept.first == number; });
  if (found != kept_.end()) {
    kept_.splice(kept_.begin(), kept_, found);
  } else {
    Places places = read_block(number);
    if (kept_.size() >= kept_blocks) kept_.pop_back();
    kept_.emplace_front(number, std::move(places));
  }
  return kept_.front().second;
}

ShardPlace ShardTable::at(std::uint64_t shard) const {
  if (shard >= shards_) {
    throw Error(ExitCode::internal, "find shard " + std::to_string(shard) + " in", file_.string(),
                "there are only " + std::to_string(shards_));
  }
  return block(shard / block_records)[shard % block_records];
}

ShardPlace ShardTable::find(std::uint64_t amount, const Amount& amount_of) const {
  if (shards_ == 0) throw Error(ExitCode::internal, "find a shard in", file_.string(), "there is none");
  // Whoever reads at random reads for a while from the same few shards, which may lie in as many blocks.
  for (const ShardPlace& place : found_) {
    ShardCounts after = place.before;
    after += counts_of(place.record);
    if (amount_of(place.before) <= amount && amount < amount_of(after)) return place;
  }
  const auto more = [&](std::uint64_t wanted, const auto& entry) { return wanted < amount_of(entry.before); };
  const auto after = std::upper_bound(index_.begin() + 1, index_.end(), amount, more);
  const Places& places = block(static_cast<std::size_t>(after - index_.begin()) - 1);
  const ShardPlace place = *(std::upper_bound(places.begin() + 1, places.end(), amount, more) - 1);
  if (found_.size() < kept_places) found_.push_back(place);
  found_[next_found_++ % kept_places] = place;
  return place;
}

std::size_t ShardTable::memory() const noexcept {
  std::size_t bytes = index_.capacity() * sizeof(Block) + found_.capacity() * sizeof(ShardPlace);
  for (const auto& [number, places] : kept_) bytes += places.capacity() * sizeof(ShardPlace);
  return bytes;
}

Digest digest_of_table(const ShardTable& table, const CorpusFormat& format) {
  CorpusHash hash(format, table.shards());
  for (std::uint64_t shard = 0; shard < table.shards(); ++shard) hash.add(table.at(shard).record);
  return hash.finish();
}

}  // namespace genloss::storage
