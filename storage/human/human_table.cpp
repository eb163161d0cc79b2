// Documents as one rank tells them to the others.

#include <cstring>
#include <utility>

#include "jobs/error.hpp"
#include "storage/human/human_data.hpp"
#include "storage/human/human_state.hpp"

namespace genloss::storage {
namespace {

/// Of the machines of one job, so numbers are as they lie in memory.
struct FileRow {
  std::uint64_t name_bytes, bytes, begin, checks;
};
struct DocumentRow {
  std::uint64_t file, offset, length;
  HumanSplit split;
  Digest content;
};

template <class T>
void put(std::string& out, const T* values, std::size_t count) {
  static_assert(std::is_trivially_copyable_v<T>);
  out.append(reinterpret_cast<const char*>(values), count * sizeof(T));
}

class Table {
 public:
  explicit Table(std::string_view text) : text_(text) {}
  template <class T>
  void take(T* values, std::size_t count) {
    if (count > text_.size() / sizeof(T)) {
      throw Error(ExitCode::internal, "read", "the table of human documents", "it ends too early");
    }
    if (count > 0) std::memcpy(values, text_.data(), count * sizeof(T));
    text_.remove_prefix(count * sizeof(T));
  }
  template <class T>
  T take() {
    T value{};
    take(&value, 1);
    return value;
  }

 private:
  std::string_view text_;
};

}  // namespace

std::string HumanData::table() const {
  std::string out;
  std::unordered_map<std::string_view, std::uint64_t> number;
  const std::uint64_t counts[] = {state_->files.size(), state_->documents.size()};
  put(out, counts, 2);
  for (const HumanFile& file : state_->files) {
    number.emplace(file.name, number.size());
    const FileRow row{file.name.size(), file.map.bytes().size(), file.begin, file.checks.size()};
    put(out, &row, 1);
    put(out, file.name.data(), file.name.size());
    put(out, file.checks.data(), file.checks.size());
  }
  for (const Document& d : state_->documents) {
    const DocumentRow row{number.at(d.file), d.offset, d.length, d.split, d.content};
    put(out, &row, 1);
  }
  return out;
}

HumanData HumanData::open(const std::filesystem::path& source, const ImportRules& rules,
                          const std::filesystem::path& named, std::string_view text) {
  Table table(text);
  auto state = std::make_shared<State>();
  state->source = named;
  state->rules = rules;
  const auto files = table.take<std::uint64_t>(), documents = table.take<std::uint64_t>();
  state->files.reserve(files);
  for (std::uint64_t i = 0; i < files; ++i) {
    const auto row = table.take<FileRow>();
    std::string name(row.name_bytes, '\0');
    table.take(name.data(), name.size());
    HumanFile file = map_human_file(std::filesystem::is_directory(source) ? source / name : source, row.bytes);
    file.begin = row.begin;
    file.checks.resize(row.checks);
    table.take(file.checks.data(), file.checks.size());
    state->files.push_back(std::move(file));
  }
  for (const HumanFile& file : state->files) state->by_name.emplace(file.name, &file);
  state->documents.reserve(documents);
  for (std::uint64_t i = 0; i < documents; ++i) {
    const auto row = table.take<DocumentRow>();
    state->documents.push_back({state->files.at(row.file).name, row.offset, row.length, row.split, row.content});
  }
  HumanData data;
  data.state_ = std::move(state);
  return data;
}

}  // namespace genloss::storage
