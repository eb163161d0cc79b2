#include "orchestrator/report/text_table.hpp"

#include <algorithm>

namespace genloss::orchestrator {
namespace {

using Columns = std::vector<std::size_t>;

Columns widths_of(const std::vector<TableRow>& rows, const TableStyle& style) {
  Columns widths(rows.front().cells.size(), style.least);
  std::fill_n(widths.begin(), std::min(style.repeated, widths.size()), style.least_repeated);
  for (const TableRow& row : rows) {
    if (row.spans) continue;
    for (std::size_t c = 0; c < widths.size(); ++c) widths[c] = std::max(widths[c], width_of(row.cells.at(c)));
  }
  return widths;
}

/// Numbers of the columns of each block.
std::vector<Columns> blocks_of(const Columns& widths, const TableStyle& style) {
  Columns head(std::min(style.repeated, widths.size()));
  std::size_t head_width = 0, used = 0;
  for (std::size_t c = 0; c < head.size(); ++c) {
    head[c] = c;
    head_width += widths[c] + (c > 0 ? style.gap : 0);
  }
  std::vector<Columns> blocks;
  for (std::size_t c = head.size(); c < widths.size(); ++c) {
    if (blocks.empty() || (blocks.back().size() > head.size() && used + style.gap + widths[c] > style.line)) {
      blocks.push_back(head);
      used = head_width;
    }
    used += (blocks.back().empty() ? 0 : style.gap) + widths[c];
    blocks.back().push_back(c);
  }
  if (blocks.empty()) blocks.push_back(head);
  return blocks;
}

std::string line_of(const TableRow& row, const Columns& block, const Columns& widths, const TableStyle& style) {
  std::string line;
  std::size_t begin = 0;  // of the column
  std::string_view shown;
  for (const std::size_t c : block) {
    const std::string& cell = row.cells[c];
    if (!row.spans) {
      line += std::string(line.empty() && begin == 0 ? 0 : style.gap, ' ');
      line += c < style.left ? left(cell, widths[c]) : right(cell, widths[c]);
    } else if (cell != shown) {
      shown = cell;
      line = left(std::move(line), std::max(begin, width_of(line) + (line.empty() ? 0 : 1))) + cell;
    }
    begin += widths[c] + style.gap;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string left(std::string text, std::size_t width) {
  const std::size_t have = width_of(text);
  if (have < width) text.append(width - have, ' ');
  return text;
}

std::string right(const std::string& text, std::size_t width) {
  const std::size_t have = width_of(text);
  return std::string(have < width ? width - have : 0, ' ') + text;
}

std::string table_text(const std::vector<TableRow>& rows, const TableStyle& style) {
  if (rows.empty()) return {};
  const Columns widths = widths_of(rows, style);
  std::string text;
  for (const Columns& block : blocks_of(widths, style)) {
    if (!text.empty()) text += "\n\n";
    for (const TableRow& row : rows) {
      if (&row != &rows.front()) text += "\n";
      text += line_of(row, block, widths, style);
    }
  }
  return text;
}

std::string list_text(const std::vector<TableRow>& rows) {
  return table_text(rows, {.left = rows.empty() ? 0 : rows.front().cells.size()});
}

}  // namespace genloss::orchestrator
