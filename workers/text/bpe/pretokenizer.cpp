#include "workers/text/bpe/pretokenizer.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <string>

#include "jobs/error.hpp"
#include "storage/human/text_check.hpp"

namespace genloss::workers {
namespace {

// \s spelled out: PCRE2's own also counts U+180E, which is no white space since Unicode 6.3.
#define WHITE "\\t-\\r\\x20\\x85\\xa0\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}"
constexpr std::string_view rule =
    "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^" WHITE "\\p{L}\\p{N}]+|[" WHITE "]+(?![^" WHITE "])|[" WHITE "]+";
#undef WHITE

[[noreturn]] void fail(const std::string& cause) {
  throw Error(ExitCode::internal, "cut text into words", "by PCRE2", cause, "is there memory left?");
}

std::string message_of(int code) {
  unsigned char text[256] = {};
  pcre2_get_error_message(code, text, sizeof text);
  return reinterpret_cast<const char*>(text);
}

struct Free {
  void operator()(pcre2_code* p) const noexcept { pcre2_code_free(p); }
  void operator()(pcre2_match_data* p) const noexcept { pcre2_match_data_free(p); }
};

}  // namespace

struct Pretokenizer::State {
  std::unique_ptr<pcre2_code, Free> code;
  std::unique_ptr<pcre2_match_data, Free> match;
  bool compiled = false;  // to machine code
};

Pretokenizer::Pretokenizer() : state_(std::make_unique<State>()) {
  int error = 0;
  std::size_t at = 0;
  state_->code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(rule.data()), rule.size(),
                                   PCRE2_UTF | PCRE2_UCP | PCRE2_ANCHORED, &error, &at, nullptr));
  if (!state_->code) fail(message_of(error));
  state_->match.reset(pcre2_match_data_create_from_pattern(state_->code.get(), nullptr));
  if (!state_->match) fail("no memory");
  state_->compiled = pcre2_jit_compile(state_->code.get(), PCRE2_JIT_COMPLETE) == 0;  // else the slower interpreter
}
Pretokenizer::~Pretokenizer() = default;
Pretokenizer::Pretokenizer(Pretokenizer&&) noexcept = default;
Pretokenizer& Pretokenizer::operator=(Pretokenizer&&) noexcept = default;

std::size_t Pretokenizer::well_formed(std::string_view text) noexcept {
  std::size_t length = 0;
  while (const auto bad = storage::find_non_text(text.substr(length))) {
    length += *bad;
    if (text[length] != '\0') return length;
    ++length;
  }
  return text.size();
}

std::size_t Pretokenizer::end_of_word(std::string_view text, std::size_t begin) {
  // UTF-8 was checked once for all words: PCRE2 would check the rest of the text at every one.
  const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.data());
  State& s = *state_;
  const int found =
      s.compiled
          ? pcre2_jit_match(s.code.get(), subject, text.size(), begin, PCRE2_NO_UTF_CHECK, s.match.get(), nullptr)
          : pcre2_match(s.code.get(), subject, text.size(), begin, PCRE2_NO_UTF_CHECK, s.match.get(), nullptr);
  if (found < 1) fail(message_of(found));
  return pcre2_get_ovector_pointer(s.match.get())[1];
}

}  // namespace genloss::workers
