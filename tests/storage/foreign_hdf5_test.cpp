// HDF5 can take the values of a data set from anywhere: from other files by links, external storage or virtual layouts,
// and through filters that are code found at run time. A shard is none of this, and is refused by name if it is.

#include <hdf5.h>

#include "storage/corpus/shard_seal.hpp"
#include "tests/storage/corpora.hpp"
#include "tests/storage/helpers.hpp"

namespace genloss::storage {
namespace {
using namespace tests;  // NOLINT(google-build-using-namespace): helpers of this room

constexpr std::uint64_t samples = 20;

/// The data set `name` of a good shard, as HDF5 has it.
struct Original {
  hid_t type = -1;
  std::vector<std::byte> bytes;
  hsize_t size = 0;
};

Original take(hid_t file, const std::string& name) {
  Original original;
  const hid_t set = H5Dopen2(file, name.c_str(), H5P_DEFAULT), space = H5Dget_space(set);
  original.type = H5Dget_type(set);
  H5Sget_simple_extent_dims(space, &original.size, nullptr);
  original.bytes.resize(original.size * H5Tget_size(original.type));
  H5Dread(set, original.type, H5S_ALL, H5S_ALL, H5P_DEFAULT, original.bytes.data());
  H5Sclose(space);
  H5Dclose(set);
  return original;
}

/// A data set of the same values, stored as `creation` says.
void put(hid_t file, const std::string& name, const Original& original, hid_t creation) {
  const hid_t space = H5Screate_simple(1, &original.size, nullptr);
  const hid_t set = H5Dcreate2(file, name.c_str(), original.type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
  ASSERT_GE(set, 0);
  if (H5Pget_layout(creation) != H5D_VIRTUAL) {
    ASSERT_GE(H5Dwrite(set, original.type, H5S_ALL, H5S_ALL, H5P_DEFAULT, original.bytes.data()), 0);
  }
  H5Dclose(set);
  H5Sclose(space);
}

using Disguise = std::function<void(hid_t file, const std::string& name, const Original& original, hid_t creation)>;

struct Case {
  std::string what, words;  ///< a part of the refusal
  Disguise disguise;
};

/// `source` is a good shard elsewhere, whose data sets have the same names.
std::vector<Case> cases(const TemporaryFolder& elsewhere, const std::string& source) {
  const auto filtered = [](auto add) {
    return [add](hid_t file, const std::string& name, const Original& original, hid_t creation) {
      H5Pset_chunk(creation, 1, &original.size);
      add(creation);
      put(file, name, original, creation);
    };
  };
  return {
      {"external link", "is an external link",
       [=](hid_t file, const std::string& name, const Original&, hid_t) {
         H5Lcreate_external(source.c_str(), name.c_str(), file, name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
       }},
      {"soft link", "is a soft link",
       [](hid_t file, const std::string& name, const Original& original, hid_t creation) {
         put(file, "elsewhere", original, creation);
         H5Lcreate_soft("/elsewhere", file, name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
       }},
      {"soft link through an external one", "is a soft link",
       [=](hid_t file, const std::string& name, const Original&, hid_t) {
         H5Lcreate_external(source.c_str(), "/", file, "out", H5P_DEFAULT, H5P_DEFAULT);
         H5Lcreate_soft(("/out/" + name).c_str(), file, name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
       }},
      {"external storage", "lies in external files",
       [&](hid_t file, const std::string& name, const Original& original, hid_t creation) {
         H5Pset_external(creation, (elsewhere / (name + ".raw")).c_str(), 0, original.bytes.size());
         put(file, name, original, creation);
       }},
      {"virtual layout", "has a virtual layout",
       [=](hid_t file, const std::string& name, const Original& original, hid_t creation) {
         const hid_t space = H5Screate_simple(1, &original.size, nullptr);
         H5Pset_virtual(creation, space, source.c_str(), name.c_str(), space);
         put(file, name, original, creation);
         H5Sclose(space);
       }},
      {"compact layout", "neither contiguous nor chunked",
       [](hid_t file, const std::string& name, const Original& original, hid_t creation) {
         H5Pset_layout(creation, H5D_COMPACT);
         put(file, name, original, creation);
       }},
      {"deflate", "through a filter (deflate)", filtered([](hid_t creation) { H5Pset_deflate(creation, 1); })},
      {"shuffle", "through a filter (shuffle)", filtered([](hid_t creation) { H5Pset_shuffle(creation); })},
      {"checksums", "through a filter (fletcher32)", filtered([](hid_t creation) { H5Pset_fletcher32(creation); })},
      {"nothing", "is not there", [](hid_t, const std::string&, const Original&, hid_t) {}},
  };
}

/// Replaces the data set `name` of the sealed shard `path`, and seals it again: the seal is no secret.
void replace(const std::filesystem::path& path, const std::string& name, const Disguise& disguise) {
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS), creation = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST);
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, access);
  ASSERT_GE(file, 0);
  const Original original = take(file, name);
  ASSERT_GE(H5Ldelete(file, name.c_str(), H5P_DEFAULT), 0);
  disguise(file, name, original, creation);
  H5Tclose(original.type);
  H5Pclose(creation);
  ASSERT_GE(H5Fclose(file), 0);
  H5Pclose(access);
  append_shard_seal(path, {});
}

/// All that a reader does with a shard.
void read_all(const std::filesystem::path& path) {
  const ShardReader shard(path);
  (void)shard.column("prompt_length");
  (void)shard.column("log_probability");
  (void)shard.content_digest();
}

TEST(foreign_hdf5, is_refused_by_name_whatever_data_set_is_not_plainly_there) {
  const TemporaryFolder source, elsewhere;
  write_shard(source.path(), 0, samples);
  for (const std::string name : {"values", "offsets", "prompt_length", "log_probability"}) {
    for (const auto& [what, words, disguise] : cases(elsewhere, shard_path(source.path(), 0).string())) {
      SCOPED_TRACE(name + " as " + what);
      const TemporaryFolder folder;
      write_shard(folder.path(), 0, samples);
      const auto path = shard_path(folder.path(), 0);
      replace(path, name, disguise);
      expect_error(ExitCode::bad_data, {"000000.h5", "'" + name + "'", words}, [&] { read_all(path); });
    }
  }
}

TEST(foreign_hdf5, is_read_where_it_is_plain) {
  const TemporaryFolder folder;
  write_shard(folder.path(), 0, samples);
  const auto path = shard_path(folder.path(), 0);
  replace(path, "log_probability", put);
  EXPECT_NO_THROW(read_all(path));
}

}  // namespace
}  // namespace genloss::storage
