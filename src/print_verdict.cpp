#include <utility>
#include <vector>

#include "print_parts.hpp"
#include "say.hpp"
#include "text.hpp"

namespace llmcalc {

namespace {

namespace said = sentences::print;

// What is free, or missing.
std::string roomText(const Json& device, const std::string& where) {
  if (numberAt(device, "shortBy") > 0.0) {
    return say(said::kShort, {{"size", gib(numberAt(device, "shortBy"))}, {"where", where}});
  }
  return say(numberAt(device, "shortOfMargin") > 0.0 ? said::kOnlyFree : said::kFree,
             {{"size", gib(numberAt(device, "available") - numberAt(device, "needed"))},
              {"where", where},
              {"margin", gib(numberAt(device, "margin"))}});
}

std::string placedText(const Json& placed, bool hasGpus) {
  std::string text;
  if (hasGpus) text = say(said::kWith, {{"placement", placementText(placed)}});
  if (placed["verdict"] == "tight") text += said::kWithoutMargin;
  return text;
}

Lines noFitLines(const Json& noFit, bool hasGpus, std::size_t width) {
  Lines lines;
  const auto tell = [&](const std::string& sentence) { add(lines, wrapped(sentence + ".", width, "  ")); };
  const std::string size = gib(numberAt(noFit, "needed"));
  std::string taken = say(hasGpus ? said::kNoSplit : said::kNotHeld, {{"size", size}});
  if (!noFit["available"].is_null()) {
    taken += say(said::kCanBeUsed, {{"size", gib(numberAt(noFit, "available"))}});
  }
  tell(taken);
  const Json& smaller = noFit["smaller"];
  const Json& smallest = noFit["smallest"];
  tell(smaller.is_null()
           ? say(said::kSmallestType,
                 {{"type", textIn(smallest, "fileType")}, {"size", gib(numberAt(smallest, "needed"))}})
           : say(said::kAsType, {{"type", textIn(smaller, "fileType")}, {"size", gib(numberAt(smaller, "needed"))}}) +
                 placedText(smaller, hasGpus));
  const Json& less = noFit["lessContext"];
  if (!less.is_null()) {
    tell(say(said::kLessContext, {{"context", countIn(less, "contextLength")}}) + placedText(less, hasGpus));
  }
  const Json& nearest = noFit["nearest"];
  tell(nearest.is_null() ? say(said::kNoNearest)
                         : say(said::kNearest, {{"name", nameText(textIn(nearest, "name"))},
                                                {"parameters", billions(numberAt(nearest, "parameters"))},
                                                {"size", gib(numberAt(nearest, "fileBytes"))},
                                                {"type", textIn(nearest, "fileType")},
                                                {"context", countIn(nearest, "contextLength")}}) +
                               placedText(nearest, hasGpus));
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
  std::vector<std::pair<Json, std::string>> some = {{*least, say(said::kOnLeast, {{"name", textIn(*least, "name")}})}};
  some.insert(some.end(), hosts.begin(), hosts.end());
  return some;
}

}  // namespace

Lines verdictLines(const Json& answer, std::size_t width) {
  const Json& fit = answer["fit"];
  if (fit.is_null()) return {};
  const Json& hardware = answer["hardware"];
  const bool hasGpus = !hardware["gpus"].empty();
  const std::string verdict = textIn(fit, "verdict");
  // Of one memory the GPU has a part that it may not exceed.
  const auto where = [&](const std::string& name) -> std::string {
    if (!isShared(hardware) || !hasGpus) return say(said::kOn, {{"name", name}});
    return say(name == "host" ? said::kInAll : said::kInPart);
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
  const std::string start(sentenceOf(sentences::verdicts::kByName, verdict));
  Lines lines = wrapped(start + (parts.empty() ? "" : ": ") + parts + ".", width, "  ");
  const Json& suggestion = answer["suggestion"];
  if (!suggestion.is_null()) {
    std::string does = say(verdict == "tight"                 ? said::kDoesWithMargin
                           : suggestion["verdict"] == "tight" ? said::kDoesTightly
                                                              : said::kDoes);
    if (!suggestion["hostUnchecked"].is_null()) {
      does += say(said::kIfHost, {{"size", gib(numberAt(suggestion, "hostUnchecked"))}});
    }
    if (!suggestion["decode"].is_null()) {
      does += say(said::kDecodes, {{"rate", bandText(suggestion["decode"], "tok/s")}});
    }
    add(lines,
        wrapped(say(said::kSuggestion, {{"placement", placementText(suggestion)}, {"does", does}}), width, "  "));
  }
  if (!answer["noFit"].is_null()) add(lines, noFitLines(answer["noFit"], hasGpus, width));
  return lines;
}

}  // namespace llmcalc
