#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>

#include "llmcalc/base/result.hpp"
#include "print_parts.hpp"
#include "say.hpp"

namespace llmcalc {

namespace {

namespace said = sentences::speeds;

constexpr std::size_t kNamesWidth = 13;  // columns of the names of speeds
constexpr std::size_t kWidestCurve = 32;
constexpr std::size_t kCurveSteps = 8;

std::string timeText(const Json& seconds) {
  return numberAt(seconds, "p50") < 1.0 ? bandText(seconds, "ms", 1000.0) : bandText(seconds, "s");
}

std::string limited(const Json& limit) {
  const std::string name = limit.get<std::string>();
  return say(said::kLimited, {{"limit", std::string(sentenceOf(sentences::limits::kByName, name))}});
}

std::string evidenceText(const Json& speed) {
  const std::string evidence = textIn(speed, "evidence");
  const bool once = evidence == "calibrated" && numberAt(speed, "calibratedFrom") == 1.0;
  const std::string_view rests =
      once ? sentences::evidences::kCalibratedOnce : sentenceOf(sentences::evidences::kByName, evidence);
  return say(said::kEvidence,
             {{"evidence", evidence}, {"rests", say(rests, {{"count", countIn(speed, "calibratedFrom")}})}});
}

}  // namespace

Lines speedLines(const Json& answer, std::size_t width) {
  const Json& speed = answer["speed"];
  const Json& fit = answer["fit"];
  const Json& workload = answer["workload"];
  const bool isEstimated = !speed["decode"].is_null();
  const bool hasCeiling = !speed["tokensPerSecond"].is_null();
  Lines lines;
  const auto entry = [&](const std::string& name, const std::string& text) {
    add(lines, wrapped(padded(name, kNamesWidth) + text, width, std::string(kNamesWidth, ' ')));
  };
  if (!fit.is_null() && !fit["fits"].get<bool>() && !answer["commandFor"].is_null() && (isEstimated || hasCeiling)) {
    lines.emplace_back(said::kIfRoom);
  }
  if (isEstimated) {
    entry("decode", say(said::kDecode, {{"rate", bandText(speed["decode"], "tok/s")},
                                        {"depth", countIn(speed, "depth")},
                                        {"limited", limited(speed["decodeLimit"])}}));
    const Json& atEnd = speed["atEnd"];
    if (!atEnd.is_null()) {
      const bool isOther = atEnd["decodeLimit"] != speed["decodeLimit"];
      entry("", say(isOther ? said::kAtEndLimited : said::kAtEnd, {{"rate", bandText(atEnd["decode"], "tok/s")},
                                                                   {"depth", countIn(atEnd, "depth")},
                                                                   {"limited", limited(atEnd["decodeLimit"])}}));
    }
    if (!speed["prefill"].is_null()) {
      entry("prefill", say(said::kPrefill, {{"rate", bandText(speed["prefill"], "tok/s")},
                                            {"limited", limited(speed["prefillLimit"])}}));
    }
    entry("first token", say(said::kFirstToken, {{"time", timeText(speed["timeToFirstToken"])},
                                                 {"prompt", countIn(workload, "promptLength")}}));
    const std::string each = bandText(speed["tokensPerSecondUser"], "tok/s");
    if (workload.contains("draftLength")) entry("with draft", each);
    if (numberAt(workload, "concurrency") > 1.0) {
      entry("together", say(said::kTogether, {{"rate", bandText(speed["tokensPerSecondTotal"], "tok/s")},
                                              {"count", countIn(workload, "concurrency")},
                                              {"each", each}}));
    }
    entry("evidence", evidenceText(speed));
  }
  if (hasCeiling) entry("ceiling", say(said::kCeiling, {{"rate", digits(numberAt(speed, "tokensPerSecond"))}}));
  return lines;
}

Lines curveLines(const Json& curve, double cpuMoeLayers, std::size_t width) {
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
  Lines texts;
  std::size_t longest = 0;
  for (const std::size_t i : shown) {
    const std::string verdict = textIn(curve[i], "verdict");
    const std::string_view remark = verdict == "tight"         ? said::kTight
                                    : verdict == "doesNotFit"  ? said::kNoRoom
                                    : i == best && best < last ? said::kMostThatFits
                                                               : std::string_view();
    std::string text = digits(numberAt(curve[i]["decode"], "p50")) + " tok/s";
    if (!remark.empty()) text.append(", ").append(remark);
    texts.push_back(text);
    longest = std::max(longest, texts.back().size());
  }
  const std::size_t layersWidth = std::to_string(last).size();
  const std::size_t columns = std::min(kWidestCurve, width - layersWidth - 4 - longest);
  Lines lines = wrapped(
      say(cpuMoeLayers > 0.0 ? said::kCurveWith : said::kCurve, {{"layers", formatNumber(cpuMoeLayers)}}), width);
  std::size_t n = 0;
  for (const std::size_t i : shown) {
    const double length = numberAt(curve[i]["decode"], "p50") / fastest * static_cast<double>(columns);
    const char mark = curve[i]["verdict"] == "doesNotFit" ? '-' : '#';
    lines.push_back(padded(std::to_string(i), layersWidth, true) + "  " +
                    padded(std::string(static_cast<std::size_t>(std::floor(length + 0.5)), mark), columns) + "  " +
                    texts[n++]);
  }
  return lines;
}

}  // namespace llmcalc
