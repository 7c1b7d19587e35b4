// weights.hpp: the bytes of a model's tensors, by layer, in a file of a given type.
//
// Checked against llama-quantize --dry-run: tests/golden/weights.tsv, every model and file type.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "llmcalc/base/bits.hpp"
#include "llmcalc/ggml/quantize_rules.hpp"
#include "llmcalc/ggml/types.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"

namespace llmcalc {

// Bytes of one layer. `experts` are the tensors that --n-cpu-moe moves.
struct LayerWeights {
  double dense = 0;
  double experts = 0;
  double oversized = 0;  // part of experts: tensors larger than FileWeights::largestTensor
};

// What is summed over tensors: their bytes, or another measure that depends on type and elements. Where the caller
// gives another measure, such as a time, everything that is called bytes in this file is that measure.
struct TensorBytes {
  [[nodiscard]] constexpr double operator()(TensorType type, double rowLength, double rows) const noexcept {
    return tensorBytes(type, rowLength, rows);
  }
};

// Bytes of the tensors that follow one rule: in the rule's base type, and how many more in its special type.
struct WeightsOfRule {
  double base;
  double extra;

  constexpr WeightsOfRule& operator+=(const WeightsOfRule& other) noexcept {
    base += other.base;
    extra += other.extra;
    return *this;
  }
};

namespace detail {

// The bytes of one tensor or of several alike. They are a result and not added to a sum here, so that a group's sums
// stay in registers.
template <typename Measure>
[[nodiscard]] constexpr WeightsOfRule tensors(const Measure& measure, const FileRules& rules, TensorRole role,
                                              bool stacked, double rowLength, double rows) noexcept {
  if (rows <= 0.0) return {0.0, 0.0};
  const TypeRule& rule = rules.rule(role, stacked);
  const double bytes = measure(fittingType(rule.base, rowLength), rowLength, rows);
  if (rule.where == Where::nowhere) return {bytes, 0.0};
  return {bytes, measure(fittingType(rule.special, rowLength), rowLength, rows) - bytes};
}

}  // namespace detail

// The tensors of one layer of a group, gathered by the rule that picks their type. Members have no initial values,
// because FileWeights has places for more groups than a model has and only the model's are written.
struct GroupWeights {
  double fixed;         // bytes that are the same in every layer, of all but the experts
  double expertsFixed;  // bytes that are the same in every layer, of the experts
  WeightsOfRule values;
  WeightsOfRule down;  // the dense network's
  WeightsOfRule up;    // the dense network's, with its gate
  WeightsOfRule sharedDown;
  WeightsOfRule sharedUp;
  WeightsOfRule expertsDown;
  WeightsOfRule expertsUp;
  double largestExpertUp;  // bytes of the largest tensor among gates and ups of the experts
  // llama-quantize numbers the tensors of a role over all layers, and picks those that get more bits by number.
  int valueTensors;   // tensors of values in one layer that it numbers
  int downTensors;    // down matrices in one layer that it numbers: dense network, experts, shared expert
  int expertsDownAt;  // number of the experts' down matrix within its layer, from 0
  int sharedDownAt;   // number of the shared expert's down matrix within its layer, from 0
};

// How many tensors of each role llama-quantize has counted.
struct QuantizationCounters {
  int values = 0;
  int down = 0;
  int up = 0;
};

// Everything about a file that does not depend on the layer.
struct FileWeights {
  FileRules rules;
  double largestTensor = 0;  // bytes of the largest tensor that the GPU's back end can hold
  std::size_t groupCount = 0;
  bool alike = false;  // every layer has one counted down matrix, and either all or none have one of values
  int layerCount = 0;  // prediction blocks included
  SpecialIndices specialValues;
  SpecialIndices specialDown;
  SpecialIndices specialUp;
  std::array<GroupWeights, ModelSpec::kMaximumGroups> groups;
  double tokenEmbedding = 0;    // what stays on the host: token embedding and embeddings per layer
  double output = 0;            // the head as loaded; a tied head is a copy of the token embedding
  double outputExtras = 0;      // other tensors that are placed with the head
  double firstLayerExtras = 0;  // other tensors that are placed with the first layer
};

namespace detail {

[[nodiscard]] constexpr int valueTensors(const LayerGroup& group) noexcept {
  if (group.recurrence == Recurrence::gatedDeltaNet) return 1;  // its fused projection is called attn_qkv
  if (group.attention == Attention::none || group.attention == Attention::mla) return 0;
  return group.valueFromKey ? 0 : 1;
}

template <typename Measure>
constexpr void addAttention(GroupWeights& w, const LayerGroup& g, double hidden, const Measure& measure,
                            const FileRules& rules) noexcept {
  WeightsOfRule plain{};
  const auto add = [&](TensorRole role, double rowLength, double rows, bool stacked = false) {
    plain += tensors(measure, rules, role, stacked, rowLength, rows);
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
      w.values += tensors(measure, rules, TensorRole::attentionV, false, hidden, queries + keys + values);
    } else {
      add(TensorRole::attentionQ, hidden, queries * (g.gatedQuery ? 2.0 : 1.0));
      add(TensorRole::attentionK, hidden, keys);
      if (!g.valueFromKey) w.values += tensors(measure, rules, TensorRole::attentionV, false, hidden, values);
    }
    add(TensorRole::attentionOutput, g.headCount * g.valueLength, hidden);
  }
  w.fixed += plain.base;
}

template <typename Measure>
constexpr void addRecurrence(GroupWeights& w, const LayerGroup& g, double hidden, const Measure& measure,
                             const FileRules& rules) noexcept {
  if (g.recurrence == Recurrence::none) return;
  WeightsOfRule plain{};
  const auto add = [&](double rowLength, double rows) {
    plain += tensors(measure, rules, TensorRole::other, false, rowLength, rows);
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
      w.values += tensors(measure, rules, TensorRole::attentionV, false, hidden,
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
    w.up += tensors(measure, rules, TensorRole::feedForwardUp, false, hidden,
                    g.feedForwardLength * (g.feedForward == FeedForward::plain ? 1.0 : 2.0));
    w.down += tensors(measure, rules, TensorRole::feedForwardDown, false, g.feedForwardLength, hidden);
  }
  if (g.expertCount > 0.0) {
    const double rows = g.expertLength * g.expertCount;
    const double matrices = g.plainExperts ? 1.0 : 2.0;
    const double width = g.expertHiddenLength > 0.0 ? g.expertHiddenLength : hidden;
    w.expertsUp += tensors(measure, rules, TensorRole::feedForwardUp, true, width, matrices * rows);
    w.expertsDown += tensors(measure, rules, TensorRole::feedForwardDown, true, g.expertLength, width * g.expertCount);
    w.largestExpertUp = g.fusedExperts ? w.expertsUp.base : w.expertsUp.base / matrices;
  }
  if (g.sharedExpertLength > 0.0) {
    w.sharedUp += tensors(measure, rules, TensorRole::feedForwardUp, false, hidden,
                          (g.plainExperts ? 1.0 : 2.0) * g.sharedExpertLength);
    w.sharedDown += tensors(measure, rules, TensorRole::feedForwardDown, false, g.sharedExpertLength, hidden);
  }
}

}  // namespace detail

// The weights of a file, as far as they do not depend on the layer.
template <typename Measure = TensorBytes>
#ifndef __EMSCRIPTEN__  // native code is faster as one function without calls; WebAssembly has to be small (kCompact)
[[gnu::flatten]]
#endif
[[nodiscard]] constexpr FileWeights
fileWeights(const ModelSpec& model, FileType file, bool importanceMatrix = false, double largestTensor = 1e18,
            const Measure& measure = {}) noexcept {
  using namespace detail;
  // Norms and biases are F32 in every file; some matrices stay as converted, F16 or BF16.
  const auto vectors = [&](double elements) { return measure(TensorType::F32, elements, 1.0); };
  const auto unquantized = [&](double elements) { return measure(TensorType::F16, elements, 1.0); };
  FileWeights w;
  w.largestTensor = largestTensor;
  w.groupCount = asCount(model.groupCount);
  double experts = 0;
  const auto groups = asCount(model.groupCount);
  for (std::size_t i = 0; i < groups; ++i) experts = std::max(experts, model.groups[i].expertCount);
  // llama-quantize reads head counts off the first layer. A delta net there has the heads of the model's attention.
  auto first = static_cast<std::size_t>(model.runs[0].group);
  for (std::size_t i = 0; model.groups[first].recurrence == Recurrence::gatedDeltaNet && i < groups; ++i) {
    if (model.groups[i].attention != Attention::none) first = i;
  }
  const LayerGroup& g0 = model.groups[first];
  const double gqa = g0.attention != Attention::none && g0.kvHeadCount > 0.0
                         ? static_cast<double>(static_cast<int>(g0.headCount / g0.kvHeadCount))
                         : 0.0;
  w.rules = fileRules(file, {gqa, experts, model.is70B, importanceMatrix});
  const FileRules& rules = w.rules;
  // In models with experts llama-quantize takes the number of the layer where it counts feed-forward tensors in others.
  // Files of 2 bits and less count tensors always.
  const bool numbersLayers = experts > 1.0 && !isTwoBitOrLess(file);
  w.layerCount = static_cast<int>(model.layerCount + model.predictionLayerCount);
  w.specialDown = SpecialIndices(rules.rule(TensorRole::feedForwardDown).where, w.layerCount);
  w.specialUp = SpecialIndices(rules.rule(TensorRole::feedForwardUp).where, w.layerCount);

  const double hidden = model.hiddenSize;
  std::size_t withValues = 0;   // groups whose layers have one counted tensor of values
  std::size_t withOneDown = 0;  // groups whose layers have one counted down matrix
  for (std::size_t i = 0; i < groups; ++i) {
    const LayerGroup& g = model.groups[i];
    GroupWeights gw{};
    gw.valueTensors = valueTensors(g);
    withValues += gw.valueTensors == 1 ? 1 : 0;
    gw.expertsDownAt = g.feedForward != FeedForward::none ? 1 : 0;
    gw.sharedDownAt = gw.expertsDownAt + (g.expertCount > 0.0 ? 1 : 0);
    gw.downTensors = numbersLayers ? 1 : gw.sharedDownAt + (g.sharedExpertLength > 0.0 ? 1 : 0);
    withOneDown += gw.downTensors == 1 ? 1 : 0;
    addAttention(gw, g, hidden, measure, rules);
    addRecurrence(gw, g, hidden, measure, rules);
    addFeedForward(gw, g, hidden, measure, rules);
    if (g.perLayerEmbeddingLength > 0.0) {
      gw.fixed += tensors(measure, rules, TensorRole::other, false, hidden, g.perLayerEmbeddingLength).base +
                  tensors(measure, rules, TensorRole::other, false, g.perLayerEmbeddingLength, hidden).base;
    }
    if (g.furtherElements > 0.0) {
      // Rows may have another length (an indexer's have), but they consist of whole blocks.
      const TensorType type = rules.type(TensorRole::other, hidden);
      gw.fixed += measure(type, wholeBlocks(type, g.furtherElements), 1.0);
    }
    gw.fixed += gw.values.base + gw.down.base + gw.up.base + gw.sharedDown.base + gw.sharedUp.base +
                vectors(g.vectorElements) + unquantized(g.unquantizedElements);
    gw.expertsFixed = gw.expertsDown.base + gw.expertsUp.base + vectors(g.expertVectorElements);
    w.groups[i] = gw;
  }
  const Where valuesWhere = rules.rule(TensorRole::attentionV).where;
  w.alike = withOneDown == groups && (withValues == groups || withValues == 0);
  if (valuesWhere != Where::nowhere && withValues > 0) {
    int count = w.layerCount;
    if (withValues != groups) {
      count = static_cast<int>(model.predictionLayerCount) *
              w.groups[static_cast<std::size_t>(model.predictionGroup)].valueTensors;
      visitRuns(model, [&](int, int length, std::size_t group) { count += length * w.groups[group].valueTensors; });
    }
    w.specialValues = SpecialIndices(valuesWhere, count);
  }

  const auto one = [&](TensorRole role, double rowLength, double rows) {
    return measure(role == TensorRole::output ? rules.outputType(rowLength) : rules.type(role, rowLength), rowLength,
                   rows);
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

// Which layers of a block have tensors of the special type, a bit for each layer.
struct SpecialLayers {
  std::uint32_t values = 0;
  std::uint32_t down = 0;
  std::uint32_t expertsDown = 0;
  std::uint32_t sharedDown = 0;
  std::uint32_t up = 0;
};

namespace detail {

// Picks from `layers`, which have one tensor each, those whose tensor is special. `counter` is the number of the first
// such tensor.
[[nodiscard]] constexpr std::uint32_t specialOf(const SpecialIndices& indices, int& counter, std::uint32_t layers,
                                                const LayerBlock& block) noexcept {
  if (!indices.exist()) return 0;
  std::uint32_t bits = indices.from(counter);
  if (layers == lowBits(block.count)) {
    counter += block.count;
    return bits & layers;
  }
  counter += countBits(layers);
  std::uint32_t special = 0;
  for (std::uint32_t left = layers; left != 0; left &= left - 1, bits >>= 1) {
    if ((bits & 1) != 0) special |= left & (~left + 1);
  }
  return special;
}

}  // namespace detail

// The special tensors of the layers of the next block.
[[nodiscard]] constexpr SpecialLayers specialLayers(const FileWeights& w, QuantizationCounters& counters,
                                                    const LayerBlock& block) noexcept {
  std::uint32_t values = lowBits(block.count);
  std::uint32_t networks = values;
  std::uint32_t several = 0;
  if (!w.alike) {
    values = networks = 0;
    for (std::size_t i = 0; i < w.groupCount; ++i) {
      if (w.groups[i].valueTensors > 0) values |= block.groups[i];
      if (w.groups[i].downTensors > 0) networks |= block.groups[i];
      if (w.groups[i].downTensors > 1) several |= block.groups[i];
    }
  }
  SpecialLayers special;
  special.values = detail::specialOf(w.specialValues, counters.values, values, block);
  special.up = detail::specialOf(w.specialUp, counters.up, networks, block);
  if (several == 0 || !w.specialDown.exist()) {
    special.down = special.expertsDown = special.sharedDown =
        detail::specialOf(w.specialDown, counters.down, networks, block);
    return special;
  }
  // A file of 2 bits or less makes the first tensors special, and counts every tensor of a layer.
  for (std::uint32_t left = networks; left != 0; left &= left - 1) {
    const std::uint32_t layer = left & (~left + 1);
    std::size_t group = 0;
    while ((block.groups[group] & layer) == 0) ++group;
    const GroupWeights& gw = w.groups[group];
    const auto reached = [&](int offset) { return counters.down + offset < w.specialDown.head() ? layer : 0; };
    special.down |= reached(0);
    special.expertsDown |= reached(gw.expertsDownAt);
    special.sharedDown |= reached(gw.sharedDownAt);
    counters.down += gw.downTensors;
  }
  return special;
}

// How many layers of a group, and how many of their tensors have the special type.
struct LayerCounts {
  int layers;
  int values;
  int down;
  int expertsDown;
  int sharedDown;
  int up;

  constexpr void add(std::uint32_t block, const SpecialLayers& special) noexcept {
    layers += countBits(block);
    const int first = countBits(block & special.down);
    const auto count = [&](std::uint32_t other) { return other == special.down ? first : countBits(block & other); };
    values += count(special.values);
    down += first;
    expertsDown += count(special.expertsDown);
    sharedDown += count(special.sharedDown);
    up += count(special.up);
  }
};

// Counts the next `count` layers by group.
[[nodiscard]] constexpr std::array<LayerCounts, ModelSpec::kMaximumGroups> countLayers(LayerBlocks& blocks,
                                                                                       const FileWeights& w,
                                                                                       QuantizationCounters& counters,
                                                                                       int count) noexcept {
  std::array<LayerCounts, ModelSpec::kMaximumGroups> counts;
  for (std::size_t i = 0; i < w.groupCount; ++i) counts[i] = {};
  blocks.next(count, [&](const LayerBlock& block) {
    const SpecialLayers special = specialLayers(w, counters, block);
    for (std::size_t i = 0; i < w.groupCount; ++i) counts[i].add(block.groups[i], special);
  });
  return counts;
}

// Bytes of counted layers of a group.
[[nodiscard]] constexpr LayerWeights layerBytes(const FileWeights& w, const GroupWeights& gw,
                                                const LayerCounts& n) noexcept {
  LayerWeights bytes;
  bytes.dense = n.layers * gw.fixed + n.values * gw.values.extra + n.down * gw.down.extra +
                n.sharedDown * gw.sharedDown.extra + n.up * (gw.up.extra + gw.sharedUp.extra);
  bytes.experts = n.layers * gw.expertsFixed + n.expertsDown * gw.expertsDown.extra + n.up * gw.expertsUp.extra;
  if (gw.expertsDown.base > w.largestTensor) bytes.oversized += (n.layers - n.expertsDown) * gw.expertsDown.base;
  const double special = gw.expertsDown.base + gw.expertsDown.extra;
  if (special > w.largestTensor) bytes.oversized += n.expertsDown * special;
  if (gw.largestExpertUp > w.largestTensor) bytes.oversized += (n.layers - n.up) * gw.expertsUp.base;
  const double specialUp = gw.expertsUp.base + gw.expertsUp.extra;
  if (gw.largestExpertUp * specialUp > w.largestTensor * gw.expertsUp.base) bytes.oversized += n.up * specialUp;
  return bytes;
}

// Bytes of the prediction blocks. They come after the layers, so `counters` must have passed those.
[[nodiscard]] constexpr double predictionBytes(const ModelSpec& model, const FileWeights& w,
                                               QuantizationCounters counters) noexcept {
  const auto count = static_cast<int>(model.predictionLayerCount);
  const auto group = static_cast<std::size_t>(model.predictionGroup);
  LayerCounts counted{};
  for (int i = 0; i < count; i += 32) {
    LayerBlock block;
    block.count = std::min(count - i, 32);
    block.groups[group] = lowBits(block.count);
    counted.add(block.groups[group], specialLayers(w, counters, block));
  }
  const LayerWeights layers = layerBytes(w, w.groups[group], counted);
  const double hidden = model.hiddenSize;
  const TensorType projection = w.rules.type(TensorRole::other, 2.0 * hidden);
  return layers.dense + layers.experts + count * tensorBytes(projection, 2.0 * hidden, hidden);
}

}  // namespace llmcalc
