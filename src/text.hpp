// Text that comes from elsewhere: arguments, names of files, strings of specs. All of it is UTF-8 once validText() has
// seen it, and reaches a terminal through printable().
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace llmcalc {

// `text` with U+FFFD where it is no UTF-8, as JavaScript decodes it.
[[nodiscard]] std::string validText(std::string_view text);

// The first `units` of UTF-16, as JavaScript counts.
[[nodiscard]] std::string beginningOf(std::string_view text, std::size_t units);

// Without spaces before and behind, those of Unicode too: String.prototype.trim.
[[nodiscard]] std::string_view trimmed(std::string_view text);

// Letters of ASCII in lower case.
[[nodiscard]] std::string lowered(std::string_view text);

// `value`, which is not below zero, with so many digits after the point: Number.prototype.toFixed, halves upwards.
[[nodiscard]] std::string toFixed(double value, int digits);

// A size as answers have it: "4.58 GiB".
[[nodiscard]] std::string gib(double bytes);

// Without what steers a terminal or is not seen: controls, marks of format and direction, separators of lines. Names
// are a file's to choose. The rule is that of js/cli/print.js.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace llmcalc
