// checks.hpp: whether the numbers of a model can belong to one.
#pragma once

#include <cstddef>

#include "llmcalc/base/check.hpp"
#include "llmcalc/base/result.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"

namespace llmcalc {

namespace detail {

inline constexpr auto kModelFields = kChecked<ModelSpec>;
inline constexpr auto kGroupFields = kChecked<LayerGroup>;
template <typename Check>
constexpr void checkGroup(Check& check, const ModelSpec& model, std::size_t i) noexcept {
  const LayerGroup& g = model.groups[i];
  const auto at = static_cast<double>(i);
  check.template fields<kGroupFields>(g, at);

  if (g.attention != Attention::none) {
    constexpr const char* kWhereAttention = "at least 1 where there is attention";
    check.require(g.headCount > 0.0, "model.groups[].headCount", kWhereAttention, g.headCount, at);
    check.require(g.kvHeadCount > 0.0, "model.groups[].kvHeadCount", kWhereAttention, g.kvHeadCount, at);
    check.require(g.keyLength > 0.0, "model.groups[].keyLength", kWhereAttention, g.keyLength, at);
    if (g.attention == Attention::mla) {
      check.require(g.kvLoraRank > 0.0 && g.keyLength == g.kvLoraRank + g.ropeLength, "model.groups[].keyLength",
                    "kvLoraRank + ropeLength for mla", g.keyLength, at);
      check.require(g.mlaKeyLength > g.ropeLength, "model.groups[].mlaKeyLength", "more than ropeLength",
                    g.mlaKeyLength, at);
      check.require(g.mlaValueLength > 0.0, "model.groups[].mlaValueLength", "at least 1 for mla", g.mlaValueLength,
                    at);
    } else {
      check.require(g.valueLength > 0.0, "model.groups[].valueLength", kWhereAttention, g.valueLength, at);
    }
  }
  check.require(g.kvHeadCount <= g.headCount, "model.groups[].kvHeadCount", "at most headCount", g.kvHeadCount, at);
  check.require(g.attention != Attention::sliding || model.slidingWindow > 0.0, "model.slidingWindow",
                "at least 1 where layers slide", model.slidingWindow);
  check.require((g.feedForward == FeedForward::none) == (g.feedForwardLength == 0.0),
                "model.groups[].feedForwardLength", "0 exactly where feedForward is none", g.feedForwardLength, at);
  const bool routes = g.expertCount > 0.0;
  check.require(routes == (g.expertsUsed > 0.0) && g.expertsUsed <= g.expertCount, "model.groups[].expertsUsed",
                "from 1 to expertCount where there are experts", g.expertsUsed, at);
  check.require(routes == (g.expertLength > 0.0), "model.groups[].expertLength", "0 exactly where expertCount is",
                g.expertLength, at);
  check.require(routes || g.expertVectorElements == 0.0, "model.groups[].expertVectorElements",
                "0 where there are no experts", g.expertVectorElements, at);
  if (g.recurrence == Recurrence::none) return;
  check.require(g.convolutionLength > 0.0, "model.groups[].convolutionLength", "at least 1 with a recurrence",
                g.convolutionLength, at);
  if (g.recurrence == Recurrence::shortConvolution) return;
  constexpr const char* kWithRecurrence = "at least 1 with this recurrence";
  check.require(g.innerLength > 0.0, "model.groups[].innerLength", kWithRecurrence, g.innerLength, at);
  check.require(g.stateLength > 0.0, "model.groups[].stateLength", kWithRecurrence, g.stateLength, at);
}

}  // namespace detail

// Checks all that must hold of a model. `Check` is Checker, or QuickChecker where it is enough to know whether it
// holds.
template <typename Check>
constexpr void checkModel(Check& check, const ModelSpec& model) noexcept {
  check.template fields<detail::kModelFields>(model);
  if (check.found()) return;
  const Range group{"", "the index of a group", 0.0, model.groupCount - 1.0};
  check.whole("model.predictionGroup", model.predictionGroup, group);
  for (std::size_t i = 0, n = asCount(model.runCount); i < n; ++i) {
    const LayerRun& run = model.runs[i];
    check.whole("model.runs[].group", run.group, group, static_cast<double>(i));
    check.whole("model.runs[].count", run.count, kLayerRange, static_cast<double>(i));
  }
  for (std::size_t i = 0, n = asCount(model.groupCount); i < n; ++i) detail::checkGroup(check, model, i);
}

// The first field of `model` that is out of its range or contradicts another. A Violation without a parameter means
// that nothing is wrong.
[[nodiscard]] constexpr Violation modelViolation(const ModelSpec& model) noexcept {
  Checker check;
  checkModel(check, model);
  return check.violation();
}

}  // namespace llmcalc
