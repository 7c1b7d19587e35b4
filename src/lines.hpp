// Text that keeps to the width of a screen: paragraphs and tables. js/cli/layout.js does the same, with colours.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc {

using Lines = std::vector<std::string>;

// A space that no line is broken at; it is printed as any other.
inline constexpr std::string_view kKept = "\u00a0";

// Columns of a text; names of the catalogue and what is said of them have one for each character.
[[nodiscard]] std::size_t widthOf(std::string_view text);

[[nodiscard]] std::string padded(std::string text, std::size_t width, bool right = false);

void trimEnd(std::string& text);

// Lines of a paragraph; `indent` is of all but the first.
[[nodiscard]] Lines wrapped(const std::string& text, std::size_t width, const std::string& indent = {});

void add(Lines& lines, const Lines& more);

[[nodiscard]] std::string joined(const Lines& lines, const std::string& between);

// Cells in columns, two spaces between them; the first two to the left. None where the screen is too narrow.
[[nodiscard]] std::optional<Lines> tableOf(const std::vector<Lines>& cells, std::size_t width);

// The command by its options, each with its value, on lines that run as they are when they are pasted. No word of it is
// quoted here.
[[nodiscard]] Lines commandLines(const std::string& command, std::size_t width);

}  // namespace llmcalc
