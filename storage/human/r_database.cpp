#include "storage/human/r_database.hpp"

#include <exception>
#include <utility>

#include "jobs/error.hpp"
#include "storage/files/durable.hpp"
#include "storage/files/file.hpp"
#include "storage/human/inflate.hpp"
#include "storage/human/r_serialization.hpp"

namespace genloss::storage {
namespace {

constexpr std::uint64_t most_index_bytes = std::uint64_t{1} << 26;
constexpr std::uint64_t most_variable_bytes = std::uint64_t{1} << 30;
constexpr std::size_t length_bytes = 4;

/// Variables become file names, so nothing that means something to a file system may be in them.
bool is_plain_name(const std::string& name) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  return !name.empty() && name.size() <= 200 && name[0] != '.' && name.find_first_not_of(allowed) == std::string::npos;
}

/// The list of variables of Rdata.rdx: name -> (offset, length) in Rdata.rdb.
RValue read_variables(const std::filesystem::path& path) {
  const MappedFile file(path);
  RValue index = read_r_value(inflate_stream(file.bytes(), most_index_bytes));
  for (std::size_t i = 0; i < index.names.size() && i < index.list.size(); ++i) {
    RValue& variables = index.list[i];
    if (index.names[i] == "variables" && variables.names.size() == variables.list.size()) return std::move(variables);
  }
  throw std::runtime_error("it holds no list of variables");
}

/// One record: be32 length of the content, then its zlib stream.
std::vector<std::string> read_record(std::span<const std::byte> data, const RValue& place) {
  if (place.integers.size() != 2 || place.integers[0] < 0 || place.integers[1] < 0) {
    throw std::runtime_error("its place in the data base is not given by two numbers");
  }
  const auto offset = static_cast<std::size_t>(place.integers[0]), length = static_cast<std::size_t>(place.integers[1]);
  if (offset > data.size() || length > data.size() - offset || length < length_bytes) {
    throw std::runtime_error("its place is outside of the data base");
  }
  std::uint64_t bytes = 0;
  for (const std::byte byte : data.subspan(offset, length_bytes)) bytes = bytes << 8 | static_cast<std::uint64_t>(byte);
  if (bytes > most_variable_bytes)
    throw std::runtime_error("it is larger than 1 GiB, or compressed in a way not read here");
  const auto content = inflate_stream(data.subspan(offset + length_bytes, length - length_bytes), bytes);
  if (content.size() != bytes) throw std::runtime_error("it has another length than the data base says");
  RValue value = read_r_value(content);
  if (value.kind != RValue::Kind::text) throw std::runtime_error("it is not a character vector");
  return std::move(value.text);
}

/// Whether `line` goes on in the line where the one before it stands.
bool goes_on(const std::string& before, const std::string& line) {
  return !before.empty() && !line.empty() && line.front() != ' ';
}
}  // namespace

std::string text_of_lines(const std::vector<std::string>& lines, PrintedLines breaks) {
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (breaks == PrintedLines::joined && i > 0 && goes_on(lines[i - 1], lines[i])) text.back() = ' ';
    text += lines[i] + "\n";
  }
  return text;
}

namespace {

/// Runs `read`, and says of which file and what part of it a failure is.
template <class Read>
auto naming(const std::filesystem::path& path, const std::string& part, Read read) {
  try {
    return read();
  } catch (const Error&) {
    throw;
  } catch (const std::runtime_error& error) {
    throw Error(ExitCode::bad_data, "read R data base", path.string(), part + error.what());
  }
}

}  // namespace

std::vector<std::string> extract_r_character_vectors(const std::filesystem::path& directory,
                                                     const std::filesystem::path& out, PrintedLines breaks) {
  const auto index_path = directory / "Rdata.rdx", data_path = directory / "Rdata.rdb";
  const RValue variables = naming(index_path, "", [&] { return read_variables(index_path); });
  const MappedFile data(data_path);
  for (std::size_t i = 0; i < variables.list.size(); ++i) {
    const std::string& name = variables.names[i];
    const std::string part = "variable '" + name.substr(0, 200) + "': ";
    const auto lines = naming(data_path, part, [&] {
      if (!is_plain_name(name)) throw std::runtime_error("the name cannot be the name of a file");
      return read_record(data.bytes(), variables.list[i]);
    });
    write_text_durably(out / (name + ".txt"), text_of_lines(lines, breaks));
  }
  return variables.names;
}

}  // namespace genloss::storage
