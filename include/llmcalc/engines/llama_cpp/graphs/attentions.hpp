// attentions.hpp: what llama.cpp's graph of an attention holds, and what of its cache a step reads.
//
// Which tensors are alive together follows from the graphs in ggml-org/llama.cpp (src/models/*.cpp,
// src/llama-graph.cpp), and was compared with recorded plans: tests/golden/memory.tsv.
#pragma once

#include <algorithm>

#include "llmcalc/answer/terms.hpp"
#include "llmcalc/engines/llama_cpp/graphs/graphs.hpp"
#include "llmcalc/engines/llama_cpp/graphs/shape.hpp"
#include "llmcalc/ggml/types.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc {

namespace detail {

// Attention without flash attention holds the scores of all heads at once.
[[nodiscard]] inline double attentionFloats(const ModelSpec& model, const LayerGroup& g,
                                            const ComputeShape& s) noexcept {
  const double cells = isSliding(g) ? s.cells.sliding : s.cells.full;
  return g.headCount * cells + askGraph(model, [&](auto graph) { return graph.besideScores(model, g, s); });
}

// Flash attention has no F32 kernel: keys and values of such caches are cast to F16, a layer at a time, beside the
// queries and what the attention gives.
[[nodiscard]] constexpr double castBytes(const LayerGroup& g, const ComputeShape& s, const Runtime& runtime) noexcept {
  const double cells = (isSliding(g) ? s.cells.sliding : s.cells.full) * s.cells.streams;
  const double keys = runtime.cacheTypeK == CacheType::f32 ? g.kvHeadCount * g.keyLength : 0.0;
  const double values = runtime.cacheTypeV == CacheType::f32 ? g.kvHeadCount * g.valueLength : 0.0;
  const double cast = cells * (keys + values) * 2.0;
  return cast > 0.0 ? cast + s.bytes(2.0 * g.headCount * g.keyLength) : 0.0;
}

// Multi-head latent attention holds queries that were compressed like the keys.
[[nodiscard]] inline double latentFloats(const LayerGroup& g, const ComputeShape& s, const Runtime& runtime) noexcept {
  const double latent = g.kvLoraRank + g.ropeLength;
  const double floats = g.headCount * (2.0 * latent + g.mlaKeyLength);
  // Scores that are no longer than a query take its place.
  if (runtime.flashAttention || s.cells.full <= latent) return floats;
  const double unrotated = g.queryLoraRank == 0.0 ? g.headCount * g.ropeLength : 0.0;
  // The values are a copy of the compressed keys, as long as the cache.
  const double values = g.kvLoraRank * s.cells.full / s.tokens + 2.0 * s.hidden;
  return std::max(floats - unrotated, values) + g.headCount * s.cells.full;
}

}  // namespace detail

// The stage of an attention, with its bytes.
[[nodiscard]] inline LargestStage attentionStage(const ModelSpec& model, const LayerGroup& g, const ComputeShape& s,
                                                 const Runtime& runtime) noexcept {
  if (g.attention == Attention::mla) return {Stage::latentAttention, s.bytes(detail::latentFloats(g, s, runtime))};
  if (runtime.flashAttention) return {Stage::attention, detail::castBytes(g, s, runtime)};
  return {Stage::attention, s.bytes(detail::attentionFloats(model, g, s))};
}

// Elements that a query has for every score, over all heads: of mla the mean of what keys and values take.
[[nodiscard]] constexpr double queryElements(const LayerGroup& g) noexcept {
  const bool mla = g.attention == Attention::mla;
  return g.headCount * (mla ? 0.5 * (g.mlaKeyLength + g.mlaValueLength) : g.keyLength);
}

// How many times longer a byte of keys and values takes than with heads of 128. The H100 reads 2.18 TB/s with heads of
// 128 and 1.57 TB/s with heads of 64 (tests/golden/h100.tsv); batched runs gave the numbers of 256 and of mla.
[[nodiscard]] constexpr double cacheEffort(const LayerGroup& g) noexcept {
  if (g.attention == Attention::mla) return 2.1;
  if (g.keyLength <= 64.0) return 1.35;
  return g.keyLength <= 128.0 ? 1.0 : 1.3;
}

}  // namespace llmcalc
