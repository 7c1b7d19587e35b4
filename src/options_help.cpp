#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "options.hpp"
#include "options_data.hpp"

namespace llmcalc {

namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kIndent = 2;

// Words of a text, of which the first line begins at the column `indent` and the next ones with as many spaces.
std::string wrapped(std::string_view text, std::size_t indent) {
  std::string lines;
  std::size_t column = indent;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string_view word = text.substr(at, end - at);
    if (column > indent && column + 1 + word.size() > kWidth) {
      lines.append("\n").append(indent, ' ');
      column = indent;
    } else if (column > indent) {
      lines += ' ';
      ++column;
    }
    lines += word;
    column += word.size();
    at = end + 1;
  }
  return lines;
}

std::string row(std::string_view term, std::string_view help, std::size_t column) {
  std::string line(kIndent, ' ');
  line.append(term).append(column - kIndent - term.size(), ' ');
  return line.append(wrapped(help, column)).append("\n");
}

}  // namespace

// As the npm tool's commander lays out its help.
std::string helpOfOptions() {
  std::size_t longest = 0;
  for (const OptionRow& option : optionRows()) longest = std::max(longest, option.term.size());
  const std::size_t column = kIndent + longest + kIndent;
  std::string text = "Usage: llmcalc plan [options] <model>\n\n";
  text.append(wrapped(planCommand().help, 0)).append("\n\nArguments:\n");
  text.append(row("model", planCommand().model, column));
  std::string_view heading;
  for (const OptionRow& option : optionRows()) {
    if (option.heading.empty()) continue;
    if (option.heading != heading) text.append("\n").append(option.heading).append("\n");
    heading = option.heading;
    text.append(row(option.term, option.help, column));
  }
  return text;
}

}  // namespace llmcalc
