#include "lines.hpp"

#include <algorithm>

#include "text.hpp"

namespace llmcalc {

std::size_t widthOf(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string padded(std::string text, std::size_t width, bool right) {
  const std::size_t used = widthOf(text);
  if (used < width) text.insert(right ? 0 : text.size(), width - used, ' ');
  return text;
}

void trimEnd(std::string& text) { text.erase(text.find_last_not_of(' ') + 1); }

Lines wrapped(const std::string& text, std::size_t width, const std::string& indent) {
  const std::size_t room = width - widthOf(indent);
  Lines words;
  for (std::size_t at = 0;;) {
    const std::size_t end = text.find(' ', at);
    std::string word = text.substr(at, end - at);
    for (; widthOf(word) > room; word = word.substr(beginningOf(word, room).size()))
      words.push_back(beginningOf(word, room));
    words.push_back(word);
    if (end == std::string::npos) break;
    at = end + 1;
  }
  Lines lines = {words.front()};
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string longer = lines.back() + " " + words[i];
    if (widthOf(longer) <= width) {
      lines.back() = longer;
    } else {
      lines.push_back(indent + words[i]);
    }
  }
  for (std::string& line : lines) {
    trimEnd(line);
    for (std::size_t at = line.find(kKept); at != std::string::npos; at = line.find(kKept, at)) {
      line.replace(at, kKept.size(), 1, ' ');
    }
  }
  return lines;
}

void add(Lines& lines, const Lines& more) { lines.insert(lines.end(), more.begin(), more.end()); }

std::optional<Lines> tableOf(const std::vector<Lines>& cells, std::size_t width) {
  std::vector<std::size_t> widths(cells.front().size());
  std::size_t all = 2 * (widths.size() - 1);
  for (std::size_t column = 0; column < widths.size(); ++column) {
    for (const Lines& row : cells) widths[column] = std::max(widths[column], widthOf(row[column]));
    all += widths[column];
  }
  if (all > width) return std::nullopt;
  Lines lines;
  for (const Lines& row : cells) {
    std::string line;
    for (std::size_t column = 0; column < row.size(); ++column) {
      line.append(column == 0 ? "" : "  ").append(padded(row[column], widths[column], column > 1));
    }
    trimEnd(line);
    lines.push_back(line);
  }
  return lines;
}

Lines commandLines(const std::string& command, std::size_t width) {
  if (widthOf(command) <= width) return {command};
  Lines parts;
  // " \\" is at the end of all but the last.
  const auto fits = [&](const std::string& line) { return widthOf(line) + 2 <= width; };
  for (std::size_t at = 0; at < command.size();) {
    const std::size_t end = std::min(command.find(' ', at), command.size());
    const std::string word = command.substr(at, end - at);
    const bool isValue = parts.size() > 1 && !word.starts_with("--");
    if (isValue && fits("  " + parts.back() + " " + word)) {
      parts.back() += " " + word;
    } else {
      parts.push_back(word);
    }
    at = end + 1;
  }
  Lines lines = {parts.front()};
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const std::string longer = lines.back() + " " + parts[i];
    // " \" is at the end of all but the last.
    if (widthOf(longer) + 2 <= width) {
      lines.back() = longer;
    } else {
      lines.push_back("  " + parts[i]);
    }
  }
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) lines[i] += " \\";
  return lines;
}

std::string joined(const Lines& lines, const std::string& between) {
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) text.append(i == 0 ? "" : between).append(lines[i]);
  return text;
}

}  // namespace llmcalc
