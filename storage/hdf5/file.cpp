#include "storage/hdf5/file.hpp"

#include <fcntl.h>

#include <algorithm>

namespace genloss::storage::hdf5 {
namespace {

/// HDF5's own clean-up at exit crashes on a file whose last write failed (disk full): every file here is closed by its
/// owner, so it is not needed. Has to be said before the first use of the library, hence here.
[[maybe_unused]] const bool no_clean_up_at_exit = H5dont_atexit() >= 0;

Handle access_properties(const Context& context) {
  Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, context);
  check(H5Pset_libver_bounds(access.id(), H5F_LIBVER_EARLIEST, H5F_LIBVER_V18), context);
  check(H5Pset_file_locking(access.id(), /*use_file_locking=*/false, /*ignore_when_disabled=*/true), context);
  check(H5Pset_fclose_degree(access.id(), H5F_CLOSE_STRONG), context);
  return access;
}

void quiet() {
  static const bool done = H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr) >= 0;
  (void)done;
}

Handle open_attribute(const Handle& file, const char* name, const Context& context) {
  const bool there = check(H5Aexists(file.id(), name), context) > 0;
  if (!there) {
    throw Error(context.code, context.operation, context.path.string(),
                "has no root attribute '" + std::string(name) + "'", "it is not a genloss shard, or damaged");
  }
  return {H5Aopen(file.id(), name, H5P_DEFAULT), H5Aclose, context};
}

}  // namespace

Handle create_file(const Context& context) {
  quiet();
  const Handle access = access_properties(context);
  Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose, context);
  check(H5Pset_obj_track_times(creation.id(), false), context);
  return {H5Fcreate(context.path.c_str(), H5F_ACC_TRUNC, creation.id(), access.id()), H5Fclose, context};
}

Handle open_file(const Context& context) {
  quiet();
  const Handle access = access_properties(context);
  // No buffer of HDF5's own: what is compared with a checksum is what lies in the file now.
  check(H5Pset_sieve_buf_size(access.id(), 0), context);
  return {H5Fopen(context.path.c_str(), H5F_ACC_RDONLY, access.id()), H5Fclose, context};
}

void flush(const Handle& file, const Context& context) {
  check(H5Fflush(file.id(), H5F_SCOPE_GLOBAL), context);
#ifdef SYNC_FILE_RANGE_WRITE
  void* descriptor = nullptr;
  if (H5Fget_vfd_handle(file.id(), H5P_DEFAULT, &descriptor) >= 0 && descriptor != nullptr) {
    (void)::sync_file_range(*static_cast<int*>(descriptor), 0, 0, SYNC_FILE_RANGE_WRITE);
  }
#endif
}

void write_attribute(const Handle& file, const char* name, const std::string& text, const Context& context) {
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose, context);
  check(H5Tset_size(type.id(), text.size() + 1), context);
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose, context);
  const Handle attribute(H5Acreate2(file.id(), name, type.id(), space.id(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
                         context);
  check(H5Awrite(attribute.id(), type.id(), text.c_str()), context);
}

void write_attribute(const Handle& file, const char* name, std::uint64_t number, const Context& context) {
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose, context);
  const Handle attribute(H5Acreate2(file.id(), name, H5T_STD_U64LE, space.id(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
                         context);
  check(H5Awrite(attribute.id(), H5T_NATIVE_UINT64, &number), context);
}

std::string read_text_attribute(const Handle& file, const char* name, const Context& context) {
  const Handle attribute = open_attribute(file, name, context);
  const Handle type(H5Aget_type(attribute.id()), H5Tclose, context);
  const std::size_t size = H5Tget_size(type.id());
  const Handle space(H5Aget_space(attribute.id()), H5Sclose, context);
  constexpr std::size_t most = std::size_t{1} << 16;  // attributes live in the object header, which is smaller
  const bool plain = H5Tget_class(type.id()) == H5T_STRING && H5Tis_variable_str(type.id()) == 0 && size <= most &&
                     H5Sget_simple_extent_npoints(space.id()) == 1;
  if (!plain) {
    throw Error(context.code, context.operation, context.path.string(),
                "root attribute '" + std::string(name) + "' is not a text", "the file is damaged");
  }
  std::string text(size + 1, '\0');
  check(H5Aread(attribute.id(), type.id(), text.data()), context);
  text.resize(text.find('\0'));
  return text;
}

std::uint64_t read_number_attribute(const Handle& file, const char* name, const Context& context) {
  const Handle attribute = open_attribute(file, name, context);
  const Handle type(H5Aget_type(attribute.id()), H5Tclose, context);
  const Handle space(H5Aget_space(attribute.id()), H5Sclose, context);
  if (check(H5Tequal(type.id(), H5T_STD_U64LE), context) <= 0 || H5Sget_simple_extent_npoints(space.id()) != 1) {
    throw Error(context.code, context.operation, context.path.string(),
                "root attribute '" + std::string(name) + "' is not a number", "the file is damaged");
  }
  std::uint64_t number = 0;
  check(H5Aread(attribute.id(), H5T_NATIVE_UINT64, &number), context);
  return number;
}

}  // namespace genloss::storage::hdf5
