// recurrence.hpp: recurrent parts of a replayed layer.
#pragma once

#include "llmcalc/engines/llama_cpp/offload/replay.hpp"
#include "llmcalc/engines/llama_cpp/offload/slots.hpp"
#include "llmcalc/ggml/arena.hpp"
#include "llmcalc/ggml/quantize_rules.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/model/state.hpp"

namespace llmcalc {

// Vulkan lacks the scan: what it takes goes to the host, its result and the state come back. Where a GPU scans, both
// are one tensor.
inline void OffloadReplay::mamba1(const LayerGroup& g) noexcept {
  using enum Slot;
  const double inner = g.innerLength;
  const double columns = g.timeStepRank + 2.0 * g.stateLength;
  const bool fetches = fetchesHere(g);
  vectors(mixed, 2.0 * inner);
  vectors<convolved, open, active, scanned, result>(inner);
  vectors(flat, columns);
  vectors(order, g.timeStepRank);
  size(joined) = size(convolved) + tapBytes(g);
  run<norm>();
  copies(TensorRole::other, s_.hidden, 2.0 * inner);
  if (copied_.weights) {
    size(taps) = tapBytes(g);
    run<weight, taps>();
  } else if (held(taps).size == 0.0) {
    fetchTaps();
  }
  run<mixed, ~weight, ~norm, joined, ~taps>();
  copies(g.convolutionLength * inner * kVectorBytes);
  run<weight, convolved, ~joined, ~weight>();
  copies(TensorRole::other, inner, columns);
  run<weight, flat, ~weight, order>();
  copies(TensorRole::other, g.timeStepRank, inner);
  run<weight, open, ~weight, ~order, ~open, ~flat>();
  if (copied_.weights) {
    if (fetches) {
      fetchTaps();
      run<active, ~mixed>();
    }
    copiesVector(inner);
    run<vectorWeight, scanned, active, ~mixed, ~vectorWeight, ~convolved>();
  } else if (copied_.cache) {
    run<scanned, ids>();
    if (fetches) fetchTaps();
    run<active, ~mixed>();
    selectInput();
    run<~convolved>();
  } else {
    size(state) = stateBytes(g);
    if (held(Slot::othersView).at < 0.0 && !copied_.lastRecurrence) held(Slot::othersView) = arena_.take(0.0);
    run<state, scanned, ids>();
    const Piece others = arena_.take(0.0);
    if (copied_.lastRecurrence) giveOthersView();
    selectInput();
    arena_.give(others);
    run<active, ~mixed, ~convolved>();
    if (fetches) fetchTaps();
  }
  run<result, ~active, ~scanned, ~state>();
  finishRecurrence(inner);
  // The last layer's sum takes the place of the rows that were just selected.
  addResidual(dense, !copied_.last || g.feedForward != FeedForward::none || g.expertCount > 0.0);
}

// Mamba 2 beside attention. The state of a host's layer stays there, and the scan with it.
inline void OffloadReplay::mambaBeside(const LayerGroup& g) noexcept {
  using enum Slot;
  const double inner = g.innerLength;
  const double channels = convolutionChannels(g);
  const double rows = inner + channels + g.timeStepRank;
  vectors(mixed, rows);
  vectors(convolved, channels);
  vectors<open, result, lateScanned>(inner);
  vectors(again, s_.hidden);
  size(taps) = tapBytes(g);
  size(joined) = size(convolved) + size(taps);
  copies(TensorRole::other, s_.hidden, rows);
  run<weight, taps, again, ~heldWeight, mixed, ~weight, ~again, ~norm, joined, ~taps>();
  if (!copied_.cache) {
    vectors(order, g.timeStepRank);
    sizeScan(g);
    run<convolved, ~joined, order>();
    const Piece others = arena_.take(0.0);
    if (copied_.lastRecurrence) giveOthersView();
    run<projected, ~attended, ~lateAttended, lateScanned, open, ~mixed, scanned, ~order, ~convolved>();
    arena_.give(others);
    if (copied_.lastRecurrence) run<~statesView, ~states>();
    run<result, ~open, ~lateScanned, ~scanned, dense, ~result, ~dense>();
  } else {
    product(convolved, channels, g.convolutionLength * channels * kVectorBytes);
    run<~joined>();
    project(g, g.headCount * g.valueLength, beside);
    // The scan's result, from the host, and the gate.
    vectors(again, inner);
    run<open, ~mixed, lateScanned, again, ~convolved, ~again, result, ~open, ~lateScanned>();
    finishRecurrence(inner);
    run<~dense>();
  }
  // The tokens that get logits are selected from the sum.
  marks_.selected = copied_.last;
  addResidual(projected, sumsInPlace_);
  selectInput();
  if (copied_.last) {
    run<~ids>();
    size(ids) = 0.0;
  }
}

// The state of a host's layer is copied, and the net is computed with it.
inline void OffloadReplay::deltaNet(const LayerGroup& g) noexcept {
  using enum Slot;
  const double groups = g.stateGroupCount * g.stateLength;
  const double inner = g.innerLength;
  const double channels = convolutionChannels(g);
  vectors<mixed, convolved>(channels);
  vectors<query, key>(groups);
  vectors<flat, decay, beta>(g.timeStepRank);
  vectors<result, open, active>(inner);
  size(taps) = tapBytes(g);
  size(joined) = size(convolved) + size(taps);
  sizeScan(g);
  if (copied_.weights || copied_.cache) {
    const double heads = matrix(TensorRole::other, s_.hidden, g.timeStepRank);
    run<norm>();
    copies(TensorRole::attentionV, s_.hidden, channels);
    run<weight, taps, mixed, ~weight, joined, ~taps, ~mixed>();
    copies(g.convolutionLength * channels * kVectorBytes);
    run<weight, convolved, ~joined, ~weight, query, key>();
    size(weight) = heads;
    copiesVector(g.timeStepRank);
    run<weight, flat, ~weight, vectorWeight, decay, ~flat, ~vectorWeight, weight, state, flat, ~weight, beta, ~flat,
        scanned, ~query, ~key, ~convolved, ~decay, ~beta, ~state>();
    copiesVector(g.stateLength);
    run<vectorWeight, result, ~scanned, ~vectorWeight>();
    copies(TensorRole::other, s_.hidden, inner);
    run<weight, open, ~weight, ~norm, active, ~open, ~active>();
  } else {
    run<taps, norm, mixed, joined, ~taps, ~mixed, state>();
    if (copied_.lastRecurrence) run<~states>();
    run<convolved, ~joined, flat, query, key, decay, ~flat, flat, beta, ~flat, scanned, ~query, ~key, ~convolved,
        ~decay, ~beta, ~state, open, ~norm, result, ~scanned, active, ~open, ~active>();
  }
  finishRecurrence(inner);
  addResidual(dense, true);
}

// LFM2's. The state of a host's layer is copied.
inline void OffloadReplay::shortConvolution(const LayerGroup& g) noexcept {
  using enum Slot;
  const double rows = 3.0 * s_.hidden;
  const bool fetches = fetchesHere(g);
  vectors(mixed, rows);
  vectors<open, convolved>(s_.hidden);
  size(joined) = size(convolved) + tapBytes(g);
  run<norm>();
  if (!copied_.weights) selectInput();
  if (copied_.cache) {
    size(taps) = tapBytes(g);
    copies(TensorRole::other, s_.hidden, rows);
    run<weight, taps>();
  } else if (held(taps).size == 0.0) {
    fetchTaps();
  }
  run<mixed, ~weight, ~norm, open, joined, ~taps, ~open>();
  if (fetches) fetchTaps();
  selectInput();
  copies(g.convolutionLength * s_.hidden * kVectorBytes);
  run<weight, convolved, ~joined, ~weight, ~mixed>();
  copies(TensorRole::other, s_.hidden, s_.hidden);
  run<weight, dense, ~weight, ~convolved>();
  addResidual(dense, sumsInPlace_);
}

// Mamba 2 alone in a layer. The state of a host's layer stays there, and the scan with it.
inline void OffloadReplay::mamba2(const LayerGroup& g) noexcept {
  using enum Slot;
  const double inner = g.innerLength;
  const double channels = convolutionChannels(g);
  const double rows = inner + channels + g.timeStepRank;
  const bool alone = g.feedForward == FeedForward::none && g.expertCount == 0.0;
  const bool fetches = fetchesHere(g);
  vectors(mixed, rows);
  vectors(convolved, channels);
  vectors<open, lateScanned, result, normedResult>(inner);
  size(joined) = size(convolved) + tapBytes(g);
  copies(TensorRole::other, s_.hidden, rows);
  if (copied_.weights) {
    size(taps) = tapBytes(g);
    vectors(scanned, inner);
    run<norm, weight, taps, mixed, ~weight, ~norm, joined, ~taps>();
    copies(g.convolutionLength * channels * kVectorBytes);
    run<weight, convolved, ~joined, ~weight>();
    copiesVector(g.timeStepRank);
    if (fetches) {
      fetchTaps();
      run<open, ~mixed>();
    }
    run<vectorWeight, scanned, open, ~mixed, lateScanned, ~convolved, ~vectorWeight, ~lateScanned, result, ~open,
        ~scanned>();
  } else {
    vectors(order, g.timeStepRank);
    sizeScan(g);
    // Vulkan moves what does not wait for a copy, or for the layer before, ahead of the scan.
    const bool first = marks_.firstScan && copied_.experts;
    marks_.firstScan = false;
    if (held(taps).size == 0.0) fetchTaps();
    run<norm, mixed, ~norm, joined, ~taps>();
    if (copied_.cache) {
      // From the host come the states of this batch's sequences, and all of them for the others.
      size(otherStates) = size(state);
      run<state>();
      takeStatesView();
      run<otherStates>();
    }
    if (first || copied_.cache) {
      run<convolved, ~joined>();
    } else {
      run<order>();
    }
    // The states of sequences that are not in the batch: none.
    const Piece others = arena_.take(0.0);
    if (copied_.lastRecurrence) giveOthersView();
    if (first) run<order, lateScanned, open, ~mixed>();
    run<~otherStates, order, convolved, ~joined, scanned, ~state, ~order>();
    if (copied_.lastRecurrence) run<~statesView>();
    if (fetches || copied_.cache) {
      arena_.give(others);
      if (fetches) fetchTaps();
      run<open, ~mixed, lateScanned, ~convolved, ~scanned, result, ~open, ~lateScanned>();
    } else {
      run<open, ~mixed, lateScanned, ~convolved>();
      arena_.give(others);
      if (copied_.last) {
        selectInput();
        run<~scanned>();
      }
      run<result, ~open, ~lateScanned, ~scanned>();
    }
  }
  run<normedResult, ~result>();
  finishRecurrence(inner, alone);
  addResidual(dense, sumsInPlace_);
}

}  // namespace llmcalc
