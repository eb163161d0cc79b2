#pragma once
// The one printer of tables.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace genloss::orchestrator {

/// Columns that a terminal is taken to have.
inline constexpr std::size_t line_width = 98;

/// Columns of a terminal that a text takes: "±" is two bytes and one column.
[[nodiscard]] std::size_t width_of(std::string_view text);
/// Text before blanks, `width` columns in all.
[[nodiscard]] std::string left(std::string text, std::size_t width);
/// Text behind blanks.
[[nodiscard]] std::string right(const std::string& text, std::size_t width);

struct TableRow {
  std::vector<std::string> cells;  ///< as many in every row
  /// A cell is a heading of the columns from its own on, up to the next one that differs: it is as wide as it needs.
  bool spans = false;
};

struct TableStyle {
  std::size_t left = 0;                       ///< so many columns are set to the left, those behind them to the right
  std::size_t repeated = 0;                   ///< so many columns stand at the left of every block
  std::size_t gap = 2;                        ///< blanks between columns
  std::size_t least_repeated = 0, least = 0;  ///< least widths of repeated columns, and of others
  std::size_t line = static_cast<std::size_t>(-1);  ///< longer lines are cut into blocks of as many columns as fit
};

/// Rows as lines, columns as wide as their widest cell, without blanks at the ends of lines and without a newline at
/// the end. Blocks are an empty line apart.
[[nodiscard]] std::string table_text(const std::vector<TableRow>& rows, const TableStyle& style);
/// Every column but the last set to the left, as for lists of things.
[[nodiscard]] std::string list_text(const std::vector<TableRow>& rows);

}  // namespace genloss::orchestrator
