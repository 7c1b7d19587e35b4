// attention.hpp: attention of a replayed layer.
#pragma once

#include "llmcalc/engines/llama_cpp/buffers/host.hpp"
#include "llmcalc/engines/llama_cpp/graphs/gemma3.hpp"
#include "llmcalc/engines/llama_cpp/graphs/graphs.hpp"
#include "llmcalc/engines/llama_cpp/graphs/jamba.hpp"
#include "llmcalc/engines/llama_cpp/graphs/nemotron_h.hpp"
#include "llmcalc/engines/llama_cpp/graphs/qwen3next.hpp"
#include "llmcalc/engines/llama_cpp/offload/replay.hpp"
#include "llmcalc/engines/llama_cpp/offload/slots.hpp"
#include "llmcalc/ggml/quantize_rules.hpp"
#include "llmcalc/layout/weights.hpp"
#include "llmcalc/model/spec.hpp"

namespace llmcalc {

// Replays the attention of a layer that has one.
inline void OffloadReplay::attention(const LayerGroup& g, const GroupWeights& w) noexcept {
  if (g.attention == Attention::mla) {
    latentAttention(g);
  } else {
    attentionOfHeads(g, w);
  }
}

inline void OffloadReplay::attentionOfHeads(const LayerGroup& g, const GroupWeights& w) noexcept {
  using enum Slot;
  const double queries = g.headCount * g.keyLength;
  const double keys = g.kvHeadCount * g.keyLength;
  const double values = g.kvHeadCount * g.valueLength;
  const double length = g.headCount * g.valueLength;
  const bool recurs = g.recurrence != Recurrence::none;
  const double valueWeight = w.values.base + (copied_.specialValues ? w.values.extra : 0.0);
  const QueryKeyVectors vectorsAfter = queryKeyVectors(g);
  const bool hasFactors = vectorsAfter == QueryKeyVectors::none &&
                          askGraph(model_, [&](auto graph) { return graph.scalesFrequencies(model_); });
  const bool rotates = rotatesBesideMamba1(mamba1_) && !isNemotronHAttention(g, s_) &&
                       askGraph(model_, [&](auto graph) { return graph.rotates(g); });
  const bool rotatesKeys = isQuantized(runtime_.cacheTypeK) && isMultipleOf(g.keyLength, kRotationMultiple);
  const bool biased = vectorsAfter == QueryKeyVectors::bias || postNormed_;
  // Positions are copied in the first split that rotates: that of the product of queries, or a later one.
  const bool placed = held(inpPos).size + held(lateInpPos).size > 0.0 || isPipelined(start_) || !rotates;
  vectors(qRope, queries);
  if (recurs && copied_.weights) size(attnNormWeight) = s_.hidden * kVectorBytes;
  run<norm, attnNormWeight>();
  if (g.fusedQKV) {
    if (!placed) vectors(inpPos, 1.0);
    vectors(qcur, queries + keys + values);
    vectors(kRope, keys);
    copies(valueWeight);
    run<weight, inpPos, qcur, ~weight, ~norm, qRope, kRope, ~kRope, ~qcur>();
  } else {
    const bool early = vectorsAfter == QueryKeyVectors::none && !hasFactors;
    if (!placed) vectors(early ? inpPos : lateInpPos, positionsOfToken(deltaNets_));
    if (!placed && hasFactors) size(ropeFactors) = g.keyLength * 2.0;
    if (copied_.weights && vectorsAfter != QueryKeyVectors::none)
      size(vectorWeight) = (biased ? queries : g.keyLength) * kVectorBytes;
    vectors(g.gatedQuery ? qcurFull : qcur, queries * (g.gatedQuery ? 2.0 : 1.0));
    copies(TensorRole::attentionQ, s_.hidden, queries * (g.gatedQuery ? 2.0 : 1.0));
    run<weight, inpL, inpPos, qcur, qcurFull, ~weight>();
    if (!copied_.weights) {
      // Vulkan reorders the graph so that products stand together.
      vectors(vcur, values);
      vectors(kcur, keys);
      run<vcur, kcur>();
      if (!parallel_) run<~norm>();
    }
    if (biased || hasFactors) run<vectorWeight, lateInpPos, ropeFactors, ~vectorWeight>();
    if (rotates) run<qRope, ~qcur>();
    if (rotatesKeys) {
      vectors(qRotated, queries);
      run<qRotated, ~qRope, ~qcur>();
    }
    run<vectorWeight, lateInpPos, ~vectorWeight>();
    // Where nothing is copied the values are written into the cache before the keys are rotated.
    const bool cached = !copied_.weights && rotates;
    if (cached) {
      rotateValues(values, g.valueLength);
      run<~vcur, ~vRotated>();
    }
    const auto takeKey = [&] {
      product(kcur, keys, matrix(TensorRole::attentionK, s_.hidden, keys));
      if (!s_.slides && !parallel_) run<~norm>();
      vectors(kRope, keys);
      if (rotates) run<kRope, ~kcur>();
      if (rotatesKeys) {
        vectors(kRotated, keys);
        run<kRotated, ~kRope, ~kcur>();
      }
    };
    if (computesKeysFirst(s_)) takeKey();
    if (!cached) {
      product(vcur, values, valueWeight);
      rotateValues(values, g.valueLength);
    }
    if (!computesKeysFirst(s_)) takeKey();
    if (!parallel_) run<~norm>();
    run<~kRotated, ~kRope, ~kcur, ~vRotated, ~vcur>();
  }
  if (copied_.lastAttention) run<~inpPos, ~lateInpPos, ~kvIdxs>();
  // The host attends where it holds the cache, but not if the next layer's state is fetched on the GPU meanwhile.
  if (copied_.cache && !(copied_.weights && copied_.fetchesTaps) && hostAttends(g, s_)) {
    run<~qRotated, ~qRope, ~qcur>();
    if (!recurs) project(g, length, true);
    return;
  }
  const double cells = isSliding(g) ? s_.cells.sliding : s_.cells.full;
  const double copiedCells = copied_.cache ? cells * s_.cells.streams : 0.0;
  const bool flash = runtime_.flashAttention;
  size(cacheK) = copiedCells * keys * bytesPerElement(runtime_.cacheTypeK);
  size(flash ? cacheV : lateCacheV) =
      copiedCells * (flash ? values : s_.widestValues) * bytesPerElement(runtime_.cacheTypeV);
  sizeMasks(g);
  vectors(flash ? kqvOut : lateKqvOut, length);
  if (flash) {
    // Flash attention has no F32 kernel.
    const double cast = cells * s_.cells.streams * 2.0;
    size(castK) = runtime_.cacheTypeK == CacheType::f32 ? cast * keys : 0.0;
    size(castV) = runtime_.cacheTypeV == CacheType::f32 ? cast * values : 0.0;
  } else {
    vectors(kq, g.headCount * cells);
    vectors(kqv, length);
  }
  // Vulkan fetches the rows for logits of the layer's input ahead of the attention, unless the attention's result is
  // normed before it is added to them: then they are too far ahead in the graph.
  const bool isNormed = isGemma2Or3Shape(model_, s_);
  if (!copied_.weights && !copied_.cache && !recurs && !parallel_ && !isNormed) selectInput();
  const bool scansHere = recurs && !copied_.cache;
  if (scansHere) {
    // A scan beside attention has its own copy of the norm, which is made before the scores.
    vectors(scanNorm, s_.hidden);
    run<scanNorm>();
  }
  run<cacheK, cacheV, kqMask, kqMaskSwa>();
  if (start_ == GraphStart::passedOn && held(inpL).size == 0.0) {
    vectors(inpL, s_.hidden);
    run<inpL>();
  }
  if (size(castK) > 0.0) run<castK, ~cacheK>();
  if (size(castV) > 0.0) run<castV, ~cacheV>();
  run<lateCacheV, kqvOut, kq, ~qRotated, ~qRope, ~qcur, ~castK, ~castV, ~cacheK, ~cacheV>();
  if (copied_.lastOfMask) step(isSliding(g) ? ~kqMaskSwa : ~kqMask);
  if (fetchesHere(g)) fetchTaps();
  if (flash && isQuantized(runtime_.cacheTypeV) && isMultipleOf(g.valueLength, kRotationMultiple)) {
    vectors(kqvRotated, length);
    run<kqvRotated, ~kqvOut>();
    held(kqvOut) = held(kqvRotated);
    held(kqvRotated) = {};
  }
  vectors(gateSigmoid, g.gatedQuery ? queries : 0.0);
  run<kqv, ~lateCacheV, ~kq, lateKqvOut, ~kqv, gateSigmoid, ~qcurFull>();
  if (g.gatedQuery) {
    run<~kqvOut, ~lateKqvOut>();
    held(kqvOut) = held(gateSigmoid);
    held(gateSigmoid) = {};
  }
  if (scansHere) return;
  // In a parallel layer the network is computed before the attention's result is projected.
  if (parallel_) {
    network(g, w);
    addResidual(ffnOut, false);
  }
  project(g, length, false);
}

// Multiplies the values by the matrix of a quantised cache.
inline void OffloadReplay::rotateValues(double values, double valueLength) noexcept {
  using enum Slot;
  if (!isQuantized(runtime_.cacheTypeV) || !isMultipleOf(valueLength, kRotationMultiple)) return;
  vectors(vRotated, values);
  run<vRotated, ~vcur>();
}

// Projects the attention's result, which becomes the layer's next input. `onHost`: the host attended, so the result is
// fetched first.
inline void OffloadReplay::project(const LayerGroup& g, double length, bool onHost) noexcept {
  using enum Slot;
  if (onHost) vectors(kqvOut, length);
  copies(TensorRole::attentionOutput, length, s_.hidden);
  run<weight, kqvOut>();
  if (onHost && fetchesHere(g)) fetchTaps();
  run<inpOutIds, attnOut, ~weight, ~kqvOut, ~lateKqvOut>();
  if (parallel_) {
    run<~attnOut>();
  } else if (g.recurrence == Recurrence::none) {
    addResidual(attnOut, sumsInPlace_);
  }
}

inline void OffloadReplay::latentAttention(const LayerGroup& g) noexcept {
  using enum Slot;
  const double rows = g.headCount * g.mlaKeyLength;
  const double latent = g.kvLoraRank + g.ropeLength;
  const double compressedQueries = g.headCount * g.kvLoraRank;
  const double length = g.headCount * g.mlaValueLength;
  const double cells = s_.cells.full;
  const double cached = cells * s_.cells.streams;
  const bool flash = runtime_.flashAttention;
  run<norm>();
  const bool low = g.queryLoraRank > 0.0;
  if (low) product(kvCmprPe, g.queryLoraRank, matrix(TensorRole::other, s_.hidden, g.queryLoraRank));
  product(q, rows, matrix(low ? TensorRole::other : TensorRole::attentionQ, low ? g.queryLoraRank : s_.hidden, rows));
  run<~kvCmprPe>();
  vectors(inpPos, 1.0);
  vectors(kqv, compressedQueries);
  vectors(qPe, g.headCount * g.ropeLength);
  vectors(qRope, g.headCount * latent);
  copies(TensorRole::other, g.mlaKeyLength - g.ropeLength, compressedQueries, true);
  run<weight, inpPos, kqv, ~weight, qPe, ~q, qRope, ~kqv, ~qPe>();
  product(kvCmprPe, latent, matrix(TensorRole::other, s_.hidden, latent));
  vectors(kvCmpr, g.kvLoraRank);
  vectors(qPe, g.ropeLength);
  vectors(kRope, latent);
  size(cacheK) = copied_.cache ? cached * latent * bytesPerElement(runtime_.cacheTypeK) : 0.0;
  sizeMasks(g);
  vectors(flash ? kqvOut : lateKqvOut, compressedQueries);
  if (flash) {
    size(cacheV) = size(cacheK);
  } else {
    vectors(kq, g.headCount * cells);
    size(vTransposed) = cached * g.kvLoraRank * 4.0;
  }
  run<~norm, kvCmpr, qPe, ~kvCmprPe, kRope, ~kvCmpr, ~qPe, ~kRope, cacheK, cacheV, kqMask, kqvOut, kq, ~qRope,
      vTransposed, lateKqvOut, ~kq, ~vTransposed, ~cacheK, ~cacheV>();
  if (copied_.lastOfMask) run<~kqMask>();
  product(kqv, length, matrix(TensorRole::other, g.kvLoraRank, length, true));
  run<~kqvOut, ~lateKqvOut>();
  vectors(kqvOut, length);
  run<kqvOut, ~kqv>();
  project(g, length, false);
}

}  // namespace llmcalc
