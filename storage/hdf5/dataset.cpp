#include <algorithm>
#include <array>

#include "storage/hdf5/file.hpp"

namespace genloss::storage::hdf5 {
namespace {

struct TypePair {
  hid_t in_file, in_memory;
};

TypePair types_of(ElementType type) {
  switch (type) {
    case ElementType::u8:
      return {H5T_STD_U8LE, H5T_NATIVE_UINT8};
    case ElementType::u16:
      return {H5T_STD_U16LE, H5T_NATIVE_UINT16};
    case ElementType::u32:
      return {H5T_STD_U32LE, H5T_NATIVE_UINT32};
    case ElementType::i64:
      return {H5T_STD_I64LE, H5T_NATIVE_INT64};
    case ElementType::u64:
      return {H5T_STD_U64LE, H5T_NATIVE_UINT64};
    case ElementType::f32:
      return {H5T_IEEE_F32LE, H5T_NATIVE_FLOAT};
    case ElementType::f64:
      return {H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE};
  }
  throw Error(ExitCode::internal, "choose", "HDF5 type", "unknown element type");
}

Handle creation_properties(const Context& context) {
  Handle creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, context);
  check(H5Pset_obj_track_times(creation.id(), false), context);
  check(H5Pset_fill_time(creation.id(), H5D_FILL_TIME_NEVER), context);
  return creation;
}

/// No chunk cache: a chunk that is written or read in part goes to the file in part.
Handle uncached(const Context& context) {
  Handle access(H5Pcreate(H5P_DATASET_ACCESS), H5Pclose, context);
  check(H5Pset_chunk_cache(access.id(), 1, 0, 0.0), context);
  return access;
}

[[noreturn]] void refuse(const std::string& name, const std::string& cause, const Context& context) {
  throw Error(context.code, context.operation, context.path.string(), "data set '" + name + "' " + cause,
              "genloss writes no such file: it is damaged or foreign");
}

/// A link may lead into any other file that this process may read.
void require_hard_link(const Handle& file, const std::string& name, const Context& context) {
  H5L_info_t link;
  if (check(H5Lexists(file.id(), name.c_str(), H5P_DEFAULT), context) == 0) refuse(name, "is not there", context);
  check(H5Lget_info(file.id(), name.c_str(), &link, H5P_DEFAULT), context);
  if (link.type == H5L_TYPE_EXTERNAL) refuse(name, "is an external link", context);
  if (link.type == H5L_TYPE_SOFT) refuse(name, "is a soft link", context);
  if (link.type != H5L_TYPE_HARD) refuse(name, "is a link of unknown type", context);
}

/// Its values have to lie in this file, as they are. Called before anything else touches the data set: asking a virtual
/// one for its size already opens other files.
void require_plain_storage(const Handle& dataset, const std::string& name, const Context& context) {
  const Handle creation(H5Dget_create_plist(dataset.id()), H5Pclose, context);
  const H5D_layout_t layout = check(H5Pget_layout(creation.id()), context);
  if (layout == H5D_VIRTUAL) refuse(name, "has a virtual layout: its values lie in other data sets", context);
  if (check(H5Pget_external_count(creation.id()), context) > 0) refuse(name, "lies in external files", context);
  if (layout != H5D_CONTIGUOUS && layout != H5D_CHUNKED) {
    refuse(name, "has a layout that is neither contiguous nor chunked", context);
  }
  if (check(H5Pget_nfilters(creation.id()), context) > 0) {
    std::array<char, 64> filter{};
    unsigned flags = 0;
    std::size_t values = 0;
    H5Pget_filter2(creation.id(), 0, &flags, &values, nullptr, filter.size() - 1, filter.data(), nullptr);
    refuse(name, "is stored through a filter (" + std::string(filter.data()) + ")", context);
  }
}

}  // namespace

Dataset Dataset::create_growing(const Handle& file, const std::string& name, ElementType type, std::uint64_t chunk,
                                const Context& context) {
  const hsize_t none = 0, chunk_elements = chunk, unlimited = H5S_UNLIMITED;
  const Handle creation = creation_properties(context);
  check(H5Pset_chunk(creation.id(), 1, &chunk_elements), context);
  const Handle space(H5Screate_simple(1, &none, &unlimited), H5Sclose, context);
  Dataset result;
  result.type_ = type;
  result.dataset_ = Handle(H5Dcreate2(file.id(), name.c_str(), types_of(type).in_file, space.id(), H5P_DEFAULT,
                                      creation.id(), uncached(context).id()),
                           H5Dclose, context);
  return result;
}

