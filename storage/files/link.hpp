#pragma once
// Adopting sealed artefacts of another run without copying them.

#include <filesystem>

namespace genloss::storage {

/// Makes `to` (which must not exist) the same tree as `from`: folders anew, files by hard link, or by copy where the
/// file system cannot link (another device, too many links). Durable and all or nothing: it is built beside `to` and
/// renamed. Only for sealed artefacts: linked files are shared and must never be written in place.
/// @throws Error(bad_data) if `from` is not a folder or holds anything but files and folders, Error(input_output)
void link_directory(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace genloss::storage
