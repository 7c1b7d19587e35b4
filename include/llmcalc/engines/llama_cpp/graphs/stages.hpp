// stages.hpp: the stages of a layer in llama.cpp's graph, and the largest.
//
// ggml's allocator reuses memory, so a compute buffer is the inputs of the graph and its largest stage, whatever the
// number of layers. Which tensors a stage keeps alive follows from the graphs in ggml-org/llama.cpp (src/models/*.cpp,
// src/llama-graph.cpp). Where a free hole is too small for the next tensor the allocator adds instead of reusing, and
// those additions were read off recorded plans of the development models: tests/golden/memory.tsv, errors in
// docs/memory.md. Lengths here are floats per token of a micro-batch unless a name says bytes.
#pragma once

#include <array>
#include <cstddef>

#include "llmcalc/answer/terms.hpp"
#include "llmcalc/engines/llama_cpp/graphs/attentions.hpp"
#include "llmcalc/engines/llama_cpp/graphs/graphs.hpp"
#include "llmcalc/engines/llama_cpp/graphs/recurrences.hpp"
#include "llmcalc/engines/llama_cpp/graphs/shape.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc {

namespace detail {

// A dense network holds up, gate and their product, and a hidden vector where the queries left too small a hole for it.
[[nodiscard]] inline double feedForwardFloats(const ModelSpec& model, const LayerGroup& g, const ComputeShape& s,
                                              const Runtime& runtime) noexcept {
  double floats = g.feedForwardLength * (g.feedForward == FeedForward::plain ? 1.0 : 3.0);
  if (s.queries < s.hidden) floats += s.hidden;
  return floats + askGraph(model, [&](auto graph) { return graph.besideFeedForward(model, s, runtime); });
}

// Experts hold up, gate and their product for every expert that a token uses.
[[nodiscard]] inline double expertFloats(const ModelSpec& model, const LayerGroup& g, const ComputeShape& s,
                                         const Runtime& runtime) noexcept {
  const double length = g.expertLength * g.expertsUsed;
  double floats = (g.plainExperts ? 1.0 : 3.0) * length;
  // The experts' results go where gate and up were, if they fit.
  if (s.hidden > 2.0 * g.expertLength) floats += s.hidden * g.expertsUsed;
  return floats + askGraph(model, [&](auto graph) { return graph.besideExperts(g, s, runtime); });
}

}  // namespace detail

// Bytes of the logits. They cost nothing where they fit into the hole of the attention mask, which is free by the end.
[[nodiscard]] inline double logitsBytes(const ModelSpec& model, const ComputeShape& s,
                                        const Runtime& runtime) noexcept {
  const double logits = model.vocabularySize * s.outputs * 4.0;
  if (s.hasCache && logits < s.cells.full * s.tokens * s.maskElement) return 0.0;
  double extra = askGraph(model, [&](auto graph) { return graph.besideLogits(model, s, runtime); });
  if (!s.latent && runtime.cacheTypeK != runtime.cacheTypeV) extra += s.hidden;
  return logits + s.bytes(extra);
}

// Whether the host computes the attention of its layers itself. It does where the scheduler meets nothing for the GPU
// between that attention and the next layer's state, which the host holds; experts and gated queries would be met.
[[nodiscard]] inline bool hostAttends(const LayerGroup& g, const ComputeShape& s) noexcept {
  return s.recurs && hasCache(g) && g.expertCount == 0.0 && !g.gatedQuery;
}

// The largest stage of the layers on a device, without the inputs. `here`: groups that have layers there.
// `cacheOnHost`: the host holds their caches.
[[nodiscard]] inline LargestStage largestLayerStage(const ModelSpec& model, const ComputeShape& s,
                                                    const Runtime& runtime,
                                                    const std::array<bool, ModelSpec::kMaximumGroups>& here,
                                                    bool cacheOnHost = false) noexcept {
  LargestStage largest;
  for (std::size_t i = 0, n = asCount(model.groupCount); i < n; ++i) {
    const LayerGroup& g = model.groups[i];
    if (!here[i]) continue;
    if (g.feedForward != FeedForward::none) {
      largest.consider(Stage::feedForward, s.bytes(detail::feedForwardFloats(model, g, s, runtime)));
    }
    if (g.expertCount > 0.0) largest.consider(Stage::experts, s.bytes(detail::expertFloats(model, g, s, runtime)));
    if (g.attention != Attention::none && !(cacheOnHost && hostAttends(g, s))) {
      const LargestStage attention = attentionStage(model, g, s, runtime);
      largest.consider(attention.stage, attention.bytes);
    }
    if (g.recurrence != Recurrence::none) {
      largest.consider(Stage::recurrence, recurrenceBytes(model, g, s));
    }
  }
  return largest;
}

}  // namespace llmcalc
