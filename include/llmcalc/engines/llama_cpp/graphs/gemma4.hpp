// gemma4.hpp: the graph of Gemma 4, of which the E models have embeddings for each layer.
#pragma once

#include "llmcalc/engines/llama_cpp/graphs/common.hpp"
#include "llmcalc/engines/llama_cpp/graphs/shape.hpp"
#include "llmcalc/ggml/types.hpp"
#include "llmcalc/model/architecture.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc {

struct Gemma4Graph : CommonGraph {
  static constexpr GraphOf kOf{Architecture::gemma4, 6, "gemma4"};

  static constexpr bool kLoadsTiedHeadTwice = true;
  static constexpr Replayed kReplayed = Replayed::atLeast;

  // Recorded plans keep the embeddings of all layers beside the network where the cache has several streams or
  // quantised keys.
  [[nodiscard]] static constexpr double besideFeedForward(const ModelSpec& model, const ComputeShape& shape,
                                                          const Runtime& runtime) noexcept {
    const bool keeps = shape.cells.streams > 1.0 || isQuantized(runtime.cacheTypeK);
    return keeps ? model.perLayerEmbeddingLength * model.layerCount : 0.0;
  }
  [[nodiscard]] static constexpr double besideScores(const ModelSpec& model, const LayerGroup& group,
                                                     const ComputeShape& shape) noexcept {
    const double floats = CommonGraph::besideScores(model, group, shape);
    if (model.perLayerEmbeddingLength <= 0.0) return floats;
    return floats + (model.perLayerEmbeddingLength * model.layerCount + shape.hidden / 2.0);
  }
};

}  // namespace llmcalc
