#include "jobs/chains.hpp"

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include "jobs/error.hpp"
#include "jobs/option_values.hpp"
#include "jobs/study_file.hpp"

namespace genloss::jobs {
namespace {

[[noreturn]] void refuse(const std::string& where, const std::string& name, const std::string& cause,
                         const std::string& hint) {
  throw Error(ExitCode::usage, "read study", where + ", arm " + name, cause, hint);
}

/// A name is a folder and a column of tables.
bool may_be_a_name(const std::string& name) {
  const auto fits = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
  };
  return !name.empty() && name.size() <= 64 && name.front() != '.' && name.front() != '-' &&
         std::all_of(name.begin(), name.end(), fits);
}

bool belongs_to_the_study(const std::string& option) {
  return option.rfind("study.", 0) == 0 || option.rfind("runtime.", 0) == 0 || option.rfind("arms.", 0) == 0;
}

}  // namespace

void set_arm(StudySpec& study, const std::string& name, const std::string& text, const std::string& where) {
  if (!may_be_a_name(name)) {
    refuse(where, "'" + name + "'", "the name of an arm is a folder too",
           "use letters, digits, '-', '_' and '.', at most 64 of them");
  }
  Arm arm{name, {}};
  StudySpec scratch;
  std::vector<std::string> words;
  try {
    words = words_of(text);
  } catch (const std::invalid_argument& e) {
    refuse(where, name, e.what(), "end the value with a quote");
  }
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos) {
      refuse(where, name, "'" + word + "' is not an option", "options are section.key=value, with blanks between them");
    }
    const std::string option = word.substr(0, equals), value = word.substr(equals + 1);
    if (belongs_to_the_study(option)) {
      refuse(where, name, option + " holds for the whole study", "set it outside [arms]");
    }
    set_option(scratch, option, value, where + ", arm " + name);
    arm.options.emplace_back(option, value);
  }
  const auto there = std::find_if(study.arms.begin(), study.arms.end(), [&](const Arm& a) { return a.name == name; });
  if (there == study.arms.end()) {
    study.arms.push_back(std::move(arm));
  } else {
    *there = std::move(arm);
  }
}

std::string arm_text(const Arm& arm) {
  std::string text;
  for (const auto& [option, value] : arm.options) text += (text.empty() ? "" : " ") + quoted_word(option + "=" + value);
  return text;
}

std::string chain_folder(const std::string& arm, std::uint64_t seed) {
  return (arm.empty() ? "" : arm + "/") + "seed-" + std::to_string(seed);
}

std::vector<Chain> chains_of(const StudySpec& study) {
  const std::vector<Arm> arms = study.arms.empty() ? std::vector<Arm>{{}} : study.arms;
  std::vector<Chain> chains;
  for (const Arm& arm : arms) {
    for (int i = 0; i < study.study.seeds; ++i) {
      Chain chain{arm.name, study, {}, {}, {}};
      chain.spec.arms.clear();
      chain.spec.study.seeds = 1;
      chain.spec.study.repetition = study.study.repetition + i;
      for (const auto& [option, value] : arm.options) set_option(chain.spec, option, value, "arm " + arm.name);
      if (!study.arms.empty() || study.study.seeds > 1) {
        const std::string seed = std::to_string(chain.spec.study.chain_seed());
        chain.name = (arm.name.empty() ? "" : arm.name + " ") + "seed " + seed;
        chain.title = study.study.seeds > 1 ? chain.name : arm.name;
        chain.folder = chain_folder(arm.name, chain.spec.study.chain_seed());
      }
      chains.push_back(std::move(chain));
    }
  }
  return chains;
}

std::string titles_of(const std::vector<Chain>& chains, const std::vector<int>& some) {
  if (some.size() > 1 && some.size() == chains.size()) return "all chains";
  std::string text;
  for (const int i : some) text += (text.empty() ? "" : ", ") + chains[static_cast<std::size_t>(i)].title;
  return text;
}

std::vector<Chain> selected(std::vector<Chain> chains, const std::string& arm, std::optional<std::uint64_t> seed) {
  const auto outside = [&](const Chain& chain) {
    return (!arm.empty() && chain.arm != arm) || (seed && chain.spec.study.chain_seed() != *seed);
  };
  std::string there;
  for (const Chain& chain : chains) there += (there.empty() ? "" : ", ") + (chain.name.empty() ? "one" : chain.name);
  chains.erase(std::remove_if(chains.begin(), chains.end(), outside), chains.end());
  if (chains.empty()) {
    throw Error(ExitCode::usage, "choose chains",
                (arm.empty() ? "" : "arm " + arm + " ") + (seed ? "seed " + std::to_string(*seed) : ""),
                "the study has no such chain", "its chains: " + there);
  }
  return chains;
}

}  // namespace genloss::jobs
