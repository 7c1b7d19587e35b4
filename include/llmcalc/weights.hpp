// weights.hpp: the bytes of a model's tensors, by layer, in a file of a given type.
//
// Checked against llama-quantize --dry-run: tests/golden/weights.tsv, every model and file type.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "llmcalc/model.hpp"
#include "llmcalc/quantization.hpp"

namespace llmcalc {

// Bytes of one layer. `experts` are the tensors that --n-cpu-moe moves.
struct LayerWeights {
  double dense = 0;
  double experts = 0;
  double oversized = 0;  // part of experts: tensors larger than FileWeights::largestTensor
};

// What is summed over tensors: their bytes, or anything else that every element of a type has its share of (times, in
// throughput.hpp; then all that is called bytes below is that).
struct TensorBytes {
  [[nodiscard]] constexpr double operator()(TensorType type, double rowLength, double rows) const noexcept {
    return tensorBytes(type, rowLength, rows);
  }
};

namespace detail {

// Bytes of the tensors that follow one rule: in the rule's base type, and how many more in its special type.
struct Variant {
  double base = 0;
  double extra = 0;

  template <typename Measure>
  constexpr void add(const Measure& measure, const FileRules& rules, TensorRole role, bool stacked, double rowLength,
                     double rows) noexcept {
    if (rows <= 0.0) return;
    const TypeRule rule = rules.rule(role, stacked, rowLength);
    const double bytes = measure(fittingType(rule.base, rowLength), rowLength, rows);
    base += bytes;
    if (rule.where != Where::nowhere) {
      extra += measure(fittingType(rule.special, rowLength), rowLength, rows) - bytes;
    }
  }
};

}  // namespace detail

// The tensors of one group's layers, gathered by the rule that picks their type.
struct GroupWeights {
  double fixed = 0;  // bytes that no rule varies by layer
  double expertsFixed = 0;
  detail::Variant values;
  detail::Variant down;  // of the dense network
  detail::Variant up;    // gate and up
  detail::Variant sharedDown;
  detail::Variant sharedUp;
  detail::Variant expertsDown;
  detail::Variant expertsUp;
  double largestExpertUp = 0;  // bytes of one tensor
  int valueTensors = 0;        // that llama-quantize counts
  int downTensors = 0;
};

// How far the counters of llama-quantize got: it counts tensors, not layers.
struct QuantizationCounters {
  int values = 0;
  int down = 0;
  int up = 0;
};

// Everything about a file that does not depend on the layer.
struct FileWeights {
  FileRules rules;
  double largestTensor = 0;  // that the GPU's backend can hold
  int valueCount = 0;        // of tensors that count as attention values, prediction blocks included
  int layerCount = 0;        // prediction blocks included
  SpecialIndices specialValues;
  SpecialIndices specialDown;
  SpecialIndices specialUp;
  std::array<GroupWeights, ModelSpec::kMaximumGroups> groups{};
  double tokenEmbedding = 0;    // with the per-layer embeddings: everything that stays on the host
  double output = 0;            // the head as loaded; a tied one is the token embedding again
  double outputExtras = 0;      // what else is placed with the head
  double firstLayerExtras = 0;  // what else is placed with the first layer
};

namespace detail {

[[nodiscard]] constexpr int valueTensors(const LayerGroup& group) noexcept {
  if (group.recurrence == Recurrence::gatedDeltaNet) return 1;  // its fused projection is called attn_qkv
  if (group.attention == Attention::none || group.attention == Attention::mla) return 0;
  return group.valueFromKey ? 0 : 1;
}

[[nodiscard]] constexpr int downTensors(const LayerGroup& group) noexcept {
  return (group.feedForward != FeedForward::none ? 1 : 0) + (group.expertCount > 0.0 ? 1 : 0) +
         (group.sharedExpertLength > 0.0 ? 1 : 0);
}

template <typename Measure>
constexpr void addAttention(GroupWeights& w, const LayerGroup& g, double hidden, const Measure& measure,
                            const FileRules& rules) noexcept {
  Variant plain;
  const auto add = [&](TensorRole role, double rowLength, double rows, bool stacked = false) {
    plain.add(measure, rules, role, stacked, rowLength, rows);
  };
  if (g.attention == Attention::mla) {
    const double unrotated = g.mlaKeyLength - g.ropeLength;
    if (g.queryLoraRank > 0.0) {
      add(TensorRole::other, hidden, g.queryLoraRank);
      add(TensorRole::other, g.queryLoraRank, g.headCount * g.mlaKeyLength);
    } else {
      add(TensorRole::attentionQ, hidden, g.headCount * g.mlaKeyLength);
    }
    add(TensorRole::other, hidden, g.kvLoraRank + g.ropeLength);
    add(TensorRole::other, unrotated, g.kvLoraRank * g.headCount, true);
    add(TensorRole::other, g.kvLoraRank, g.mlaValueLength * g.headCount, true);
    add(TensorRole::attentionOutput, g.headCount * g.mlaValueLength, hidden);
  } else if (g.attention != Attention::none) {
    const double queries = g.headCount * g.keyLength;
    const double keys = g.kvHeadCount * g.keyLength;
    const double values = g.kvHeadCount * g.valueLength;
    if (g.fusedQKV) {
      w.values.add(measure, rules, TensorRole::attentionV, false, hidden, queries + keys + values);
    } else {
      add(TensorRole::attentionQ, hidden, queries * (g.gatedQuery ? 2.0 : 1.0));
      add(TensorRole::attentionK, hidden, keys);
      if (!g.valueFromKey) w.values.add(measure, rules, TensorRole::attentionV, false, hidden, values);
    }
    add(TensorRole::attentionOutput, g.headCount * g.valueLength, hidden);
  }
  w.fixed += plain.base;
}

template <typename Measure>
constexpr void addRecurrence(GroupWeights& w, const LayerGroup& g, double hidden, const Measure& measure,
                             const FileRules& rules) noexcept {
  Variant plain;
  const auto add = [&](double rowLength, double rows) {
    plain.add(measure, rules, TensorRole::other, false, rowLength, rows);
  };
  switch (g.recurrence) {
    case Recurrence::none:
      break;
    case Recurrence::mamba1:
      add(hidden, 2.0 * g.innerLength);
      add(g.innerLength, g.timeStepRank + 2.0 * g.stateLength);
      add(g.timeStepRank, g.innerLength);
      add(g.innerLength, hidden);
      break;
    case Recurrence::mamba2:
      add(hidden, 2.0 * g.innerLength + 2.0 * g.stateGroupCount * g.stateLength + g.timeStepRank);
      add(g.innerLength, hidden);
      break;
    case Recurrence::gatedDeltaNet:
      w.values.add(measure, rules, TensorRole::attentionV, false, hidden,
                   2.0 * g.stateGroupCount * g.stateLength + g.innerLength);
      add(hidden, g.innerLength);
      add(hidden, 2.0 * g.timeStepRank);
      add(g.innerLength, hidden);
      break;
    case Recurrence::shortConvolution:
      add(hidden, 3.0 * hidden);
      add(hidden, hidden);
      break;
  }
  w.fixed += plain.base;
}

template <typename Measure>
constexpr void addFeedForward(GroupWeights& w, const LayerGroup& g, double hidden, const Measure& measure,
                              const FileRules& rules) noexcept {
  if (g.feedForward != FeedForward::none) {
    if (g.feedForward == FeedForward::gated) {
      w.up.add(measure, rules, TensorRole::feedForwardGate, false, hidden, g.feedForwardLength);
    }
    w.up.add(measure, rules, TensorRole::feedForwardUp, false, hidden,
             g.feedForwardLength * (g.feedForward == FeedForward::fusedGated ? 2.0 : 1.0));
    w.down.add(measure, rules, TensorRole::feedForwardDown, false, g.feedForwardLength, hidden);
  }
  if (g.expertCount > 0.0) {
    const double rows = g.expertLength * g.expertCount;
    const double matrices = g.plainExperts ? 1.0 : 2.0;
    const double width = g.expertHiddenLength > 0.0 ? g.expertHiddenLength : hidden;
    w.expertsUp.add(measure, rules, TensorRole::feedForwardUp, true, width, matrices * rows);
    w.expertsDown.add(measure, rules, TensorRole::feedForwardDown, true, g.expertLength, width * g.expertCount);
    w.largestExpertUp = g.fusedExperts ? w.expertsUp.base : w.expertsUp.base / matrices;
  }
  if (g.sharedExpertLength > 0.0) {
    w.sharedUp.add(measure, rules, TensorRole::feedForwardUp, false, hidden,
                   (g.plainExperts ? 1.0 : 2.0) * g.sharedExpertLength);
    w.sharedDown.add(measure, rules, TensorRole::feedForwardDown, false, g.sharedExpertLength, hidden);
  }
}

}  // namespace detail

// The part of the work that is the same for every layer of a group.
template <typename Measure = TensorBytes>
[[nodiscard]] constexpr FileWeights fileWeights(const ModelSpec& model, FileType file, bool importanceMatrix = false,
                                                double largestTensor = 1e18, const Measure& measure = {}) noexcept {
  using namespace detail;
  // Norms and biases are F32 in every file; some matrices stay as converted, F16 or BF16.
  const auto vectors = [&](double elements) { return measure(TensorType::F32, elements, 1.0); };
  const auto unquantized = [&](double elements) { return measure(TensorType::F16, elements, 1.0); };
  FileWeights w;
  w.largestTensor = largestTensor;
  double experts = 0;
  const auto groups = static_cast<std::size_t>(model.groupCount);
  for (std::size_t i = 0; i < groups; ++i) experts = std::max(experts, model.groups[i].expertCount);
  // The first layer's, which in a model with delta nets has the heads of the others.
  auto first = static_cast<std::size_t>(model.runs[0].group);
  for (std::size_t i = 0; model.groups[first].recurrence == Recurrence::gatedDeltaNet && i < groups; ++i) {
    if (model.groups[i].attention != Attention::none) first = i;
  }
  const LayerGroup& g0 = model.groups[first];
  const double gqa = g0.attention != Attention::none && g0.kvHeadCount > 0.0
                         ? static_cast<double>(static_cast<int>(g0.headCount / g0.kvHeadCount))
                         : 0.0;
  w.rules = FileRules(file, {gqa, experts, model.is70B, importanceMatrix});
  const FileRules& rules = w.rules;
  w.layerCount = static_cast<int>(model.layerCount + model.predictionLayerCount);
  w.specialDown = SpecialIndices(rules[TensorRole::feedForwardDown].where, w.layerCount);
  w.specialUp = SpecialIndices(rules[TensorRole::feedForwardUp].where, w.layerCount);

  const double hidden = model.hiddenSize;
  for (std::size_t i = 0; i < groups; ++i) {
    const LayerGroup& g = model.groups[i];
    GroupWeights& gw = w.groups[i];
    gw.valueTensors = valueTensors(g);
    gw.downTensors = downTensors(g);
    addAttention(gw, g, hidden, measure, rules);
    addRecurrence(gw, g, hidden, measure, rules);
    addFeedForward(gw, g, hidden, measure, rules);
    Variant plain;
    plain.add(measure, rules, TensorRole::other, false, hidden, g.perLayerEmbeddingLength + g.furtherElements / hidden);
    if (g.perLayerEmbeddingLength > 0.0) {
      plain.add(measure, rules, TensorRole::other, false, g.perLayerEmbeddingLength, hidden);
    }
    gw.fixed += plain.base + gw.values.base + gw.down.base + gw.up.base + gw.sharedDown.base + gw.sharedUp.base +
                vectors(g.vectorElements) + unquantized(g.unquantizedElements);
    gw.expertsFixed = gw.expertsDown.base + gw.expertsUp.base + vectors(g.expertVectorElements);
  }
  const Where valuesWhere = rules[TensorRole::attentionV].where;
  if (valuesWhere != Where::nowhere) {
    visitRuns(model, [&](int, int count, std::size_t group) { w.valueCount += count * w.groups[group].valueTensors; });
    const LayerGroup& prediction = model.groups[static_cast<std::size_t>(model.predictionGroup)];
    w.valueCount += static_cast<int>(model.predictionLayerCount) * valueTensors(prediction);
    w.specialValues = SpecialIndices(valuesWhere, w.valueCount);
  }

  const auto one = [&](TensorRole role, double rowLength, double rows) {
    Variant v;
    v.add(measure, rules, role, false, rowLength, rows);
    return v.base;
  };
  const TensorRole embedding = model.tiedEmbeddings ? TensorRole::output : TensorRole::tokenEmbedding;
  w.tokenEmbedding = one(embedding, hidden, model.vocabularySize);
  w.output = model.tiedEmbeddings ? w.tokenEmbedding : one(TensorRole::output, hidden, model.vocabularySize);
  if (model.perLayerEmbeddingLength > 0.0) {
    w.tokenEmbedding += one(embedding, model.perLayerEmbeddingLength * model.layerCount, model.vocabularySize);
  }
  w.outputExtras = vectors(model.outputVectorElements) + unquantized(model.outputUnquantizedElements);
  w.firstLayerExtras = vectors(model.firstLayerVectorElements) + unquantized(model.firstLayerUnquantizedElements);
  return w;
}

// How many layers of a group, and how many of their tensors have the special type.
struct LayerCounts {
  int layers = 0;
  int values = 0;
  int down = 0;
  int expertsDown = 0;
  int sharedDown = 0;
  int up = 0;
};

// Adds the next `count` layers, all of `group`; the first is layer `layer`, counted from 0.
constexpr void countNext(LayerCounts& counted, const ModelSpec& model, const FileWeights& w,
                         QuantizationCounters& counters, int layer, int count, std::size_t group) noexcept {
  const GroupWeights& gw = w.groups[group];
  counted.layers += count;
  if (w.specialValues.exist() && gw.valueTensors > 0) {
    counted.values += w.specialValues.count(counters.values, count);
    counters.values += count;
  }
  if (gw.downTensors == 0) return;
  // With experts llama-quantize takes the number of the layer, except that files of 2 bits and less always count.
  const bool byLayer = w.rules.context.expertCount > 1.0;
  if (w.specialDown.exist()) {
    const LayerGroup& g = model.groups[group];
    const bool counts = !byLayer || detail::isTwoBitOrLess(w.rules.file);
    const int stride = counts ? gw.downTensors : 1;
    int first = counts ? counters.down : layer;
    const auto special = [&](bool exists) {
      if (!exists) return 0;
      const int found = w.specialDown.count(first, count, stride);
      if (counts) ++first;
      return found;
    };
    counted.down += special(g.feedForward != FeedForward::none);
    counted.expertsDown += special(g.expertCount > 0.0);
    counted.sharedDown += special(g.sharedExpertLength > 0.0);
    if (counts) counters.down += count * stride;
  }
  if (w.specialUp.exist()) {
    counted.up += w.specialUp.count(byLayer ? layer : counters.up, count);
    counters.up += count;
  }
}

// Bytes of the layers of a group.
[[nodiscard]] constexpr LayerWeights layerBytes(const FileWeights& w, const GroupWeights& gw,
                                                const LayerCounts& n) noexcept {
  LayerWeights bytes;
  bytes.dense = n.layers * gw.fixed + n.values * gw.values.extra + n.down * gw.down.extra +
                n.sharedDown * gw.sharedDown.extra + n.up * (gw.up.extra + gw.sharedUp.extra);
  bytes.experts = n.layers * gw.expertsFixed + n.expertsDown * gw.expertsDown.extra + n.up * gw.expertsUp.extra;
  if (gw.expertsDown.base > w.largestTensor) bytes.oversized += (n.layers - n.expertsDown) * gw.expertsDown.base;
  const double special = gw.expertsDown.base + gw.expertsDown.extra;
  if (special > w.largestTensor) bytes.oversized += n.expertsDown * special;
  if (gw.largestExpertUp > w.largestTensor) bytes.oversized += n.layers * gw.expertsUp.base;
  return bytes;
}

// Bytes of the prediction blocks, which come after the layers. `counters` as the layers left them.
[[nodiscard]] constexpr double predictionBytes(const ModelSpec& model, const FileWeights& w,
                                               QuantizationCounters counters) noexcept {
  const auto count = static_cast<int>(model.predictionLayerCount);
  if (count == 0) return 0.0;
  const auto group = static_cast<std::size_t>(model.predictionGroup);
  LayerCounts counted;
  countNext(counted, model, w, counters, static_cast<int>(model.layerCount), count, group);
  const LayerWeights layers = layerBytes(w, w.groups[group], counted);
  detail::Variant projection;
  projection.add(TensorBytes{}, w.rules, TensorRole::other, false, 2.0 * model.hiddenSize, model.hiddenSize);
  return layers.dense + layers.experts + count * projection.base;
}

}  // namespace llmcalc
