// shape.hpp: what llama.cpp's buffers depend on, gathered once from a model and a runtime.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "llmcalc/answer/terms.hpp"
#include "llmcalc/engines/llama_cpp/cache.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc {

// Lengths and counts of the graph of one micro-batch. Where layers differ, a length is that of the widest.
struct ComputeShape {
  CacheCells cells;
  double tokens = 0;   // of a micro-batch
  double outputs = 0;  // tokens that get logits
  double sequences = 1;
  double snapshots = 1;  // of the state of each sequence: snapshotsOf
  double hidden = 0;
  double perLayer = 0;  // embeddings of all layers
  double queries = 0;   // query heads times the length of a key
  double keys = 0;      // key/value heads times the length of a key
  double widestValues = 0;
  double keyLength = 0;         // of one head, in layers that attend to all cells
  double slidingKeyLength = 0;  // of one head, in layers that slide
  double valueLength = 0;       // of one head
  bool hasCache = false;
  bool attends = false;    // to all cells, in any layer
  bool slides = false;     // in any layer
  bool latent = false;     // mla in any layer
  bool recurs = false;     // in any layer
  double maskElement = 0;  // bytes of one element of a mask

  // Bytes of so many F32 numbers for every token of the micro-batch.
  [[nodiscard]] constexpr double bytes(double floatsPerToken) const noexcept { return floatsPerToken * tokens * 4.0; }
};

// Tokens of each sequence that get logits under llama-server: its own next one, and those that a draft proposed.
[[nodiscard]] constexpr double outputsOfSequence(const Runtime& runtime) noexcept {
  return runtime.speculation == llama_cpp::Speculation::none ? 1.0 : 1.0 + runtime.draftLength;
}

// States that a layer keeps of each sequence. Where a draft of prediction blocks is refused gated delta nets go back to
// the state before it, of which they keep one for every drafted token. Build 11669 gives other recurrences and other
// drafts none (rs_seq in its log).
[[nodiscard]] constexpr double snapshotsOf(const LayerGroup& group, const Runtime& runtime) noexcept {
  const bool returns =
      group.recurrence == Recurrence::gatedDeltaNet && runtime.speculation == llama_cpp::Speculation::draftMtp;
  return returns ? outputsOfSequence(runtime) : 1.0;
}

// A stage, and the bytes that it needs.
struct LargestStage {
  Stage stage = Stage::none;
  double bytes = 0;

  constexpr void consider(Stage candidate, double candidateBytes) noexcept {
    if (candidateBytes > bytes) {
      stage = candidate;
      bytes = candidateBytes;
    }
  }
};

[[nodiscard]] inline ComputeShape computeShape(const ModelSpec& model, const Runtime& runtime) noexcept {
  double queries = 0;
  double keys = 0;
  double widestValues = 0;
  double keyLength = 0;
  double slidingKeyLength = 0;
  double valueLength = 0;
  bool hasCache = false;
  bool attends = false;
  bool slides = false;
  bool latent = false;
  bool recurs = false;
  double snapshots = 1;
  for (std::size_t i = 0, n = asCount(model.groupCount); i < n; ++i) {
    const LayerGroup& g = model.groups[i];
    recurs = recurs || g.recurrence != Recurrence::none;
    snapshots = std::max(snapshots, snapshotsOf(g, runtime));
    if (g.attention == Attention::none) continue;
    queries = std::max(queries, g.headCount * g.keyLength);
    keys = std::max(keys, g.kvHeadCount * g.keyLength);
    hasCache = true;
    attends = attends || !isSliding(g);
    if (g.attention == Attention::mla) {
      latent = true;
      continue;
    }
    widestValues = std::max(widestValues, g.kvHeadCount * g.valueLength);
    if (isSliding(g)) {
      slides = true;
      slidingKeyLength = g.keyLength;
    } else {
      keyLength = g.keyLength;
    }
    valueLength = std::max(valueLength, g.valueLength);
  }
  const CacheCells cells = cacheCells(model, runtime, slides);
  const double batch = microBatch(model, runtime);
  // The graph that llama.cpp reserves has equally many tokens of each sequence, so the batch is rounded up.
  const double tokens = roundedUp(batch / runtime.sequences) * runtime.sequences;
  const bool capped = runtime.server && runtime.build >= kCappedOutputsBuild;
  return {.cells = cells,
          .tokens = tokens,
          .outputs = capped ? std::min(batch, runtime.sequences * outputsOfSequence(runtime)) : batch,
          .sequences = runtime.sequences,
          .snapshots = snapshots,
          .hidden = model.hiddenSize,
          .perLayer = model.perLayerEmbeddingLength * model.layerCount,
          .queries = queries,
          .keys = keys,
          .widestValues = widestValues,
          .keyLength = keyLength,
          .slidingKeyLength = slidingKeyLength,
          .valueLength = valueLength,
          .hasCache = hasCache,
          .attends = attends,
          .slides = slides,
          .latent = latent,
          .recurs = recurs,
          .maskElement = runtime.flashAttention && runtime.build >= kHalfMaskBuild ? 2.0 : 4.0};
}

// Whether `length` is a whole number of `size`.
[[nodiscard]] inline bool isMultipleOf(double length, double size) noexcept {
  return std::floor(length / size) * size == length;
}

}  // namespace llmcalc
