#pragma once
// What the models of a run write, as people read it. Needs the run alone: not the human text it was made from.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jobs/study_spec.hpp"
#include "storage/corpus/element_type.hpp"

namespace genloss::workers {

/// A prompt, and the place of the random numbers that continue it: those that drew sample `sample` of generation
/// `generation` of a study with this seed. The same place for every model makes them comparable word by word.
struct Start {
  std::vector<std::int32_t> prompt;  ///< may be empty: the begin of a document
  std::uint64_t seed = 0, sample = 0;
  int generation = 0;
};

struct Continuation {
  std::string text;  ///< what was drawn, as bytes; the last character may be cut
  std::uint64_t tokens = 0;
  double log_probability = 0;  ///< natural logarithm, of all that was drawn, the end token too, at temperature 1
  bool ended = false;          ///< by the model, not by the limit
};

/// Local.
class Reading {
 public:
  virtual ~Reading() = default;
  /// Stored values of a corpus as tokens.
  [[nodiscard]] virtual std::vector<std::int32_t> tokens(std::span<const std::byte> stored,
                                                         storage::ElementType type) const = 0;
  /// Bytes of tokens; a model may write what is no UTF-8.
  [[nodiscard]] virtual std::string text(std::span<const std::int32_t> tokens) const = 0;
  [[nodiscard]] virtual std::vector<std::int32_t> tokens(std::string_view text) const = 0;

  /// Continues `start` by the model in a directory, drawn as samples are, with the study's [sampling] options.
  /// @param limit tokens to draw at most; fewer where the context ends
  [[nodiscard]] virtual Continuation continued(const std::filesystem::path& model, const Start& start,
                                               int limit) const = 0;

  /// Names that value() knows.
  [[nodiscard]] virtual std::vector<std::string> measures() const = 0;
  /// A sample's own value of a measure, and whether more of it is worse; nothing where the text is too short to tell.
  struct Value {
    double value = 0;
    bool more_is_worse = true;
  };
  [[nodiscard]] virtual std::optional<Value> value(std::string_view measure, const std::string& text) const = 0;
};

/// How to read what a study of this kind writes. @param tokenizer directory of its tokenizer.json
/// @throws Error(usage) where samples are not text; Error(bad_data) if the tokenizer cannot be read
[[nodiscard]] std::unique_ptr<Reading> make_reading(const jobs::StudySpec& spec,
                                                    const std::filesystem::path& tokenizer);

}  // namespace genloss::workers
