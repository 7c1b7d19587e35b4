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

inline void OffloadReplay::attention(const LayerGroup& g, const GroupWeights& w) noexcept {
  using enum Slot;
  const double queries = g.headCount * g.keyLength;
  const double keys = g.kvHeadCount * g.keyLength;
  const double values = g.kvHeadCount * g.valueLength;
  const double length = g.headCount * g.valueLength;
  const bool recurs = g.recurrence != Recurrence::none;
  const double valueWeight = w.values.base + (copied_.specialValues ? w.values.extra : 0.0);
  const Follows kind = follows(g);
  const bool hasFactors =
      kind == Follows::nothing && askGraph(model_, [&](auto graph) { return graph.scalesFrequencies(model_); });
  const bool rotates = rotatesBesideMamba1(mamba1_) && !isNemotronHAttention(g, s_) &&
                       askGraph(model_, [&](auto graph) { return graph.rotates(g); });
  const bool biased = kind == Follows::bias || postNormed_;
  // Positions come with the piece of the graph that rotates first, be it that of the product or a later one.
  const bool placed = held(positions).size + held(lateness).size > 0.0 || !rotates;
  vectors(query, queries);
  if (recurs && copied_.weights) size(heldWeight) = s_.hidden * kVectorBytes;
  run<norm, heldWeight>();
  if (g.fusedQKV) {
    if (!placed) vectors(positions, 1.0);
    vectors(flat, queries + keys + values);
    vectors(key, keys);
    copies(valueWeight);
    run<weight, positions, flat, ~weight, ~norm, query, key, ~key, ~flat>();
  } else {
    const bool early = kind == Follows::nothing && !hasFactors;
    if (!placed) vectors(early ? positions : lateness, positionsOfToken(deltaNets_));
    if (!placed && hasFactors) size(factors) = g.keyLength * 2.0;
    if (copied_.weights && kind != Follows::nothing)
      size(vectorWeight) = (biased ? queries : g.keyLength) * kVectorBytes;
    vectors(g.gatedQuery ? gate : flat, queries * (g.gatedQuery ? 2.0 : 1.0));
    copies(TensorRole::attentionQ, s_.hidden, queries * (g.gatedQuery ? 2.0 : 1.0));
    run<weight, input, positions, flat, gate, ~weight>();
    if (!copied_.weights) {
      // Vulkan moves the products together.
      vectors(value, values);
      vectors(flatKey, keys);
      run<value, flatKey>();
      if (!parallel_) run<~norm>();
    }
    if (biased || hasFactors) run<vectorWeight, lateness, factors, ~vectorWeight>();
    if (rotates) run<query, ~flat>();
    run<vectorWeight, lateness, ~vectorWeight>();
    // On the GPU the values are in the cache before the keys are rotated.
    const bool cached = !copied_.weights && rotates;
    if (cached) run<~value>();
    const auto takeKey = [&] {
      product(flatKey, keys, matrix(TensorRole::attentionK, s_.hidden, keys));
      if (!s_.slides && !parallel_) run<~norm>();
      vectors(key, keys);
      if (rotates) run<key, ~flatKey>();
    };
    if (computesKeysFirst(s_)) takeKey();
    if (!cached) product(value, values, valueWeight);
    if (!computesKeysFirst(s_)) takeKey();
    if (!parallel_) run<~norm>();
    run<~key, ~flatKey, ~value>();
  }
  if (copied_.lastAttention) run<~positions, ~lateness, ~indices>();
  // Before a state that is fetched on the GPU it is computed there.
  if (copied_.cache && !(copied_.weights && copied_.fetchesTaps) && hostAttends(g, s_)) {
    run<~query, ~flat>();
    if (!recurs) project(g, length, beside);
    return;
  }
  const bool slides = g.attention == Attention::sliding;
  const double cells = slides ? s_.cells.sliding : s_.cells.full;
  const double copiedCells = copied_.cache ? cells * s_.cells.streams : 0.0;
  const bool flash = runtime_.flashAttention;
  size(keyCopy) = copiedCells * keys * bytesPerElement(runtime_.cacheTypeK);
  size(flash ? valueCopy : lateValueCopy) =
      copiedCells * (flash ? values : s_.widestValues) * bytesPerElement(runtime_.cacheTypeV);
  sizeMasks(g);
  vectors(flash ? attended : lateAttended, length);
  if (!flash) {
    vectors(scores, g.headCount * cells);
    vectors(each, length);
  }
  const bool scansHere = recurs && !copied_.cache;
  if (scansHere) {
    // The scan's norm comes first.
    vectors(again, s_.hidden);
    run<again>();
  }
  run<keyCopy, valueCopy, mask, slidingMask, lateValueCopy, attended, scores, ~query, ~flat, ~keyCopy, ~valueCopy>();
  if (copied_.lastOfMask) step(slides ? ~slidingMask : ~mask);
  if (fetchesHere(g)) fetchTaps();
  vectors(open, g.gatedQuery ? queries : 0.0);
  run<each, ~lateValueCopy, ~scores, lateAttended, ~each, open, ~gate>();
  if (g.gatedQuery) {
    run<~attended, ~lateAttended>();
    held(attended) = held(open);
    held(open) = {};
  }
  if (scansHere) return;
  // The network starts from the same norm and comes first.
  if (parallel_) {
    network(g, w);
    addResidual(dense, false);
  }
  project(g, length, attended);
}

