// network.hpp: the dense network and the experts of a replayed layer.
#pragma once

#include "llmcalc/engines/llama_cpp/buffers/host.hpp"
#include "llmcalc/engines/llama_cpp/graphs/qwen3next.hpp"
#include "llmcalc/engines/llama_cpp/offload/replay.hpp"
#include "llmcalc/engines/llama_cpp/offload/slots.hpp"
#include "llmcalc/layout/weights.hpp"
#include "llmcalc/model/spec.hpp"

namespace llmcalc {

inline void OffloadReplay::feedForward(const LayerGroup& g, const GroupWeights& w) noexcept {
  using enum Slot;
  const auto expertWeight = [&](double bytes) { size(weight) = copied_.experts ? copiedBytes(bytes, weights_) : 0.0; };
  const bool mixes = g.expertCount > 0.0;
  // Where a dense network stands beside the experts, each of the two has a norm of its own.
  const bool separate = mixes && g.feedForward != FeedForward::none;
  vectors(moeNorm, separate ? s_.hidden : 0.0);
  run<moeNorm, norm>();
  if (mixes) {
    const double length = g.expertLength * g.expertsUsed;
    product(ffnMoeLogits, g.expertCount, s_.hidden * g.expertCount * kVectorBytes);
    vectors<ffnMoeArgsort, ffnMoeProbs>(g.expertCount);
    vectors<ffnMoeWeights, ffnMoeWeightsNorm>(g.expertsUsed);
    vectors<ffnMoeWeightsSum, ffnMoeWeightsSumClamped>(1.0);
    vectors(ffnGate, g.plainExperts || g.fusedExperts ? 0.0 : length);
    vectors(g.plainExperts ? ffnUpAlone : ffnUp, length * (g.fusedExperts ? 2.0 : 1.0));
    vectors(ffnSwiglu, g.plainExperts ? 0.0 : length);
    vectors(ffnMoeDown, s_.hidden * g.expertsUsed);
    expertWeight(w.largestExpertUp);
    run<~moeNorm, ffnMoeProbs, ffnMoeArgsort, ffnMoeWeights, ~ffnMoeProbs, ffnMoeWeightsSum, ffnMoeWeightsSumClamped,
        ~ffnMoeWeightsSum, ffnMoeWeightsNorm, ~ffnMoeWeights, ~ffnMoeWeightsSumClamped, ~ffnMoeLogits>();
    const bool weighsFirst = askGraph(model_, [](auto graph) { return graph.kWeightsBeforeExperts; });
    vectors(ffnMoeWeighted, weighsFirst ? s_.hidden * g.expertsUsed : 0.0);
    run<ffnMoeWeighted>();
    if (size(ffnGate) > 0.0) run<weight, ffnGate, ~weight>();
    run<weight, ffnUp, ffnUpAlone, ~weight, ~ffnMoeWeighted>();
    if (g.sharedExpertLength == 0.0) run<~norm>();
    expertWeight(w.expertsDown.base + (copied_.specialExpertsDown ? w.expertsDown.extra : 0.0));
    sizeNextMasks();
    if (s_.recurs && copied_.reachesLast && !copied_.weights) vectors(inpOutIds, 1.0);
    if (s_.recurs && (copied_.reachesFull || copied_.reachesSliding) && !copied_.weights) {
      vectors(inpPos, 1.0);
      vectors(kvIdxs, cellIndices());
    }
    run<ffnSwiglu, ~ffnGate, ~ffnUp, weight, inpPos, kvIdxs, inpOutIds>();
    // Masks come in this split, unless biases of the experts begin one of their own. Elements that are more than a
    // factor for each expert are biases.
    if (g.expertVectorElements <= g.expertCount) run<kqMaskSwa, kqMask>();
    run<ffnMoeDown, ~weight, kqMaskSwa, kqMask, ~ffnSwiglu, ~ffnUpAlone, ~ffnMoeArgsort, ~ffnMoeWeightsNorm>();
    if (separate) run<norm>();
    if (copied_.fetchesTaps && !fetchesAfterShared(g)) fetchTaps();
    if (!sumsAfterShared(g)) run<ffnMoeOut, ~ffnMoeDown>();
  }
  network(g, w);
  if (mixes) run<~ffnOut>();
  addResidual(mixes ? ffnMoeOut : ffnOut, sumsInPlace_ || (!mixes && g.fusedQKV));
  // The first layer makes the embeddings of all layers.
  vectors(inpPerLayer, model_.perLayerEmbeddingLength * model_.layerCount);
  run<inpPerLayer>();
}

// Replays the dense network, or the expert that all tokens share.
inline void OffloadReplay::network(const LayerGroup& g, const GroupWeights& w) noexcept {
  using enum Slot;
  const bool isShared = g.feedForward == FeedForward::none;
  const double length = isShared ? g.sharedExpertLength : g.feedForwardLength;
  if (length <= 0.0) return;
  const WeightsOfRule& upWeights = isShared ? w.sharedUp : w.up;
  const WeightsOfRule& downWeights = isShared ? w.sharedDown : w.down;
  const bool plain = isShared ? g.plainExperts : g.feedForward == FeedForward::plain;
  const bool fused = g.feedForward == FeedForward::fusedGated;
  const bool gated = !plain && !fused;
  const bool specialDown = isShared ? copied_.specialSharedDown : copied_.specialDown;
  const double upBytes = (upWeights.base + (copied_.specialUp ? upWeights.extra : 0.0)) / (gated ? 2.0 : 1.0);
  if (gated) product(ffnGate, length, upBytes);
  product(plain ? ffnUpAlone : ffnUp, fused ? 2.0 * length : length, upBytes);
  vectors(ffnSwiglu, plain ? 0.0 : length);
  copies(downWeights.base + (specialDown ? downWeights.extra : 0.0));
  const bool gatesAll = isShared && gatesSharedExpert(deltaNets_);
  if (!gatesAll) run<~norm>();
  if (copied_.fetchesTaps && fetchesAfterShared(g)) fetchTaps();
  if (sumsAfterShared(g)) run<ffnMoeOut, ~ffnMoeDown>();
  run<ffnSwiglu, ~ffnGate, ~ffnUp, weight>();
  if (!gatesAll) nextInputs();
  run<sharedCaches, ffnOut, ~weight, ~ffnSwiglu, ~ffnUpAlone>();
  if (gatesAll) {
    copies(s_.hidden * kVectorBytes);
    vectors(ffnGate, 1.0);
    run<weight>();
    nextInputs();
    run<ffnGate, ~weight, ~norm, ~ffnGate>();
  }
}

}  // namespace llmcalc
