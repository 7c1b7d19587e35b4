// recurrences.hpp: what llama.cpp's graph of a recurrence holds and reads, a case for each.
//
// Which tensors are alive together follows from the graphs in ggml-org/llama.cpp (src/models/*.cpp), and was compared
// with recorded plans: tests/golden/memory.tsv.
#pragma once

#include <algorithm>

#include "llmcalc/engines/llama_cpp/graphs/graphs.hpp"
#include "llmcalc/engines/llama_cpp/graphs/shape.hpp"
#include "llmcalc/machine/backend.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/model/state.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc {

// Bytes of the stage of a recurrence: its projections, its convolution and the states of all sequences.
[[nodiscard]] inline double recurrenceBytes(const ModelSpec& model, const LayerGroup& g,
                                            const ComputeShape& s) noexcept {
  const double channels = convolutionChannels(g);
  const double convolved = channels * (s.tokens + (g.convolutionLength - 1.0) * s.sequences) * 4.0;
  const double state = g.stateLength * g.innerLength * 4.0;
  switch (g.recurrence) {
    case Recurrence::none:
    case Recurrence::shortConvolution:
      return 0.0;
    case Recurrence::mamba1:
      return s.bytes(2.0 * g.innerLength + g.timeStepRank + 2.0 * g.stateLength + g.innerLength) + convolved +
             s.sequences * state;
    case Recurrence::gatedDeltaNet: {
      const double beside = askGraph(model, [&](auto graph) { return graph.besideDeltaNet(g); });
      const double convolution = s.sequences * (g.convolutionLength - 1.0) * channels * 4.0;
      const double bytes = s.bytes(3.0 * channels - s.hidden + beside) + convolution + s.sequences * 2.0 * state;
      // The net gives all snapshots with its result. What does not fit where the convolution was comes on top of it.
      const double given = s.bytes(g.innerLength) + s.sequences * s.snapshots * state;
      const double hole = s.bytes(3.0 * channels - s.hidden + beside);
      return s.snapshots > 1.0 && given > hole ? s.bytes(3.0 * channels + beside) + convolution + given : bytes;
    }
    case Recurrence::mamba2:
      break;
  }
  const double groups = g.stateGroupCount * g.stateLength;
  const bool fits = s.sequences * state < s.bytes(g.innerLength);
  const double bytes = s.bytes(2.0 * g.innerLength + 2.0 * groups + g.timeStepRank) + convolved + s.bytes(channels) +
                       s.bytes(g.innerLength) + (2.0 * s.sequences - (fits ? 2.0 : 1.0)) * state;
  return bytes + s.bytes(askGraph(model, [&](auto graph) { return graph.besideScan(g, s, fits); }));
}

// Whether the host has to scan for the GPU, since ggml's Vulkan has no scan for Mamba 1.
[[nodiscard]] inline bool lacksScan(const LayerGroup& g, const Runtime& runtime) noexcept {
  return g.recurrence == Recurrence::mamba1 && runtime.backend == GpuBackend::vulkan;
}

// Floats per token that the host holds before a recurrence. In a layer with attention two hidden vectors of the inputs
// are free by that time.
[[nodiscard]] constexpr double floatsBeforeRecurrence(const LayerGroup& g, const ComputeShape& s) noexcept {
  return g.attention != Attention::none ? -2.0 * s.hidden : s.hidden;
}

// Bytes that the host needs, beside the inputs, for a recurrence whose state it holds. `hasLayer`: the layer is the
// host's, too.
[[nodiscard]] inline double hostRecurrenceBytes(const ModelSpec& model, const LayerGroup& g, const ComputeShape& s,
                                                bool hasLayer) noexcept {
  const StateElements state = stateElements(g, s.hidden);
  switch (g.recurrence) {
    case Recurrence::none:
      return 0.0;
    case Recurrence::shortConvolution:
      return s.bytes(s.hidden);
    case Recurrence::mamba1:
      return s.bytes(2.0 * g.innerLength + s.hidden) + (state.convolution + state.state) * s.sequences * kStateBytes;
    case Recurrence::gatedDeltaNet:
      // Snapshots of the convolution are cut out of its input, which the host then holds with what it is made of.
      if (s.snapshots > 1.0) {
        return s.bytes(3.0 * convolutionChannels(g)) + state.convolution * s.sequences * s.snapshots * kStateBytes;
      }
      // The states of all sequences are gathered where two hidden vectors of the inputs were.
      return std::max(
          (s.hidden < g.innerLength ? s.bytes(g.innerLength) : 0.0) + state.convolution * s.sequences * kStateBytes,
          state.state * s.sequences * kStateBytes - s.bytes(2.0 * s.hidden));
    case Recurrence::mamba2:
      break;
  }
  if (hasLayer) {
    // The host scans copies of what the GPU convolved: the input and both factors of the state. The states after the
    // scan are written where those copies were, if they are no larger.
    const double attended = g.headCount * g.valueLength;
    const double copies = s.bytes(3.0 * convolutionChannels(g) + g.innerLength);
    const double states = state.state * s.sequences * kStateBytes;
    const double written = states > copies ? states - state.state * kStateBytes : 0.0;
    return s.bytes(floatsBeforeRecurrence(g, s) + attended) + copies + states + written;
  }
  if (!askGraph(model, [](auto graph) { return graph.kConvolvesOnHost; })) return 0.0;
  // The host computes the convolution alone, because that starts from the state, and gathers the states of the scan.
  const double gathered = std::max(s.bytes(convolutionChannels(g)) + state.convolution * s.sequences * kStateBytes,
                                   state.state * s.sequences * kStateBytes);
  return s.bytes(s.hidden) + gathered;
}

// Passes over the recurrent state in a step, set by hand: the state is gathered, scanned in pieces, written and copied
// back; gated delta nets have one kernel for most of it.
[[nodiscard]] constexpr double statePasses(Recurrence recurrence) noexcept {
  return recurrence == Recurrence::gatedDeltaNet ? 5.0 : 14.0;
}

}  // namespace llmcalc
