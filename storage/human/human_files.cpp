#include "storage/human/human_files.hpp"

#include <algorithm>
#include <system_error>

#include "jobs/error.hpp"
#include "jobs/heartbeat.hpp"
#include "storage/human/text_check.hpp"

namespace genloss::storage {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::string_view blank = " \t\r\f\v";

[[noreturn]] void refuse_file(const fs::path& path, std::string cause, std::string hint = {}) {
  throw Error(ExitCode::bad_data, "import human text", path.string(), std::move(cause), std::move(hint));
}

HumanFile open_file(const fs::path& path, std::string name) {
  HumanFile file{std::move(name), path, MappedFile(path), 0, {}};
  const std::string_view text = file.map.text();
  if (const auto at = find_non_text(text)) {
    if (text[*at] == '\0')
      refuse_file(path, "NUL at byte offset " + std::to_string(*at),
                  "is it a binary file? UTF-16 text looks like this, too");
    refuse_file(path, "not UTF-8 at byte offset " + std::to_string(*at),
                "convert it, for example: iconv -f LATIN1 -t UTF-8");
  }
  if (text.starts_with(byte_order_mark)) file.begin = byte_order_mark.size();
  if (text.find_first_not_of(std::string(blank) + "\n", file.begin) == std::string_view::npos) {
    refuse_file(path, "the file is empty");
  }
  for (auto rest = file.map.bytes(); !rest.empty(); rest = rest.subspan(std::min(rest.size(), human_block_bytes))) {
    file.checks.push_back(crc32c(rest.first(std::min(rest.size(), human_block_bytes))));
    beat("read human text");
  }
  return file;
}

std::vector<fs::path> text_files_of(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (auto entry = fs::directory_iterator(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    if (entry->is_regular_file() && entry->path().extension() == ".txt") paths.push_back(entry->path());
  }
  if (error) throw_errno("list", folder, error.value());
  std::sort(paths.begin(), paths.end());
  return paths;
}

/// Where the line that begins at `begin` ends, behind its newline.
std::size_t line_end(std::string_view text, std::size_t begin) {
  const std::size_t newline = text.find('\n', begin);
  return newline == std::string_view::npos ? text.size() : newline + 1;
}

bool is_blank(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  return line.find_first_not_of(blank) == std::string_view::npos;
}

/// End of the document that begins at `begin`: behind the first run of blank lines that begins after `bytes` bytes.
std::size_t document_end(std::string_view text, std::size_t begin, std::uint64_t bytes) {
  if (text.size() - begin <= bytes) return text.size();
  bool after_blank = false;
  // The line that the limit falls into is not blank, or has begun before it.
  for (std::size_t at = line_end(text, begin + bytes - 1); at < text.size();) {
    const std::size_t end = line_end(text, at);
    const bool blank_line = is_blank(text.substr(at, end - at));
    if (after_blank && !blank_line) return at;
    after_blank = after_blank || blank_line;
    at = end;
  }
  return text.size();
}

}  // namespace

std::vector<HumanFile> open_human_files(const fs::path& source) {
  std::error_code error;
  std::vector<HumanFile> files;
  if (fs::is_directory(source, error)) {
    for (const fs::path& path : text_files_of(source)) files.push_back(open_file(path, path.filename().string()));
    if (files.empty()) refuse_file(source, "the folder holds no *.txt file");
  } else if (fs::is_regular_file(source, error)) {
    files.push_back(open_file(source, source.filename().string()));
  } else {
    refuse_file(source, "there is no such file or folder", "set data.source to a UTF-8 text file or a folder of *.txt");
  }
  return files;
}

HumanFile map_human_file(const fs::path& path, std::uint64_t bytes) {
  HumanFile file{path.filename().string(), path, MappedFile(path), 0, {}};
  if (file.map.bytes().size() != bytes) refuse_file(path, "it has another size than the first rank sees");
  return file;
}

std::string_view HumanFile::checked(std::uint64_t first, std::uint64_t length) const {
  const auto bytes = map.bytes();
  const std::uint64_t end = first + length;
  for (std::uint64_t block = first / human_block_bytes; block * human_block_bytes < end; ++block) {
    const auto part = bytes.subspan(block * human_block_bytes);
    if (crc32c(part.first(std::min(part.size(), human_block_bytes))) == checks.at(block)) continue;
    throw Error(ExitCode::input_output, "read human text", path.string(),
                "it has changed since this program read it first, at or behind byte " +
                    std::to_string(block * human_block_bytes),
                "run the same command again: a copy in the store that is damaged is then made anew from data.source");
  }
  return map.text().substr(first, length);
}

TextDigest::TextDigest() { hash_.text("genloss human files 1"); }

void TextDigest::add(std::string_view name, const MappedFile& file) {
  hash_.text(name).number(file.bytes().size()).bytes(file.bytes());
}

std::string stem_of(const std::string& name) { return fs::path(name).stem().string(); }

std::vector<std::pair<std::uint64_t, std::uint64_t>> cut_paragraphs(std::string_view text,
                                                                    std::uint64_t document_bytes) {
  const std::uint64_t bytes = std::max<std::uint64_t>(document_bytes, 1);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> documents;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = document_end(text, begin, bytes);
    documents.emplace_back(begin, end - begin);
    begin = end;
  }
  if (documents.size() > 1 && documents.back().second < bytes / 2) {
    const std::uint64_t last = documents.back().second;
    documents.pop_back();
    documents.back().second += last;
  }
  return documents;
}

}  // namespace genloss::storage