// The attention's result, of the host if that is `beside`, becomes the layer's next input.
inline void OffloadReplay::project(const LayerGroup& g, double length, Slot from) noexcept {
  using enum Slot;
  if (from == beside) vectors(attended, length);
  copies(TensorRole::attentionOutput, length, s_.hidden);
  run<weight, attended>();
  if (from == beside && fetchesHere(g)) fetchTaps();
  run<ids, projected, ~weight, ~attended, ~lateAttended>();
  if (parallel_) {
    run<~projected>();
  } else if (g.recurrence == Recurrence::none) {
    addResidual(projected, sumsInPlace_);
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
  if (low) product(flatKey, g.queryLoraRank, matrix(TensorRole::other, s_.hidden, g.queryLoraRank));
  product(flat, rows,
          matrix(low ? TensorRole::other : TensorRole::attentionQ, low ? g.queryLoraRank : s_.hidden, rows));
  run<~flatKey>();
  vectors(positions, 1.0);
  vectors(each, compressedQueries);
  vectors(rotated, g.headCount * g.ropeLength);
  vectors(query, g.headCount * latent);
  copies(TensorRole::other, g.mlaKeyLength - g.ropeLength, compressedQueries, true);
  run<weight, positions, each, ~weight, rotated, ~flat, query, ~each, ~rotated>();
  product(flatKey, latent, matrix(TensorRole::other, s_.hidden, latent));
  vectors(value, g.kvLoraRank);
  vectors(rotated, g.ropeLength);
  vectors(key, latent);
  size(keyCopy) = copied_.cache ? cached * latent * bytesPerElement(runtime_.cacheTypeK) : 0.0;
  sizeMasks(g);
  vectors(flash ? attended : lateAttended, compressedQueries);
  if (flash) {
    size(valueCopy) = size(keyCopy);
  } else {
    vectors(scores, g.headCount * cells);
    size(transposed) = cached * g.kvLoraRank * 4.0;
  }
  run<~norm, value, rotated, ~flatKey, key, ~value, ~rotated, ~key, keyCopy, valueCopy, mask, attended, scores, ~query,
      transposed, lateAttended, ~scores, ~transposed, ~keyCopy, ~valueCopy>();
  if (copied_.lastOfMask) run<~mask>();
  product(each, length, matrix(TensorRole::other, g.kvLoraRank, length, true));
  run<~attended, ~lateAttended>();
  vectors(attended, length);
  run<attended, ~each>();
  project(g, length, attended);
}

}  // namespace llmcalc
