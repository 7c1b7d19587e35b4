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
  // A dense network beside the experts has a norm of its own, and so has the choice of experts then.
  const bool separate = mixes && g.feedForward != FeedForward::none;
  vectors(again, separate ? s_.hidden : 0.0);
  run<again, norm>();
  if (mixes) {
    const double length = g.expertLength * g.expertsUsed;
    product(scores, g.expertCount, s_.hidden * g.expertCount * kVectorBytes);
    vectors<order, probabilities>(g.expertCount);
    vectors<shares, normedShares>(g.expertsUsed);
    vectors<sum, clampedSum>(1.0);
    vectors(gate, g.plainExperts || g.fusedExperts ? 0.0 : length);
    vectors(g.plainExperts ? onlyUp : up, length * (g.fusedExperts ? 2.0 : 1.0));
    vectors(active, g.plainExperts ? 0.0 : length);
    vectors(each, s_.hidden * g.expertsUsed);
    expertWeight(w.largestExpertUp);
    run<~again, probabilities, order, shares, ~probabilities, sum, clampedSum, ~sum, normedShares, ~shares, ~clampedSum,
        ~scores>();
    if (size(gate) > 0.0) run<weight, gate, ~weight>();
    run<weight, up, onlyUp, ~weight>();
    if (g.sharedExpertLength == 0.0) run<~norm>();
    expertWeight(w.expertsDown.base + (copied_.specialExpertsDown ? w.expertsDown.extra : 0.0));
    sizeNextMasks();
    if (s_.recurs && copied_.reachesLast && !copied_.weights) vectors(ids, 1.0);
    if (s_.recurs && (copied_.reachesFull || copied_.reachesSliding) && !copied_.weights) {
      vectors(positions, 1.0);
      vectors(indices, cellIndices());
    }
    run<active, ~gate, ~up, weight, positions, indices, ids>();
    // A bias, which is longer than a factor for each expert, begins a piece of its own.
    if (g.expertVectorElements <= g.expertCount) run<slidingMask, mask>();
    run<each, ~weight, slidingMask, mask, ~active, ~onlyUp, ~order, ~normedShares>();
    if (separate) run<norm>();
    if (copied_.fetchesTaps && !waitsForShared(g)) fetchTaps();
    if (!sumsLate(g)) run<routed, ~each>();
  }
  network(g, w);
  if (mixes) run<~dense>();
  addResidual(mixes ? routed : dense, sumsInPlace_ || (!mixes && g.fusedQKV));
  // The first layer makes those of all layers.
  vectors(perLayer, model_.perLayerEmbeddingLength * model_.layerCount);
  run<perLayer>();
}

// The dense network, or the experts that all tokens share.
inline void OffloadReplay::network(const LayerGroup& g, const GroupWeights& w) noexcept {
  using enum Slot;
  const bool isShared = g.feedForward == FeedForward::none;
  const double length = isShared ? g.sharedExpertLength : g.feedForwardLength;
  if (length <= 0.0) return;
  const detail::Variant& upWeights = isShared ? w.sharedUp : w.up;
  const detail::Variant& downWeights = isShared ? w.sharedDown : w.down;
  const bool plain = isShared ? g.plainExperts : g.feedForward == FeedForward::plain;
  const bool fused = g.feedForward == FeedForward::fusedGated;
  const bool gated = !plain && !fused;
  const bool specialDown = isShared ? copied_.specialSharedDown : copied_.specialDown;
  const double upBytes = (upWeights.base + (copied_.specialUp ? upWeights.extra : 0.0)) / (gated ? 2.0 : 1.0);
  if (gated) product(gate, length, upBytes);
  product(plain ? onlyUp : up, fused ? 2.0 * length : length, upBytes);
  vectors(active, plain ? 0.0 : length);
  copies(downWeights.base + (specialDown ? downWeights.extra : 0.0));
  const bool gatesAll = isShared && gatesSharedExpert(deltaNets_);
  if (!gatesAll) run<~norm>();
  if (copied_.fetchesTaps && waitsForShared(g)) fetchTaps();
  if (sumsLate(g)) run<routed, ~each>();
  run<active, ~gate, ~up, weight>();
  if (!gatesAll) nextInputs();
  run<shared, dense, ~weight, ~active, ~onlyUp>();
  if (gatesAll) {
    copies(s_.hidden * kVectorBytes);
    vectors(gate, 1.0);
    run<weight>();
    nextInputs();
    run<gate, ~weight, ~norm, ~gate>();
  }
}

}  // namespace llmcalc
