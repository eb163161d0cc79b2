#include "orchestrator/commands/words.hpp"

#include <algorithm>
#include <charconv>

#include "jobs/error.hpp"

namespace genloss::orchestrator {

bool take_flag(Words& words, std::string_view flag) {
  const auto at = std::find(words.begin(), words.end(), flag);
  if (at == words.end()) return false;
  words.erase(at);
  return true;
}

std::string take_option(Words& words, std::string_view option) {
  for (auto at = words.begin(); at != words.end(); ++at) {
    const std::string word = *at;
    if (word == option) {
      if (at + 1 == words.end()) throw Error(ExitCode::usage, "read", std::string(option), "its value is missing");
      std::string value = *(at + 1);
      words.erase(at, at + 2);
      return value;
    }
    if (word.rfind(std::string(option) + "=", 0) == 0) {
      words.erase(at);
      return word.substr(option.size() + 1);
    }
  }
  return {};
}

std::string only_word(const Words& words, std::string_view command, std::string_view what) {
  if (words.size() == 1 && words.front().rfind("--", 0) != 0) return words.front();
  std::string cause = "give " + std::string(what);
  if (words.size() > 1 || (!words.empty() && words.front().rfind("--", 0) == 0)) {
    cause = "'" + words.back() + "' is not understood";
  }
  throw Error(ExitCode::usage, "run", "genloss " + std::string(command), cause,
              "`genloss help " + std::string(command) + "` shows how it is used");
}

std::optional<std::uint64_t> take_whole_number(Words& words, std::string_view option, std::uint64_t least,
                                               std::uint64_t most) {
  const std::string text = take_option(words, option);
  if (text.empty()) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < least || number > most) {
    throw Error(
        ExitCode::usage, "read", std::string(option),
        "'" + text + "' is not a whole number between " + std::to_string(least) + " and " + std::to_string(most));
  }
  return number;
}

std::optional<double> take_number(Words& words, std::string_view option, std::string_view unit) {
  const std::string text = take_option(words, option);
  if (text.empty()) return std::nullopt;
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !(number > 0) || number > 1e9) {
    throw Error(ExitCode::usage, "read", std::string(option), "'" + text + "' is not a number of " + std::string(unit));
  }
  return number;
}

std::string take_study(Words& words, std::string_view command, std::string_view options) {
  const auto study =
      std::find_if(words.begin(), words.end(), [](const auto& word) { return word.rfind("--", 0) != 0; });
  const std::string name(command);
  if (study == words.end()) {
    throw Error(ExitCode::usage, "run", "genloss " + name, "give a study file",
                "e.g. `genloss " + name + " jobs/tiny.ini" + (options.empty() ? "" : " ") + std::string(options) +
                    "`; `genloss help " + name + "` tells more");
  }
  std::string file = *study;
  words.erase(study);
  return file;
}

}  // namespace genloss::orchestrator
