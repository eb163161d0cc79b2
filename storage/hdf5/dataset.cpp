#include <algorithm>

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
  result.dataset_ = Handle(H5Dopen2(file.id(), name.c_str(), uncached(context).id()), H5Dclose, context);
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
