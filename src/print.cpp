#include "print.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "hardware.hpp"
#include "llmcalc/base/result.hpp"
#include "text.hpp"

namespace llmcalc {

namespace {

using Lines = std::vector<std::string>;

constexpr std::size_t kWidestBar = 24;
constexpr std::size_t kNarrowestBar = 8;
// What is less than the last digit that is printed.
constexpr double kNothing = 0.005 * kGiB;
constexpr std::size_t kLongestName = 120;
constexpr std::size_t kNamesWidth = 13;  // columns of the names of speeds
constexpr std::size_t kWidestCurve = 32;
constexpr std::size_t kCurveSteps = 8;

// Columns of a text; names of the catalogue and what is said of them have one for each character.
std::size_t widthOf(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string padded(std::string text, std::size_t width, bool right = false) {
  const std::size_t used = widthOf(text);
  if (used < width) text.insert(right ? 0 : text.size(), width - used, ' ');
  return text;
}

void trimEnd(std::string& text) { text.erase(text.find_last_not_of(' ') + 1); }

// Lines of a paragraph; `indent` is of all but the first.
Lines wrapped(const std::string& text, std::size_t width, const std::string& indent = {}) {
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
  for (std::string& line : lines) trimEnd(line);
  return lines;
}

void add(Lines& lines, const Lines& more) { lines.insert(lines.end(), more.begin(), more.end()); }

std::string nameText(const std::string& name) {
  const std::string clean = printable(name);
  const std::string beginning = beginningOf(clean, kLongestName);
  return beginning.size() == clean.size() ? clean : beginningOf(clean, kLongestName - 4) + " ...";
}

std::string size(double bytes) { return toFixed(bytes / kGiB, 2); }
std::string textIn(const Json& json, const char* key) { return json[key].get<std::string>(); }
double numberAt(const Json& json, const char* key) { return json[key].is_number() ? json[key].get<double>() : 0.0; }
std::string countIn(const Json& json, const char* key) { return formatNumber(numberAt(json, key)); }

std::string billions(double count) {
  return count >= 1e9 ? toFixed(count / 1e9, 2) + " B" : toFixed(count / 1e6, 0) + " M";
}

// Three digits, as far as there are that many.
std::string digits(double value) { return toFixed(value, value < 1.0 ? 2 : value < 100.0 ? 1 : 0); }

std::string bandText(const Json& band, const std::string& unit, double scale = 1.0) {
  const auto part = [&](const char* name) { return digits(numberAt(band, name) * scale); };
  return part("p50") + " " + unit + " (" + part("p10") + " to " + part("p90") + ")";
}

std::string timeText(const Json& seconds) {
  return numberAt(seconds, "p50") < 1.0 ? bandText(seconds, "ms", 1000.0) : bandText(seconds, "s");
}

struct Term {
  const char* key;
  std::string_view heading;  // its letter is that of the bars
};
constexpr std::array<Term, 6> kTerms = {{{"weights", "Weights"},
                                         {"kvCache", "KV cache"},
                                         {"recurrentState", "State"},
                                         {"computeBuffer", "Compute"},
                                         {"outputBuffer", "Output"},
                                         {"overhead", "Backend"}}};

// A memory as it is shown: of a device, or of one that all share.
struct Row {
  std::string title;
  std::array<double, kTerms.size()> terms{};
  double total = 0;
  std::optional<double> available;
};

bool isShared(const Json& hardware) { return !hardware.is_null() && textIn(hardware, "kind") != "separate"; }

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
    if (names.size() > 1 && i < nameOf.size() && !nameOf[i].empty()) row.title += " " + nameText(nameOf[i]);
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
  all.title = "memory";
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

// Cells in columns, two spaces between them; the first two to the left. None where the screen is too narrow.
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

// Memories as a table, with bars as wide as there is room.
std::optional<Lines> memoryTable(const std::vector<Row>& rows, std::size_t width) {
  std::vector<std::size_t> shown;
  Lines head = {"GiB", ""};
  for (std::size_t term = 0; term < kTerms.size(); ++term) {
    if (std::none_of(rows.begin(), rows.end(), [&](const Row& row) { return row.terms[term] >= kNothing; })) continue;
    shown.push_back(term);
    head.emplace_back(kTerms[term].heading);
  }
  head.insert(head.end(), {"Total", "Usable"});
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
      "The GPU has " + gib(numberAt(gpu, "needed")) + " of that, of at most " + gib(numberAt(gpu, "available")) + ".",
      width, "  ");
}

// The same as a block for each.
Lines memoryBlocks(const std::vector<Row>& rows, std::size_t width) {
  constexpr std::size_t kLabels = 8;
  Lines lines;
  const double largest = largestOf(rows);
  for (const Row& row : rows) {
    const std::string total = row.available ? size(row.total) + " of " + gib(*row.available) : gib(row.total);
    add(lines, wrapped(row.title + ": " + total, width, "  "));
    std::string bar = "  " + barOf(row, roomFor(row, largest), std::min(kWidestBar, width - 6));
    trimEnd(bar);
    lines.push_back(bar);
    for (std::size_t term = 0; term < kTerms.size(); ++term) {
      if (row.terms[term] < kNothing) continue;
      lines.push_back("  " + padded(std::string(kTerms[term].heading), kLabels) + "  " +
                      padded(size(row.terms[term]), 8, true) + " GiB");
    }
  }
  return lines;
}

std::string limited(const Json& limit) {
  static const std::map<std::string, std::string> words = {{"memory", "reading weights"},
                                                           {"compute", "arithmetic"},
                                                           {"cache", "reading the KV cache"},
                                                           {"launch", "starting each step"},
                                                           {"link", "copies over the link to the GPU"},
                                                           {"host", "what the host computes"}};
  return "limited by " + words.at(limit.get<std::string>());
}

std::string evidenceText(const Json& speed) {
  const std::string evidence = textIn(speed, "evidence");
  std::string rests;
  if (evidence == "calibrated") {
    const double count = numberAt(speed, "calibratedFrom");
    rests = formatNumber(count) + (count == 1.0 ? " measurement" : " measurements") + " of this machine";
  } else {
    rests = evidence == "backend"  ? "others with this back end were measured"
            : evidence == "family" ? "others of its family, of like design, were measured"
            : evidence == "device" ? "this device was measured"
                                   : "nothing like it was measured, a guess from data sheets";
  }
  return evidence + " (" + rests + "); 8 of 10 lie in the brackets";
}

Lines speedLines(const Json& answer, std::size_t width) {
  const Json& speed = answer["speed"];
  const Json& fit = answer["fit"];
  const Json& workload = answer["workload"];
  const bool isEstimated = !speed["decode"].is_null();
  const bool hasCeiling = !speed["tokensPerSecond"].is_null();
  Lines lines;
  const auto say = [&](const std::string& name, const std::string& text) {
    add(lines, wrapped(padded(name, kNamesWidth) + text, width, std::string(kNamesWidth, ' ')));
  };
  if (!fit.is_null() && !fit["fits"].get<bool>() && !answer["commandFor"].is_null() && (isEstimated || hasCeiling)) {
    lines.emplace_back("If there were room for it:");
  }
  if (isEstimated) {
    say("decode", bandText(speed["decode"], "tok/s") + " after " + countIn(speed, "depth") + " tokens, " +
                      limited(speed["decodeLimit"]));
    const Json& atEnd = speed["atEnd"];
    if (!atEnd.is_null()) {
      const std::string other =
          atEnd["decodeLimit"] == speed["decodeLimit"] ? std::string() : ", " + limited(atEnd["decodeLimit"]);
      say("", bandText(atEnd["decode"], "tok/s") + " after " + countIn(atEnd, "depth") + ", at the end of the context" +
                  other);
    }
    if (!speed["prefill"].is_null()) {
      say("prefill", bandText(speed["prefill"], "tok/s") + " of the prompt, " + limited(speed["prefillLimit"]));
    }
    say("first token",
        timeText(speed["timeToFirstToken"]) + ", after a prompt of " + countIn(workload, "promptLength") + " tokens");
    const std::string each = bandText(speed["tokensPerSecondUser"], "tok/s");
    if (workload.contains("draftLength")) say("with draft", each);
    if (numberAt(workload, "concurrency") > 1.0) {
      say("together", bandText(speed["tokensPerSecondTotal"], "tok/s") + "; each of " +
                          countIn(workload, "concurrency") + " sequences " + each);
    }
    say("evidence", evidenceText(speed));
  }
  if (hasCeiling) {
    say("ceiling", digits(numberAt(speed, "tokensPerSecond")) + " tok/s, what memory bandwidth alone allows");
  }
  return lines;
}

// A bar for some of the points, the largest that fits among them.
Lines curveLines(const Json& curve, const std::string& cpuMoeLayers, std::size_t width) {
  const std::size_t last = curve.size() - 1;
  const std::size_t steps = std::min(kCurveSteps, last);
  std::set<std::size_t> shown;
  for (std::size_t step = 0; step <= steps; ++step) shown.insert(step * last / steps);
  std::size_t best = curve.size();
  double fastest = 0;
  for (std::size_t i = 0; i <= last; ++i) {
    if (curve[i]["verdict"] == "fits") best = i;
    fastest = std::max(fastest, numberAt(curve[i]["decode"], "p50"));
  }
  if (best <= last) shown.insert(best);
  Lines said;
  std::size_t longest = 0;
  for (const std::size_t i : shown) {
    const std::string verdict = textIn(curve[i], "verdict");
    const std::string remark = verdict == "tight"         ? ", tight"
                               : verdict == "doesNotFit"  ? ", no room"
                               : i == best && best < last ? ", most that fits"
                                                          : "";
    said.push_back(digits(numberAt(curve[i]["decode"], "p50")) + " tok/s" + remark);
    longest = std::max(longest, said.back().size());
  }
  const std::size_t layersWidth = std::to_string(last).size();
  const std::size_t columns = std::min(kWidestCurve, width - layersWidth - 4 - longest);
  const std::string more = cpuMoeLayers == "0" ? "" : " with --n-cpu-moe " + cpuMoeLayers;
  Lines lines = wrapped("decode by layers on the GPU (--gpu-layers)" + more, width);
  std::size_t n = 0;
  for (const std::size_t i : shown) {
    const double length = numberAt(curve[i]["decode"], "p50") / fastest * static_cast<double>(columns);
    const char mark = curve[i]["verdict"] == "doesNotFit" ? '-' : '#';
    lines.push_back(padded(std::to_string(i), layersWidth, true) + "  " +
                    padded(std::string(static_cast<std::size_t>(std::floor(length + 0.5)), mark), columns) + "  " +
                    said[n++]);
  }
  return lines;
}

std::string layersText(const Json& layers) {
  return layers.is_string() ? layers.get<std::string>() : formatNumber(layers.get<double>());
}

std::string placementText(const Json& placement) {
  std::string text = "--gpu-layers " + layersText(placement["gpuLayers"]);
  if (numberAt(placement, "cpuMoeLayers") > 0.0) text += " --n-cpu-moe " + countIn(placement, "cpuMoeLayers");
  return text;
}

// What is free, or missing.
std::string roomText(const Json& device, const std::string& where) {
  if (numberAt(device, "shortBy") > 0.0) return gib(numberAt(device, "shortBy")) + " short " + where;
  std::string free = gib(numberAt(device, "available") - numberAt(device, "needed")) + " free " + where;
  if (numberAt(device, "shortOfMargin") <= 0.0) return free;
  return "only " + free + ", where " + gib(numberAt(device, "margin")) + " should stay so";
}

std::string placedText(const Json& placed, bool hasGpus) {
  const std::string where = hasGpus ? ", with " + placementText(placed) : std::string();
  return placed["verdict"] == "tight" ? where + " and without the margin" : where;
}

Lines noFitLines(const Json& noFit, bool hasGpus, std::size_t width) {
  Lines lines;
  const auto say = [&](const std::string& sentence) { add(lines, wrapped(sentence, width, "  ")); };
  const std::string has =
      noFit["available"].is_null() ? std::string() : ", and " + gib(numberAt(noFit, "available")) + " can be used";
  say(std::string(hasGpus ? "No split over this machine holds it" : "This machine does not hold it") + ": it takes " +
      gib(numberAt(noFit, "needed")) + has + ".");
  const Json& smaller = noFit["smaller"];
  if (!smaller.is_null()) {
    say("As " + textIn(smaller, "fileType") + " (--quant) it fits: " + gib(numberAt(smaller, "needed")) +
        placedText(smaller, hasGpus) + ".");
  } else {
    say("The smallest file type, " + textIn(noFit["smallest"], "fileType") + ", takes " +
        gib(numberAt(noFit["smallest"], "needed")) + " and does not fit either.");
  }
  const Json& less = noFit["lessContext"];
  if (!less.is_null()) {
    say("With --context " + countIn(less, "contextLength") + " it fits" + placedText(less, hasGpus) + ".");
  }
  const Json& nearest = noFit["nearest"];
  if (nearest.is_null()) {
    say("No smaller model of its family is known that fits.");
  } else {
    say("Of its family the largest that fits is " + nameText(textIn(nearest, "name")) + " (" +
        billions(numberAt(nearest, "parameters")) + " parameters, " + gib(numberAt(nearest, "fileBytes")) + " as " +
        textIn(nearest, "fileType") + "), at " + countIn(nearest, "contextLength") + " tokens of context" +
        placedText(nearest, hasGpus) + ".");
  }
  return lines;
}

// Of more GPUs than are listed the one with least free stands for all, if none is short; with where it is said to be.
std::vector<std::pair<Json, std::string>> summed(const std::vector<Json>& devices) {
  constexpr std::size_t kListed = 3;
  const auto isHost = [](const Json& device) { return device["name"] == "host"; };
  const auto free = [](const Json& device) { return numberAt(device, "available") - numberAt(device, "needed"); };
  std::size_t gpus = 0;
  bool isShort = false;
  const Json* least = nullptr;
  std::vector<std::pair<Json, std::string>> all;
  std::vector<std::pair<Json, std::string>> hosts;
  for (const Json& device : devices) {
    all.emplace_back(device, "");
    if (isHost(device)) {
      hosts.emplace_back(device, "");
      continue;
    }
    ++gpus;
    isShort = isShort || numberAt(device, "shortOfMargin") > 0.0;
    if (least == nullptr || free(device) < free(*least)) least = &device;
  }
  if (gpus <= kListed || isShort) return all;
  std::vector<std::pair<Json, std::string>> some = {
      {*least, "on " + textIn(*least, "name") + " and more on the other GPUs"}};
  some.insert(some.end(), hosts.begin(), hosts.end());
  return some;
}

// Whether it fits, and with what it would.
Lines verdictLines(const Json& answer, std::size_t width) {
  const Json& fit = answer["fit"];
  if (fit.is_null()) return {};
  const Json& hardware = answer["hardware"];
  const bool hasGpus = !hardware["gpus"].empty();
  const std::string verdict = textIn(fit, "verdict");
  // Of one memory the GPU has a part that it may not exceed.
  const auto where = [&](const std::string& name) -> std::string {
    if (!isShared(hardware) || !hasGpus) return "on " + name;
    return name == "host" ? "in all" : "in the part that the GPU may have";
  };
  std::vector<Json> concerned;
  for (const Json& device : fit["devices"]) {
    if (device["available"].is_null()) continue;
    if (verdict == "tight" && numberAt(device, "shortOfMargin") <= 0.0) continue;
    if (verdict == "doesNotFit" && numberAt(device, "shortBy") <= 0.0) continue;
    concerned.push_back(device);
  }
  std::string parts;
  for (const auto& [device, of] : summed(concerned)) {
    const std::string named = of.empty() ? where(textIn(device, "name")) : of;
    parts.append(parts.empty() ? "" : ", ").append(roomText(device, named));
  }
  const std::string start = verdict == "fits"    ? "It fits"
                            : verdict == "tight" ? "It fits, but it is tight"
                                                 : "It does not fit";
  Lines lines = wrapped(start + (parts.empty() ? "" : ": ") + parts + ".", width, "  ");
  const Json& suggestion = answer["suggestion"];
  if (!suggestion.is_null()) {
    const std::string does = verdict == "tight"                 ? "the margin stays free"
                             : suggestion["verdict"] == "tight" ? "it fits, but without the margin"
                                                                : "it fits";
    const std::string speed =
        suggestion["decode"].is_null() ? "" : ": decode " + bandText(suggestion["decode"], "tok/s");
    const std::string condition =
        suggestion["hostUnchecked"].is_null()
            ? ""
            : ", if the host has " + gib(numberAt(suggestion, "hostUnchecked")) + " for it (--ram)";
    add(lines, wrapped("With " + placementText(suggestion) + " " + does + condition + speed + ".", width, "  "));
  }
  if (!answer["noFit"].is_null()) add(lines, noFitLines(answer["noFit"], hasGpus, width));
  return lines;
}

Lines headLines(const Json& answer, std::size_t width) {
  const Json& model = answer["model"];
  const Json& runtime = answer["runtime"];
  const double drafting = numberAt(model, "predictionLayers");
  const std::string blocks = drafting > 0.0 ? " and " + formatNumber(drafting) + " that drafts" : "";
  Lines lines = wrapped(nameText(textIn(model, "name")) + "  " + billions(numberAt(model, "parameters")) +
                            " parameters (" + billions(numberAt(model, "activeParameters")) +
                            " read for every token), " + countIn(model, "layers") + " layers" + blocks,
                        width, "  ");
  std::string types = textIn(runtime, "cacheTypeK");
  if (runtime["cacheTypeV"] != runtime["cacheTypeK"]) types += "/" + textIn(runtime, "cacheTypeV");
  const bool isWhole = runtime["gpuLayers"] == "all" && numberAt(runtime, "cpuMoeLayers") == 0.0;
  const bool hasNoGpu = !answer["hardware"].is_null() && answer["hardware"]["gpus"].empty();
  add(lines, wrapped(textIn(runtime, "fileType") + ", " + gib(numberAt(answer["memory"], "fileBytes")) +
                         " of weights; " + countIn(runtime, "contextLength") + " tokens of context, cached as " +
                         types + (isWhole || hasNoGpu ? "" : "; " + placementText(runtime)),
                     width, "  "));
  return lines;
}

// Sizes as sold and as they can be used, alike cards together.
Lines machineLines(const Json& hardware, std::size_t width) {
  const bool shared = isShared(hardware);
  const Json& host = hardware["host"];
  std::vector<std::pair<std::string, int>> cards;
  for (const Json& gpu : hardware["gpus"]) {
    std::string card = gpu["name"].is_null() ? "GPU" : nameText(textIn(gpu, "name"));
    if (!shared && !gpu["memory"].is_null()) {
      card += ": " + gib(numberAt(gpu, "memory")) + " usable";
      if (!gpu["memorySold"].is_null() && gpu["memorySold"] != gpu["memory"]) {
        card += ", of " + gib(numberAt(gpu, "memorySold")) + " as sold";
      }
    }
    const auto same = std::find_if(cards.begin(), cards.end(), [&](const auto& other) { return other.first == card; });
    if (same == cards.end()) {
      cards.emplace_back(card, 1);
    } else {
      ++same->second;
    }
  }
  Lines said;
  for (const auto& [card, count] : cards)
    said.push_back(count > 1 ? std::to_string(count) + " x " + card + " each" : card);
  if (said.empty()) said.push_back(host["name"].is_null() ? "Processor, no GPU" : nameText(textIn(host, "name")));
  if (shared && !host["memory"].is_null()) {
    said.front() += ": " + gib(numberAt(host, "memory")) + " of memory for processor and GPU together";
  }
  Lines lines;
  for (const std::string& line : said) add(lines, wrapped(line, width, "  "));
  return lines;
}

// The command by its options, each with its value, on lines that run as they are when they are pasted. No word of it is
// quoted here.
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

}  // namespace

std::string textOf(const Json& answer, std::size_t width) {
  std::vector<Lines> sections;
  sections.push_back(headLines(answer, width));
  if (!answer["hardware"].is_null()) add(sections.back(), machineLines(answer["hardware"], width));
  const std::vector<Row> rows = rowsOf(answer);
  const auto table = memoryTable(rows, width);
  sections.push_back(table ? *table : memoryBlocks(rows, width));
  add(sections.back(), partLines(answer, width));
  sections.push_back(verdictLines(answer, width));
  if (!answer["assumptions"].empty()) {
    const std::string assumed = joined(answer["assumptions"].get<Lines>(), " ");
    add(sections.back(), wrapped("Assumed: " + printable(assumed), width, "  "));
  }
  // The speed of what is on no machine is nobody's.
  if (answer["noFit"].is_null()) sections.push_back(speedLines(answer, width));
  if (!answer["offloadCurve"].is_null()) {
    sections.push_back(curveLines(answer["offloadCurve"], countIn(answer["runtime"], "cpuMoeLayers"), width));
  }
  sections.emplace_back();
  if (!answer["commandLine"].is_null()) {
    if (answer["commandFor"] == "suggestion") sections.back().emplace_back("The command of what fits:");
    add(sections.back(), commandLines(textIn(answer, "commandLine"), width));
  }
  sections.emplace_back();
  for (const Json& note : answer["notes"]) {
    add(sections.back(), wrapped("Note: " + printable(note.get<std::string>()), width, "  "));
  }
  Lines texts;
  for (const Lines& lines : sections) {
    if (!lines.empty()) texts.push_back(joined(lines, "\n"));
  }
  return joined(texts, "\n\n") + "\n";
}

}  // namespace llmcalc
