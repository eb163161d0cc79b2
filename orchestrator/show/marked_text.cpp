#include "orchestrator/show/marked_text.hpp"

#include <algorithm>
#include <utility>

#include "orchestrator/show/glyphs.hpp"

namespace genloss::orchestrator::show {
namespace {

struct Signs {
  std::string_view begin, end;
  std::size_t columns = 0;  ///< of each
};

Signs signs_of(Mark mark, bool styled) {
  switch (mark) {
    case Mark::prompt:
      return styled ? Signs{"\033[1m", "\033[22m", 0} : Signs{"«", "»", 1};
    case Mark::repeat:
      return styled ? Signs{"\033[4m", "\033[24m", 0} : Signs{"[", "]", 1};
    default:
      return {};
  }
}

struct Letter {
  std::string bytes;
  std::size_t columns = 0;
  Mark mark = Mark::none;
};
struct Word {
  std::vector<Letter> letters;
  bool new_line = false;  ///< begins one
};

/// The mark of each glyph; white space at either end of a stretch is not marked.
std::vector<Mark> marks_of(const std::vector<Glyph>& glyphs, const std::vector<MarkedSpan>& spans) {
  std::vector<Mark> marks(glyphs.size(), Mark::none);
  for (const MarkedSpan& span : spans) {
    auto first = std::ranges::lower_bound(glyphs, span.begin, {}, &Glyph::at);
    auto last = std::ranges::lower_bound(glyphs, span.end, {}, &Glyph::at);
    while (first < last && first->space) ++first;
    while (first < last && (last - 1)->space) --last;
    std::fill(marks.begin() + (first - glyphs.begin()), marks.begin() + (last - glyphs.begin()), span.mark);
  }
  return marks;
}

/// Words with the signs of their marks, which are letters of their own without styles.
std::vector<Word> words_of(const std::vector<Glyph>& glyphs, const std::vector<Mark>& marks, bool styled) {
  std::vector<Word> words;
  bool between = true;
  std::size_t newlines = 0;
  for (std::size_t i = 0; i < glyphs.size(); ++i) {
    if (glyphs[i].space) {
      between = true;
      newlines += glyphs[i].newline ? 1 : 0;
      continue;
    }
    if (between) words.push_back({{}, newlines > 1 && !words.empty()});
    between = false;
    newlines = 0;
    auto& letters = words.back().letters;
    const Mark mark = marks[i];
    const bool begins = i == 0 || marks[i - 1] != mark, ends = i + 1 == glyphs.size() || marks[i + 1] != mark;
    const Signs signs = signs_of(mark, styled);
    if (signs.columns > 0 && begins) letters.push_back({std::string(signs.begin), signs.columns, mark});
    letters.push_back({glyphs[i].bytes, glyphs[i].columns, mark});
    if (signs.columns > 0 && ends) letters.push_back({std::string(signs.end), signs.columns, mark});
  }
  return words;
}

class Lines {
 public:
  explicit Lines(const Page& page) : page_(page) {}

  void add(const Word& word) {
    std::size_t columns = 0;
    for (const Letter& letter : word.letters) columns += letter.columns;
    if (word.new_line || (used_ > 0 && used_ + 1 + columns > page_.columns)) end_line();
    if (used_ > 0) {
      if (style_ != word.letters.front().mark) style(Mark::none);
      line_ += ' ';
      ++used_;
    }
    for (const Letter& letter : word.letters) {
      if (used_ > 0 && used_ + letter.columns > page_.columns) end_line();
      style(letter.mark);
      line_ += letter.bytes;
      used_ += letter.columns;
    }
  }
  std::vector<std::string> finish() {
    if (used_ > 0) end_line();
    return std::move(lines_);
  }

 private:
  void style(Mark mark) {
    if (!page_.styled || mark == style_) return;
    line_ += signs_of(style_, true).end;
    line_ += signs_of(mark, true).begin;
    style_ = mark;
  }
  void end_line() {
    style(Mark::none);
    lines_.push_back(std::exchange(line_, {}));
    used_ = 0;
  }

  Page page_;
  std::vector<std::string> lines_;
  std::string line_;
  std::size_t used_ = 0;
  Mark style_ = Mark::none;
};

}  // namespace

std::vector<std::string> wrapped(std::string_view text, const std::vector<MarkedSpan>& spans, const Page& page) {
  const auto glyphs = glyphs_of(text);
  Lines lines(page);
  for (const Word& word : words_of(glyphs, marks_of(glyphs, spans), page.styled)) lines.add(word);
  return lines.finish();
}

std::string as_utf8(std::string_view text) {
  std::string clean;
  for (const Glyph& glyph : glyphs_of(text)) {
    clean += glyph.space ? std::string(1, text[glyph.at]) : glyph.bytes;
  }
  return clean;
}

std::string legend(const Page& page) {
  return page.styled ? "bold: the prompt; underlined: what is said at least twice in a text (4 words or more)"
                     : "«prompt»; [what is said at least twice in a text, 4 words or more]";
}

}  // namespace genloss::orchestrator::show
