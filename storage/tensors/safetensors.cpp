#include "storage/tensors/safetensors.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <string_view>

#include <nlohmann/json.hpp>

#include "jobs/error.hpp"
#include "storage/files/file.hpp"
#include "storage/tensors/safetensors_header.hpp"

namespace genloss::storage {
namespace {

using Named = std::pair<std::string, TensorView>;

void check_tensor(const std::filesystem::path& path, const Named& tensor) {
  std::uint64_t bytes = size_of(tensor.second.type);
  for (const std::uint64_t dimension : tensor.second.shape) bytes *= dimension;
  if (bytes != tensor.second.bytes.size() || tensor.first == "__metadata__") {
    throw Error(ExitCode::internal, "write safetensors", path.string(),
                "tensor '" + tensor.first + "' has a reserved name, or a shape that does not fit its bytes");
  }
}

/// Wide elements first, then by name: every tensor is aligned to its element.
std::vector<const Named*> in_file_order(const std::filesystem::path& path, const std::vector<Named>& tensors) {
  std::vector<const Named*> order;
  std::set<std::string_view> names;
  for (const Named& tensor : tensors) {
    check_tensor(path, tensor);
    if (!names.insert(tensor.first).second) {
      throw Error(ExitCode::internal, "write safetensors", path.string(), "two tensors named '" + tensor.first + "'");
    }
    order.push_back(&tensor);
  }
  std::sort(order.begin(), order.end(), [](const Named* a, const Named* b) {
    const std::size_t wide_a = size_of(a->second.type), wide_b = size_of(b->second.type);
    return wide_a != wide_b ? wide_a > wide_b : a->first < b->first;
  });
  return order;
}

std::string header_of(const std::vector<const Named*>& order, std::map<std::string, std::string> metadata) {
  metadata["format"] = "pt";  // readers of the Hugging Face family insist on it
  nlohmann::ordered_json header;
  header["__metadata__"] = metadata;
  std::uint64_t begin = 0;
  for (const Named* tensor : order) {
    const std::uint64_t end = begin + tensor->second.bytes.size();
    header[tensor->first] = {{"dtype", safetensors_name(tensor->second.type)},
                             {"shape", tensor->second.shape},
                             {"data_offsets", {begin, end}}};
    begin = end;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  return text;
}

}  // namespace

struct SafetensorsFile::State {
  std::filesystem::path path;
  MappedFile file;
  std::map<std::string, TensorView> tensors;
  std::map<std::string, std::string> other_types;  ///< name -> type that this program does not compute with
  std::map<std::string, std::string> metadata;
};

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path) : state_(std::make_unique<State>()) {
  state_->path = path;
  state_->file = MappedFile(path);
  SafetensorsHeader header = read_safetensors_header(path, state_->file.bytes());
  for (StoredTensor& tensor : header.tensors) {
    if (const auto type = element_type_named(tensor.type)) {
      const auto bytes = state_->file.bytes().subspan(header.data + tensor.begin, tensor.end - tensor.begin);
      state_->tensors.emplace(tensor.name, TensorView{*type, std::move(tensor.shape), bytes});
    } else {
      state_->other_types.emplace(tensor.name, tensor.type);
    }
  }
  state_->metadata = std::move(header.metadata);
}
SafetensorsFile::~SafetensorsFile() = default;
SafetensorsFile::SafetensorsFile(SafetensorsFile&&) noexcept = default;
SafetensorsFile& SafetensorsFile::operator=(SafetensorsFile&&) noexcept = default;

const std::map<std::string, TensorView>& SafetensorsFile::tensors() const noexcept { return state_->tensors; }
const std::map<std::string, std::string>& SafetensorsFile::metadata() const noexcept { return state_->metadata; }

const TensorView& SafetensorsFile::at(const std::string& name) const {
  if (const auto found = state_->tensors.find(name); found != state_->tensors.end()) return found->second;
  const auto other = state_->other_types.find(name);
  const bool there = other != state_->other_types.end();
  throw Error(ExitCode::bad_data, "read safetensors", state_->path.string(),
              there ? "tensor '" + name + "' is of type " + other->second + ", which is not read here"
                    : "there is no tensor '" + name + "'",
              there ? "convert the weights to F32 first" : "");
}

void write_safetensors(const std::filesystem::path& path, const std::vector<Named>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  const auto order = in_file_order(path, tensors);
  const std::string header = header_of(order, metadata);
  const std::uint64_t length = header.size();
  try {
    File file = File::create(path);
    file.write(std::as_bytes(std::span(&length, 1)));
    file.write(header);
    for (const Named* tensor : order) file.write(tensor->second.bytes);
    file.sync();
    file.close();
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    throw;
  }
}

Digest weights_digest(const std::filesystem::path& path) {
  const MappedFile file(path);
  SafetensorsHeader header = read_safetensors_header(path, file.bytes());
  std::sort(header.tensors.begin(), header.tensors.end(),
            [](const StoredTensor& a, const StoredTensor& b) { return a.name < b.name; });
  Sha256 hash;
  hash.text("genloss weights 1").number(header.tensors.size());
  for (const StoredTensor& tensor : header.tensors) {
    hash.text(tensor.name).text(tensor.type).number(tensor.shape.size());
    for (const std::uint64_t dimension : tensor.shape) hash.number(dimension);
    hash.number(tensor.end - tensor.begin);
    hash.bytes(file.bytes().subspan(header.data + tensor.begin, tensor.end - tensor.begin));
  }
  return hash.finish();
}

}  // namespace genloss::storage
