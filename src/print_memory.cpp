#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "llmcalc/base/units.hpp"
#include "print_parts.hpp"
#include "say.hpp"
#include "text.hpp"

namespace llmcalc {

namespace {

constexpr std::size_t kWidestBar = 24;
constexpr std::size_t kNarrowestBar = 8;
// What is less than the last digit that is printed.
constexpr double kNothing = 0.005 * kBytesPerGiB;

struct Term {
  const char* key;
  std::string_view heading;  // its letter is that of the bars
};
constexpr std::array<Term, 9> kTerms = {{{"weights", sentences::terms::kWeights},
                                         {"kvCache", sentences::terms::kKvCache},
                                         {"recurrentState", sentences::terms::kRecurrentState},
                                         {"computeBuffer", sentences::terms::kComputeBuffer},
                                         {"outputBuffer", sentences::terms::kOutputBuffer},
                                         {"draft", sentences::terms::kDraft},
                                         {"projector", sentences::terms::kProjector},
                                         {"promptCache", sentences::terms::kPromptCache},
                                         {"overhead", sentences::terms::kOverhead}}};

// A memory as it is shown: of a device, or of one that all share.
struct Row {
  std::string title;
  std::array<double, kTerms.size()> terms{};
  double total = 0;
  std::optional<double> available;
};

// With one memory for all, GPU and host are one.
std::vector<Row> rowsOf(const Json& answer) {
  const Json& devices = answer["memory"]["devices"];
  const Json& hardware = answer["hardware"];
  std::set<std::string> names;
  Lines nameOf;
  for (const Json& gpu : hardware.is_null() ? Json::array() : hardware["gpus"]) {
    nameOf.push_back(gpu["name"].is_null() ? "" : textIn(gpu, "name"));
    names.insert(nameOf.back());
  }
  std::vector<Row> rows;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    Row row;
    row.title = textIn(devices[i], "name");
    if (names.size() > 1 && i < nameOf.size() && !nameOf[i].empty()) row.title.append(" ").append(nameText(nameOf[i]));
    for (std::size_t term = 0; term < kTerms.size(); ++term) row.terms[term] = numberAt(devices[i], kTerms[term].key);
    row.total = numberAt(devices[i], "total");
    if (!answer["fit"].is_null()) {
      const Json& available = answer["fit"]["devices"][i]["available"];
      if (available.is_number()) row.available = available.get<double>();
    }
    rows.push_back(row);
  }
  if (!isShared(hardware) || rows.size() < 2) return rows;
  Row all;
  all.title = say(sentences::print::kPoolRow);
  for (const Row& row : rows) {
    for (std::size_t term = 0; term < kTerms.size(); ++term) all.terms[term] += row.terms[term];
    all.total += row.total;
  }
  all.available = rows.back().available;
  return {all};
}

// Letters for the terms of a row, as wide as its share of what is there.
std::string barOf(const Row& row, double of, std::size_t columns) {
  std::string drawn;
  double used = 0;
  for (std::size_t term = 0; term < kTerms.size(); ++term) {
    used += row.terms[term];
    const auto end = static_cast<std::size_t>(std::floor(used / of * static_cast<double>(columns) + 0.5));
    drawn.resize(std::max(drawn.size(), std::min(columns, end)), kTerms[term].heading.front());
  }
  drawn.resize(columns, '.');
  return "[" + drawn + "]" + (used > of ? "!" : " ");
}

double largestOf(const std::vector<Row>& rows) {
  double largest = 0;
  for (const Row& row : rows) largest = std::max(largest, row.total);
  return largest;
}

double roomFor(const Row& row, double largest) { return row.available.value_or(0.0) > 0.0 ? *row.available : largest; }

// Memories as a table, with bars as wide as there is room.
std::optional<Lines> memoryTable(const std::vector<Row>& rows, std::size_t width) {
  std::vector<std::size_t> shown;
  Lines head = {"GiB", ""};
  for (std::size_t term = 0; term < kTerms.size(); ++term) {
    if (std::none_of(rows.begin(), rows.end(), [&](const Row& row) { return row.terms[term] >= kNothing; })) continue;
    shown.push_back(term);
    head.emplace_back(kTerms[term].heading);
  }
  head.insert(head.end(), {say(sentences::print::kTotal), say(sentences::print::kUsableColumn)});
  const double largest = largestOf(rows);
  for (std::size_t columns = kWidestBar; columns >= kNarrowestBar; --columns) {
    std::vector<Lines> cells = {head};
    for (const Row& row : rows) {
      Lines line = {row.title, barOf(row, roomFor(row, largest), columns)};
      for (const std::size_t term : shown) line.push_back(size(row.terms[term]));
      line.push_back(size(row.total));
      line.push_back(row.available ? size(*row.available) : "-");
      cells.push_back(line);
    }
    if (auto table = tableOf(cells, width)) return table;
  }
  return std::nullopt;
}

// Of one memory, the part that the GPU may have.
Lines partLines(const Json& answer, std::size_t width) {
  const Json& hardware = answer["hardware"];
  if (answer["fit"].is_null() || !isShared(hardware) || hardware["gpus"].empty()) return {};
  const Json& gpu = answer["fit"]["devices"][0];
  return wrapped(
      say(sentences::print::kPart, {{"size", gib(numberAt(gpu, "needed"))}, {"most", gib(numberAt(gpu, "available"))}}),
      width, "  ");
}

// The same as a block for each.
Lines memoryBlocks(const std::vector<Row>& rows, std::size_t width) {
  std::size_t labels = 0;
  for (const Term& term : kTerms) labels = std::max(labels, term.heading.size());
  Lines lines;
  const double largest = largestOf(rows);
  for (const Row& row : rows) {
    const std::string total = row.available ? say(sentences::print::kTotalOf,
                                                  {{"total", size(row.total)}, {"available", gib(*row.available)}})
                                            : gib(row.total);
    add(lines, wrapped(row.title + ": " + total, width, "  "));
    std::string bar = std::string("  ").append(barOf(row, roomFor(row, largest), std::min(kWidestBar, width - 6)));
    trimEnd(bar);
    lines.push_back(bar);
    for (std::size_t term = 0; term < kTerms.size(); ++term) {
      if (row.terms[term] < kNothing) continue;
      lines.push_back("  " + padded(std::string(kTerms[term].heading), labels) + "  " +
                      padded(size(row.terms[term]), 8, true) + " GiB");
    }
  }
  return lines;
}

}  // namespace

Lines memoryLines(const Json& answer, std::size_t width) {
  const std::vector<Row> rows = rowsOf(answer);
  const auto table = memoryTable(rows, width);
  Lines lines = table ? *table : memoryBlocks(rows, width);
  add(lines, partLines(answer, width));
  return lines;
}

}  // namespace llmcalc
