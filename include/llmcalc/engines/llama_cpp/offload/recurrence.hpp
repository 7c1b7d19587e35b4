// recurrence.hpp: recurrent parts of a replayed layer.
#pragma once

#include "llmcalc/engines/llama_cpp/offload/replay.hpp"
#include "llmcalc/engines/llama_cpp/offload/slots.hpp"
#include "llmcalc/ggml/arena.hpp"
#include "llmcalc/ggml/quantize_rules.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/model/state.hpp"

namespace llmcalc {

// Replays Mamba 1. Vulkan has no scan for it, so the operands of the scan go to the host, and its result and the new
// state come back as two tensors. A GPU that scans makes one tensor of both.
template <>
inline void OffloadReplay::replay<Recurrence::mamba1>(const LayerGroup& g) noexcept {
  using enum Slot;
  const double inner = g.innerLength;
  const double columns = g.timeStepRank + 2.0 * g.stateLength;
  const bool fetches = fetchesHere(g);
  vectors(xz, 2.0 * inner);
  vectors<convOutput, dtProjected, z, ySsm, ySwiglu>(inner);
  vectors(xDb, columns);
  vectors(dt, g.timeStepRank);
  size(convInput) = size(convOutput) + tapBytes(g);
  run<norm>();
  copies(TensorRole::other, s_.hidden, 2.0 * inner);
  if (copied_.weights) {
    size(convStates) = tapBytes(g);
    run<weight, convStates>();
  } else if (held(convStates).size == 0.0) {
    fetchTaps();
  }
  run<xz, ~weight, ~norm, convInput, ~convStates>();
  copies(g.convolutionLength * inner * kVectorBytes);
  run<weight, convOutput, ~convInput, ~weight>();
  copies(TensorRole::other, inner, columns);
  run<weight, xDb, ~weight, dt>();
  copies(TensorRole::other, g.timeStepRank, inner);
  run<weight, dtProjected, ~weight, ~dt, ~dtProjected, ~xDb>();
  if (copied_.weights) {
    if (fetches) {
      fetchTaps();
      run<z, ~xz>();
    }
    copiesVector(inner);
    run<vectorWeight, ySsm, z, ~xz, ~vectorWeight, ~convOutput>();
  } else if (copied_.cache) {
    run<ySsm, inpOutIds>();
    if (fetches) fetchTaps();
    run<z, ~xz>();
    selectInput();
    run<~convOutput>();
  } else {
    size(ssmState) = stateBytes(g);
    if (held(Slot::sCopyExtra).at < 0.0 && !copied_.lastRecurrence) held(Slot::sCopyExtra) = arena_.take(0.0);
    run<ssmState, ySsm, inpOutIds>();
    const Piece others = arena_.take(0.0);
    if (copied_.lastRecurrence) giveExtraView();
    selectInput();
    arena_.give(others);
    run<z, ~xz, ~convOutput>();
    if (fetches) fetchTaps();
  }
  run<ySwiglu, ~z, ~ySsm, ~ssmState>();
  finishRecurrence(inner);
  // In a last layer without a network the sum is written over the rows that were selected.
  addResidual(ffnOut, !copied_.last || g.feedForward != FeedForward::none || g.expertCount > 0.0);
}

// Replays Mamba 2 beside attention. A layer of the host keeps its state there, so the host scans.
inline void OffloadReplay::mamba2BesideAttention(const LayerGroup& g) noexcept {
  using enum Slot;
  const double inner = g.innerLength;
  const double channels = convolutionChannels(g);
  const double rows = inner + channels + g.timeStepRank;
  vectors(zxBCdt, rows);
  vectors(convOutput, channels);
  vectors<z, ySwiglu, yAddD>(inner);
  vectors(scanNorm, s_.hidden);
  size(convStates) = tapBytes(g);
  size(convInput) = size(convOutput) + size(convStates);
  copies(TensorRole::other, s_.hidden, rows);
  run<weight, convStates, scanNorm, ~attnNormWeight, zxBCdt, ~weight, ~scanNorm, ~norm, convInput, ~convStates>();
  if (!copied_.cache) {
    vectors(dt, g.timeStepRank);
    sizeScan(g);
    run<convOutput, ~convInput, dt>();
    const Piece others = arena_.take(0.0);
    if (copied_.lastRecurrence) giveExtraView();
    run<attnOut, ~kqvOut, ~lateKqvOut, yAddD, z, ~zxBCdt, ySsm, ~dt, ~convOutput>();
    arena_.give(others);
    if (copied_.lastRecurrence) run<~sCopyMain, ~sCopy>();
    run<ySwiglu, ~z, ~yAddD, ~ySsm, ffnOut, ~ySwiglu, ~ffnOut>();
  } else {
    product(convOutput, channels, g.convolutionLength * channels * kVectorBytes);
    run<~convInput>();
    project(g, g.headCount * g.valueLength, true);
    // The scan's result comes from the host, and the gate is computed here.
    vectors(scanNorm, inner);
    run<z, ~zxBCdt, yAddD, scanNorm, ~convOutput, ~scanNorm, ySwiglu, ~z, ~yAddD>();
    finishRecurrence(inner);
    run<~ffnOut>();
  }
  // The sum of both parts is cut to the tokens that get logits, and not each part.
  marks_.selected = copied_.last;
  addResidual(attnOut, sumsInPlace_);
  selectInput();
  if (copied_.last) {
    run<~inpOutIds>();
    size(inpOutIds) = 0.0;
  }
}

// Replays a gated delta net. The state of a layer of the host is copied to the GPU, which computes the net.
template <>
inline void OffloadReplay::replay<Recurrence::gatedDeltaNet>(const LayerGroup& g) noexcept {
  using enum Slot;
  const double groups = g.stateGroupCount * g.stateLength;
  const double inner = g.innerLength;
  const double channels = convolutionChannels(g);
  vectors<qkvMixed, convOutput>(channels);
  vectors<qConv, kConv>(groups);
  vectors<alpha, gateDecay, beta>(g.timeStepRank);
  vectors<attnOutNorm, z, zSilu>(inner);
  size(convStates) = tapBytes(g);
  size(convInput) = size(convOutput) + size(convStates);
  sizeScan(g);
  if (copied_.weights || copied_.cache) {
    const double heads = matrix(TensorRole::other, s_.hidden, g.timeStepRank);
    run<norm>();
    copies(TensorRole::attentionV, s_.hidden, channels);
    run<weight, convStates, qkvMixed, ~weight, convInput, ~convStates, ~qkvMixed>();
    copies(g.convolutionLength * channels * kVectorBytes);
    run<weight, convOutput, ~convInput, ~weight, qConv, kConv>();
    size(weight) = heads;
    copiesVector(g.timeStepRank);
    run<weight, alpha, ~weight, vectorWeight, gateDecay, ~alpha, ~vectorWeight, weight, ssmState, alpha, ~weight, beta,
        ~alpha, newState, ~qConv, ~kConv, ~convOutput, ~gateDecay, ~beta, ~ssmState>();
    copiesVector(g.stateLength);
    run<vectorWeight, attnOutNorm, ~newState, ~vectorWeight>();
    copies(TensorRole::other, s_.hidden, inner);
    run<weight, z, ~weight, ~norm, zSilu, ~z, ~zSilu>();
  } else {
    run<convStates, norm, qkvMixed, convInput, ~convStates, ~qkvMixed, ssmState>();
    if (copied_.lastRecurrence) run<~sCopy>();
    run<convOutput, ~convInput, alpha, qConv, kConv, gateDecay, ~alpha, alpha, beta, ~alpha, newState, ~qConv, ~kConv,
        ~convOutput, ~gateDecay, ~beta, ~ssmState, z, ~norm, attnOutNorm, ~newState, zSilu, ~z, ~zSilu>();
  }
  finishRecurrence(inner);
  addResidual(ffnOut, true);
}

// Replays the short convolution of LFM2. The state of a layer of the host is copied to the GPU.
template <>
inline void OffloadReplay::replay<Recurrence::shortConvolution>(const LayerGroup& g) noexcept {
  using enum Slot;
  const double rows = 3.0 * s_.hidden;
  const bool fetches = fetchesHere(g);
  vectors(bcx, rows);
  vectors<bx, convOutput>(s_.hidden);
  size(convInput) = size(convOutput) + tapBytes(g);
  run<norm>();
  if (!copied_.weights) selectInput();
  if (copied_.cache) {
    size(convStates) = tapBytes(g);
    copies(TensorRole::other, s_.hidden, rows);
    run<weight, convStates>();
  } else if (held(convStates).size == 0.0) {
    fetchTaps();
  }
  run<bcx, ~weight, ~norm, bx, convInput, ~convStates, ~bx>();
  if (fetches) fetchTaps();
  selectInput();
  copies(g.convolutionLength * s_.hidden * kVectorBytes);
  run<weight, convOutput, ~convInput, ~weight, ~bcx>();
  copies(TensorRole::other, s_.hidden, s_.hidden);
  run<weight, ffnOut, ~weight, ~convOutput>();
  addResidual(ffnOut, sumsInPlace_);
}

// Replays Mamba 2 in a layer without attention. A layer of the host keeps its state there, so the host scans.
template <>
inline void OffloadReplay::replay<Recurrence::mamba2>(const LayerGroup& g) noexcept {
  using enum Slot;
  const double inner = g.innerLength;
  const double channels = convolutionChannels(g);
  const double rows = inner + channels + g.timeStepRank;
  const bool alone = g.feedForward == FeedForward::none && g.expertCount == 0.0;
  const bool fetches = fetchesHere(g);
  vectors(zxBCdt, rows);
  vectors(convOutput, channels);
  vectors<z, yAddD, ySwiglu, yNorm>(inner);
  size(convInput) = size(convOutput) + tapBytes(g);
  copies(TensorRole::other, s_.hidden, rows);
  if (copied_.weights) {
    size(convStates) = tapBytes(g);
    vectors(ySsm, inner);
    run<norm, weight, convStates, zxBCdt, ~weight, ~norm, convInput, ~convStates>();
    copies(g.convolutionLength * channels * kVectorBytes);
    run<weight, convOutput, ~convInput, ~weight>();
    copiesVector(g.timeStepRank);
    if (fetches) {
      fetchTaps();
      run<z, ~zxBCdt>();
    }
    run<vectorWeight, ySsm, z, ~zxBCdt, yAddD, ~convOutput, ~vectorWeight, ~yAddD, ySwiglu, ~z, ~ySsm>();
  } else {
    vectors(dt, g.timeStepRank);
    sizeScan(g);
    // Vulkan reorders the graph: what waits neither for a copy nor for the layer before comes ahead of the scan.
    const bool first = marks_.firstScan && copied_.experts;
    marks_.firstScan = false;
    if (held(convStates).size == 0.0) fetchTaps();
    run<norm, zxBCdt, ~norm, convInput, ~convStates>();
    if (copied_.cache) {
      // The host sends the states of the micro-batch's sequences, and once more all states, for the view of the others.
      size(otherStates) = size(ssmState);
      run<ssmState>();
      takeStateViews();
      run<otherStates>();
    }
    if (first || copied_.cache) {
      run<convOutput, ~convInput>();
    } else {
      run<dt>();
    }
    // No sequence is outside the micro-batch, so the states of the others are a hole of no size.
    const Piece others = arena_.take(0.0);
    if (copied_.lastRecurrence) giveExtraView();
    if (first) run<dt, yAddD, z, ~zxBCdt>();
    run<~otherStates, dt, convOutput, ~convInput, ySsm, ~ssmState, ~dt>();
    if (copied_.lastRecurrence) run<~sCopyMain>();
    if (fetches || copied_.cache) {
      arena_.give(others);
      if (fetches) fetchTaps();
      run<z, ~zxBCdt, yAddD, ~convOutput, ~ySsm, ySwiglu, ~z, ~yAddD>();
    } else {
      run<z, ~zxBCdt, yAddD, ~convOutput>();
      arena_.give(others);
      if (copied_.last) {
        selectInput();
        run<~ySsm>();
      }
      run<ySwiglu, ~z, ~yAddD, ~ySsm>();
    }
  }
  run<yNorm, ~ySwiglu>();
  finishRecurrence(inner, alone);
  addResidual(ffnOut, sumsInPlace_);
}

// Replays the recurrent part of a layer that has one.
inline void OffloadReplay::recurrence(const LayerGroup& g) noexcept {
  switch (g.recurrence) {
    case Recurrence::none:
      break;
    case Recurrence::mamba1:
      replay<Recurrence::mamba1>(g);
      break;
    case Recurrence::mamba2:
      if (g.attention == Attention::none) {
        replay<Recurrence::mamba2>(g);
      } else {
        mamba2BesideAttention(g);
      }
      break;
    case Recurrence::gatedDeltaNet:
      replay<Recurrence::gatedDeltaNet>(g);
      break;
    case Recurrence::shortConvolution:
      replay<Recurrence::shortConvolution>(g);
      break;
  }
}

}  // namespace llmcalc
