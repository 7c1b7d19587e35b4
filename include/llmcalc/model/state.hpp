// state.hpp: elements and bytes of the state that a recurrent layer keeps for every sequence.
//
// Rules: ggml-org/llama.cpp, src/llama-hparams.cpp (n_embd_r, n_embd_s) and src/llama-memory-recurrent.cpp. Exact on
// every recorded plan: tests/golden/memory.tsv.
#pragma once

#include "llmcalc/model/spec.hpp"

namespace llmcalc {

// Bytes of an element: llama.cpp keeps states in F32.
inline constexpr double kStateBytes = 4.0;

// Elements that one layer keeps for one sequence: the last inputs of its convolution, and its state.
struct StateElements {
  double convolution = 0;
  double state = 0;
};

// Channels that the convolution runs over: the inner length, and both factors of the state for every group.
[[nodiscard]] constexpr double convolutionChannels(const LayerGroup& group) noexcept {
  const double inner = group.innerLength;
  const double groups = group.stateGroupCount * group.stateLength;
  return inner + 2.0 * groups;
}

[[nodiscard]] constexpr StateElements stateElements(const LayerGroup& group, double hidden) noexcept {
  switch (group.recurrence) {
    case Recurrence::none:
      return {};
    case Recurrence::shortConvolution:
      return {(group.convolutionLength - 1.0) * hidden, 0.0};
    default:
      return {(group.convolutionLength - 1.0) * convolutionChannels(group), group.stateLength * group.innerLength};
  }
}

// Bytes that one layer keeps for all sequences.
[[nodiscard]] constexpr double layerStateBytes(const LayerGroup& group, double hidden, double sequences) noexcept {
  const StateElements elements = stateElements(group, hidden);
  return (elements.convolution + elements.state) * kStateBytes * sequences;
}

}  // namespace llmcalc
