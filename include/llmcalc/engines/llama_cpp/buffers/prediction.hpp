// prediction.hpp: the context in which a model's own prediction blocks draft.
//
// llama-server makes it beside the model's own context (--spec-type draft-mtp). Its graph is one block, which gets
// hidden vectors and tokens. The sizes were read off plans of Qwen3.5 9B and GLM-4.5 Air by build 11669:
// tests/core/engines/llama_cpp/buffers/prediction_test.cpp.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "llmcalc/engines/llama_cpp/buffers/inputs.hpp"
#include "llmcalc/engines/llama_cpp/cache.hpp"
#include "llmcalc/engines/llama_cpp/draft.hpp"
#include "llmcalc/engines/llama_cpp/graphs/shape.hpp"
#include "llmcalc/engines/llama_cpp/graphs/stages.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc::llama_cpp {

// Bytes of the context.
struct PredictionContext {
  double cache = 0;
  double inputs = 0;         // the buffer of the host where the block is on a GPU
  double computeBuffer = 0;  // of the device that has the block, with the inputs
  double hidden = 0;         // one hidden vector of each token
  double others = 0;         // of the inputs what is no hidden vector
};

namespace detail {

// Hidden vectors of each token among the inputs: the embedding and what the model made of the token before.
inline constexpr double kPredictionVectors = 2.0;

// The prediction blocks as a model of their own.
[[nodiscard]] inline ModelSpec predictionModel(const ModelSpec& model) noexcept {
  ModelSpec blocks = model;
  blocks.groups[0] = model.groups[asCount(model.predictionGroup)];
  blocks.groupCount = 1.0;
  blocks.runs[0] = {0.0, model.predictionLayerCount};
  blocks.runCount = 1.0;
  blocks.layerCount = model.predictionLayerCount;
  blocks.predictionLayerCount = 0.0;
  return blocks;
}

}  // namespace detail

// The context of a model that has prediction blocks.
[[nodiscard]] inline PredictionContext predictionContext(const ModelSpec& model, const Runtime& runtime) noexcept {
  const ModelSpec blocks = detail::predictionModel(model);
  const Runtime draft = draftRuntime(runtime);
  const ComputeShape shape = computeShape(blocks, draft);
  const LayerGroup& g = blocks.groups[0];
  PredictionContext context;
  context.cache = blocks.layerCount * layerCacheBytes(g, draft, shape.cells, shape.widestValues);
  context.hidden = shape.bytes(shape.hidden);
  context.others = inputBytes(blocks, shape, draft) - inputVectors(draft) * context.hidden;
  context.inputs = context.others + detail::kPredictionVectors * context.hidden;
  // The mask is read by one layer alone, so a hidden vector takes its place if there is room for it.
  std::array<bool, ModelSpec::kMaximumGroups> here{};
  here[0] = true;
  const double stage = largestLayerStage(blocks, shape, draft, here).bytes;
  const double masks = maskBytes(shape);
  const double network = context.inputs - masks + stage + context.hidden + (masks < context.hidden ? masks : 0.0);
  const bool rotates = isQuantized(draft.cacheTypeK) || isQuantized(draft.cacheTypeV);
  const double attention =
      context.inputs + shape.bytes(2.0 * shape.queries + (g.gatedQuery ? shape.hidden : 2.0 * shape.hidden) +
                                   (rotates ? 3.0 * shape.keys : 0.0));
  const double logits = context.inputs + model.vocabularySize * shape.outputs * 4.0;
  context.computeBuffer = std::max({network, attention, logits});
  // Scores of all cells are there with everything else.
  if (!draft.flashAttention) context.computeBuffer = std::max(context.computeBuffer, context.inputs + stage);
  return context;
}

}  // namespace llmcalc::llama_cpp
