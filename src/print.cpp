#include "print.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "llmcalc/base/result.hpp"
#include "print_parts.hpp"
#include "say.hpp"
#include "text.hpp"

namespace llmcalc {

namespace {

namespace said = sentences::print;

Lines headLines(const Json& answer, std::size_t width) {
  const Json& model = answer["model"];
  const Json& runtime = answer["runtime"];
  const double drafting = numberAt(model, "predictionLayers");
  Lines lines = wrapped(nameText(textIn(model, "name")) + "  " +
                            say(drafting > 0.0 ? said::kModelDrafting : said::kModel,
                                {{"parameters", billions(numberAt(model, "parameters"))},
                                 {"active", billions(numberAt(model, "activeParameters"))},
                                 {"layers", countIn(model, "layers")},
                                 {"drafting", formatNumber(drafting)}}),
                        width, "  ");
  std::string types = textIn(runtime, "cacheTypeK");
  if (runtime["cacheTypeV"] != runtime["cacheTypeK"]) types.append("/").append(textIn(runtime, "cacheTypeV"));
  const bool isWhole = runtime["gpuLayers"] == "all" && numberAt(runtime, "cpuMoeLayers") == 0.0;
  const bool hasNoGpu = !answer["hardware"].is_null() && answer["hardware"]["gpus"].empty();
  std::string setup = say(said::kSetup, {{"type", textIn(runtime, "fileType")},
                                         {"size", gib(numberAt(answer["memory"], "fileBytes"))},
                                         {"context", countIn(runtime, "contextLength")},
                                         {"cache", types}});
  if (!isWhole && !hasNoGpu) setup.append("; ").append(placementText(runtime));
  add(lines, wrapped(setup, width, "  "));
  return lines;
}

// Sizes as sold and as they can be used, alike cards together.
Lines machineLines(const Json& hardware, std::size_t width) {
  const bool shared = isShared(hardware);
  const Json& host = hardware["host"];
  std::vector<std::pair<std::string, int>> cards;
  for (const Json& gpu : hardware["gpus"]) {
    std::string card = gpu["name"].is_null() ? say(said::kGpu) : nameText(textIn(gpu, "name"));
    if (!shared && !gpu["memory"].is_null()) {
      const bool isLess = !gpu["memorySold"].is_null() && gpu["memorySold"] != gpu["memory"];
      card = say(isLess ? said::kUsableOf : said::kUsable,
                 {{"name", card}, {"size", gib(numberAt(gpu, "memory"))}, {"sold", gib(numberAt(gpu, "memorySold"))}});
    }
    const auto same = std::find_if(cards.begin(), cards.end(), [&](const auto& other) { return other.first == card; });
    if (same == cards.end()) {
      cards.emplace_back(card, 1);
    } else {
      ++same->second;
    }
  }
  Lines texts;
  for (const auto& [card, count] : cards) {
    texts.push_back(count > 1 ? say(said::kSeveral, {{"count", std::to_string(count)}, {"card", card}}) : card);
  }
  if (texts.empty()) {
    texts.push_back(host["name"].is_null() ? say(said::kProcessor) : nameText(textIn(host, "name")));
  }
  if (shared && !host["memory"].is_null()) {
    texts.front() = say(said::kPool, {{"name", texts.front()}, {"size", gib(numberAt(host, "memory"))}});
  }
  Lines lines;
  for (const std::string& line : texts) add(lines, wrapped(line, width, "  "));
  return lines;
}

}  // namespace

std::string textOf(const Json& answer, std::size_t width) {
  std::vector<Lines> sections;
  sections.push_back(headLines(answer, width));
  if (!answer["hardware"].is_null()) add(sections.back(), machineLines(answer["hardware"], width));
  sections.push_back(memoryLines(answer, width));
  sections.push_back(verdictLines(answer, width));
  if (!answer["assumptions"].empty()) {
    const std::string assumed = joined(answer["assumptions"].get<Lines>(), " ");
    add(sections.back(), wrapped(say(said::kAssumed) + " " + printable(assumed), width, "  "));
  }
  // The speed of what is on no machine is nobody's.
  if (answer["noFit"].is_null()) sections.push_back(speedLines(answer, width));
  if (!answer["offloadCurve"].is_null()) {
    sections.push_back(curveLines(answer["offloadCurve"], numberAt(answer["runtime"], "cpuMoeLayers"), width));
  }
  sections.emplace_back();
  if (!answer["commandLine"].is_null()) {
    if (answer["commandFor"] == "suggestion") sections.back().emplace_back(said::kSuggestedCommand);
    add(sections.back(), commandLines(textIn(answer, "commandLine"), width));
  }
  sections.emplace_back();
  for (const Json& note : answer["notes"]) {
    add(sections.back(), wrapped(say(said::kNote) + " " + printable(note.get<std::string>()), width, "  "));
  }
  Lines texts;
  for (const Lines& lines : sections) {
    if (!lines.empty()) texts.push_back(joined(lines, "\n"));
  }
  return joined(texts, "\n\n") + "\n";
}

}  // namespace llmcalc
