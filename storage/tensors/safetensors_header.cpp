#include "storage/tensors/safetensors_header.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "jobs/error.hpp"

namespace genloss::storage {
namespace {

using nlohmann::json;

constexpr std::uint64_t length_bytes = 8;
constexpr std::uint64_t most_header_bytes = 100'000'000;  // as tensor.rs
constexpr int most_nesting = 16;
constexpr std::string_view metadata_key = "__metadata__";

/// Speaks about one file.
class Complaint {
 public:
  explicit Complaint(const std::filesystem::path& path) : path_(path) {}
  [[noreturn]] void operator()(const std::string& cause, const std::string& tensor = {}) const {
    throw Error(ExitCode::bad_data, "read safetensors", path_.string(),
                tensor.empty() ? cause : "tensor '" + tensor.substr(0, 200) + "': " + cause);
  }

 private:
  const std::filesystem::path& path_;
};

/// Parses strictly: no key twice in one object, no deep nesting. (A DOM alone would hide both.)
json parse_strictly(std::string_view text, const Complaint& fail) {
  std::vector<std::set<std::string>> keys;
  const auto watch = [&](int depth, json::parse_event_t event, json& value) {
    if (depth > most_nesting) fail("header is nested too deeply");
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second) {
      fail("name appears twice in the header", value.get<std::string>());
    }
    return true;
  };
  try {
    return json::parse(text, watch);
  } catch (const json::exception& error) {
    fail(std::string("header is not JSON: ") + error.what());
  }
}

std::string_view header_text(std::span<const std::byte> file, const Complaint& fail) {
  if (file.size() < length_bytes) fail("file is shorter than the header's length field");
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), length_bytes);
  if (length > most_header_bytes) fail("header is too large: " + std::to_string(length) + " bytes");
  if (length > file.size() - length_bytes) fail("header reaches past the end of the file (cut off?)");
  const std::string_view text(reinterpret_cast<const char*>(file.data()) + length_bytes, length);
  if (!text.starts_with('{')) fail("header does not begin with {");
  // The JSON library takes a NUL for the end of its input.
  if (text.find('\0') != std::string_view::npos) fail("header holds a NUL byte");
  return text;
}

/// Numbers that were written as integers, exact to 64 bits; 2.0 is not one.
std::vector<std::uint64_t> unsigned_list(const json& tensor, const char* key, const std::string& name,
                                         const Complaint& fail) {
  const auto list = tensor.find(key);
  if (list == tensor.end() || !list->is_array()) fail(std::string(key) + " is missing or not a list", name);
  std::vector<std::uint64_t> numbers;
  for (const json& number : *list) {
    if (!number.is_number_unsigned()) fail(std::string(key) + " holds what is not an unsigned integer", name);
    numbers.push_back(number.get<std::uint64_t>());
  }
  return numbers;
}

StoredTensor tensor_from(const std::string& name, const json& value, const Complaint& fail) {
  if (!value.is_object()) fail("is not described by an object", name);
  StoredTensor tensor;
  tensor.name = name;
  const auto type = value.find("dtype");
  if (type == value.end() || !type->is_string()) fail("dtype is missing or not a string", name);
  tensor.type = type->get<std::string>();
  if (safetensors_bits(tensor.type) == 0) fail("unknown dtype '" + tensor.type.substr(0, 50) + "'", name);
  tensor.shape = unsigned_list(value, "shape", name, fail);
  const auto offsets = unsigned_list(value, "data_offsets", name, fail);
  if (offsets.size() != 2) fail("data_offsets are not two numbers", name);
  tensor.begin = offsets[0];
  tensor.end = offsets[1];
  return tensor;
}

std::map<std::string, std::string> metadata_from(const json& value, const Complaint& fail) {
  std::map<std::string, std::string> metadata;
  if (!value.is_object()) fail("__metadata__ is not an object");
  for (const auto& [key, text] : value.items()) {
    if (!text.is_string()) fail("__metadata__ holds what is not a string: " + key.substr(0, 200));
    metadata.emplace(key, text.get<std::string>());
  }
  return metadata;
}

void check_size(const StoredTensor& tensor, const Complaint& fail) {
  std::uint64_t bits = safetensors_bits(tensor.type);
  for (const std::uint64_t dimension : tensor.shape) {
    if (__builtin_mul_overflow(bits, dimension, &bits)) fail("shape is too large for 64 bits", tensor.name);
  }
  if (bits % 8 != 0) fail("elements do not fill whole bytes", tensor.name);
  if (bits / 8 != tensor.end - tensor.begin) {
    fail("shape and dtype need " + std::to_string(bits / 8) + " bytes, data_offsets give " +
             std::to_string(tensor.end - tensor.begin),
         tensor.name);
  }
}

/// Tensors tile the rest of the file exactly.
void check_layout(const SafetensorsHeader& header, std::uint64_t data_bytes, const Complaint& fail) {
  std::uint64_t next = 0;
  for (const StoredTensor& tensor : header.tensors) {
    if (tensor.end < tensor.begin) fail("data_offsets run backwards", tensor.name);
    if (tensor.begin < next) fail("overlaps the tensor before it", tensor.name);
    if (tensor.begin > next) fail("there is a hole before it", tensor.name);
    check_size(tensor, fail);
    next = tensor.end;
  }
  if (next > data_bytes) fail("file ends before its last tensor (cut off?)");
  if (next < data_bytes) fail("file goes on after its last tensor");
}

}  // namespace

std::uint64_t safetensors_bits(std::string_view type) noexcept {
  constexpr std::array<std::pair<std::string_view, std::uint64_t>, 22> known = {
      {{"BOOL", 8},    {"F4", 4},      {"F6_E2M3", 6}, {"F6_E3M2", 6},     {"U8", 8},          {"I8", 8},
       {"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8}, {"I16", 16},
       {"U16", 16},    {"F16", 16},    {"BF16", 16},   {"I32", 32},        {"U32", 32},        {"F32", 32},
       {"C64", 64},    {"F64", 64},    {"I64", 64},    {"U64", 64}}};
  for (const auto& [name, bits] : known) {
    if (name == type) return bits;
  }
  return 0;
}

SafetensorsHeader read_safetensors_header(const std::filesystem::path& path, std::span<const std::byte> file) {
  const Complaint fail(path);
  const std::string_view text = header_text(file, fail);
  const json document = parse_strictly(text, fail);
  SafetensorsHeader header;
  header.data = length_bytes + text.size();
  for (const auto& [name, value] : document.items()) {
    if (name == metadata_key) {
      header.metadata = metadata_from(value, fail);
    } else {
      header.tensors.push_back(tensor_from(name, value, fail));
    }
  }
  std::sort(header.tensors.begin(), header.tensors.end(), [](const StoredTensor& a, const StoredTensor& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  check_layout(header, file.size() - header.data, fail);
  return header;
}

}  // namespace genloss::storage