Dataset Dataset::create_whole(const Handle& file, const std::string& name, ElementType type,
                              std::span<const std::byte> data, const Context& context) {
  const hsize_t elements = data.size() / size_of(type);
  const Handle space(H5Screate_simple(1, &elements, nullptr), H5Sclose, context);
  const auto [in_file, in_memory] = types_of(type);
  Dataset result;
  result.type_ = type;
  result.size_ = elements;
  result.dataset_ = Handle(H5Dcreate2(file.id(), name.c_str(), in_file, space.id(), H5P_DEFAULT,
                                      creation_properties(context).id(), H5P_DEFAULT),
                           H5Dclose, context);
  if (elements > 0) {
    check(H5Dwrite(result.dataset_.id(), in_memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, data.data()), context);
  }
  return result;
}

Dataset Dataset::open(const Handle& file, const std::string& name, ElementType type, const Context& context) {
  Dataset result;
  result.type_ = type;
  require_hard_link(file, name, context);
  result.dataset_ = Handle(H5Dopen2(file.id(), name.c_str(), uncached(context).id()), H5Dclose, context);
  require_plain_storage(result.dataset_, name, context);
  const Handle stored(H5Dget_type(result.dataset_.id()), H5Tclose, context);
  const Handle space(H5Dget_space(result.dataset_.id()), H5Sclose, context);
  const bool same = check(H5Tequal(stored.id(), types_of(type).in_file), context) > 0;
  if (!same || H5Sget_simple_extent_ndims(space.id()) != 1) {
    throw Error(context.code, context.operation, context.path.string(),
                "data set '" + name + "' is not of the type that the file's format says", "the file is damaged");
  }
  hsize_t size = 0;
  check(H5Sget_simple_extent_dims(space.id(), &size, nullptr), context);
  // Nothing is compressed here, so a larger size is a lie; it would be believed with an allocation.
  if (size > std::filesystem::file_size(context.path) / size_of(type)) {
    throw Error(context.code, context.operation, context.path.string(),
                "data set '" + name + "' claims to be larger than the file", "the file is damaged");
  }
  result.size_ = size;
  return result;
}

Handle Dataset::selection(std::uint64_t begin, std::uint64_t count, const Context& context) const {
  Handle space(H5Dget_space(dataset_.id()), H5Sclose, context);
  const hsize_t start = begin, elements = count;
  check(H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, &start, nullptr, &elements, nullptr), context);
  return space;
}

void Dataset::append(std::span<const std::byte> data, const Context& context) {
  const hsize_t count = data.size() / size_of(type_), grown = size_ + count;
  if (count == 0) return;
  check(H5Dset_extent(dataset_.id(), &grown), context);
  const Handle in_file = selection(size_, count, context);
  const Handle in_memory(H5Screate_simple(1, &count, nullptr), H5Sclose, context);
  check(H5Dwrite(dataset_.id(), types_of(type_).in_memory, in_memory.id(), in_file.id(), H5P_DEFAULT, data.data()),
        context);
  size_ = grown;
}

void Dataset::read(std::uint64_t begin, std::span<std::byte> out, const Context& context) const {
  const hsize_t count = out.size() / size_of(type_);
  if (count == 0) return;
  if (begin > size_ || count > size_ - begin) {
    throw Error(ExitCode::internal, context.operation, context.path.string(),
                "elements beyond the end of a data set were asked for");
  }
  const Handle in_file = selection(begin, count, context);
  const Handle in_memory(H5Screate_simple(1, &count, nullptr), H5Sclose, context);
  check(H5Dread(dataset_.id(), types_of(type_).in_memory, in_memory.id(), in_file.id(), H5P_DEFAULT, out.data()),
        context);
}

std::vector<std::pair<std::uint64_t, std::uint64_t>> Dataset::places(const Context& context) const {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> places;
  const Handle creation(H5Dget_create_plist(dataset_.id()), H5Pclose, context);
  if (H5Pget_layout(creation.id()) == H5D_CONTIGUOUS) {
    const haddr_t begin = H5Dget_offset(dataset_.id());
    if (begin != HADDR_UNDEF) places.emplace_back(begin, size_ * size_of(type_));
    return places;
  }
  const Handle space(H5Dget_space(dataset_.id()), H5Sclose, context);
  hsize_t chunks = 0;
  check(H5Dget_num_chunks(dataset_.id(), space.id(), &chunks), context);
  for (hsize_t i = 0; i < chunks; ++i) {
    hsize_t first = 0, bytes = 0;
    unsigned filters = 0;
    haddr_t begin = 0;
    check(H5Dget_chunk_info(dataset_.id(), space.id(), i, &first, &filters, &begin, &bytes), context);
    places.emplace_back(begin, bytes);
  }
  std::sort(places.begin(), places.end());
  return places;
}

}  // namespace genloss::storage::hdf5
