// inputs.hpp: the inputs of llama.cpp's graph, which every compute buffer has beside its largest stage.
#pragma once

#include "llmcalc/engines/llama_cpp/graphs/graphs.hpp"
#include "llmcalc/engines/llama_cpp/graphs/shape.hpp"
#include "llmcalc/ggml/types.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc {

// Rows of quantised caches are rotated where the length of a head is a multiple of this.
inline constexpr double kRotationMultiple = 64.0;

namespace detail {

// Bytes of the Hadamard matrix (F32) that rotates the keys of a quantised cache. It has as many rows as the largest
// power of two up to the length of a key; keys whose length is no multiple of 64 are not rotated.
[[nodiscard]] inline double keyRotationBytes(double length) noexcept {
  if (length <= 0.0 || !isMultipleOf(length, 64.0)) return 0.0;
  double size = 64.0;
  while (size < length && isMultipleOf(length, 2.0 * size)) size *= 2.0;
  return size * size * 4.0;
}

// Bytes of the Hadamard matrix that rotates values, which always has 64 rows.
inline constexpr double kValueRotationBytes = 64.0 * 64.0 * 4.0;

}  // namespace detail

// Bytes of the attention masks. A mask that no layer reads is not allocated.
[[nodiscard]] constexpr double maskBytes(const ComputeShape& s) noexcept {
  const double cells = (s.attends ? s.cells.full : 0.0) + (s.slides ? s.cells.sliding : 0.0);
  return cells * s.tokens * s.maskElement;
}

// Hidden vectors of each token among the inputs. Embeddings are looked up or given, and builds that mix both in one
// batch hold each kind a second time, at its places in the batch.
[[nodiscard]] constexpr double inputVectors(const Runtime& runtime) noexcept {
  return runtime.build < kMixedInputsBuild ? 2.0 : 4.0;
}

// Bytes of the inputs of the graph: token ids and embeddings, positions, masks, indices of cells, rotations.
[[nodiscard]] inline double inputBytes(const ModelSpec& model, const ComputeShape& s, const Runtime& runtime) noexcept {
  const double caches = (s.attends ? 1.0 : 0.0) + (s.slides ? 1.0 : 0.0);
  double floats = inputVectors(runtime) * s.hidden + model.perLayerEmbeddingLength * model.layerCount;
  floats += askGraph(model, [&](auto graph) { return graph.inputs(s); });
  double bytes = s.bytes(floats + 2.0) + s.outputs * 4.0;
  if (!s.hasCache) return bytes;
  bytes += maskBytes(s) + 8.0 * s.tokens * caches;
  if (s.latent) return bytes;
  bytes += 8.0 * s.tokens * caches * (runtime.flashAttention ? 1.0 : s.widestValues);
  if (isQuantized(runtime.cacheTypeK)) {
    bytes += detail::keyRotationBytes(s.keyLength) + (s.slides ? detail::keyRotationBytes(s.slidingKeyLength) : 0.0);
  }
  if (isQuantized(runtime.cacheTypeV) && isMultipleOf(s.valueLength, 64.0)) {
    bytes += detail::kValueRotationBytes * caches;
  }
  return bytes;
}

// Copies of the inputs that the scheduler keeps where layers are split over GPUs and all of them are there.
inline constexpr double kPipelineCopies = 4.0;

// Hidden vectors of each token that a device holds among the inputs where GPUs pipeline. The scheduler copies them less
// often than masks and indices. Two and seven, of older builds, were read off one report (ggml-org/llama.cpp b9665, two
// cards), the other numbers off build 11669.
struct PipelineVectors {
  double host;
  double first;
  double other;
};
[[nodiscard]] constexpr PipelineVectors pipelineVectors(const Runtime& runtime) noexcept {
  return runtime.build < kMixedInputsBuild ? PipelineVectors{2.0, 7.0, 7.0} : PipelineVectors{10.0, 15.0, 10.0};
}

// The inputs of the host's buffer where GPUs pipeline.
[[nodiscard]] constexpr double pipelinedInputs(const ComputeShape& s, const Runtime& runtime, double inputs) noexcept {
  const double hidden = s.bytes(s.hidden);
  const double others = inputs - inputVectors(runtime) * hidden;
  // The host keeps one copy of the embeddings per layer, and the first GPU makes what the other GPUs copy.
  const double perLayer = s.bytes(s.perLayer);
  return kPipelineCopies * (others - perLayer) + perLayer + pipelineVectors(runtime).host * hidden;
}

}  // namespace llmcalc
