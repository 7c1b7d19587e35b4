// host.hpp: the compute buffer of the host, and what it holds of that a GPU computes.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "llmcalc/answer/terms.hpp"
#include "llmcalc/engines/llama_cpp/graphs/graphs.hpp"
#include "llmcalc/engines/llama_cpp/graphs/shape.hpp"
#include "llmcalc/engines/llama_cpp/graphs/stages.hpp"
#include "llmcalc/layout/weights.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/model/state.hpp"
#include "llmcalc/runtime.hpp"

namespace llmcalc {

// What is on the host though a GPU computes it.
struct HostResident {
  bool layers = false;   // any
  bool experts = false;  // any that were moved from a layer on a GPU
  bool cache = false;    // of layers on a GPU
  bool head = false;
  std::array<bool, ModelSpec::kMaximumGroups> layersOf{};     // by group
  std::array<bool, ModelSpec::kMaximumGroups> expertsOf{};    // by group, moved or with their layers
  bool oversized = false;                                     // experts of layers on a GPU that do not fit its buffers
  std::array<bool, ModelSpec::kMaximumGroups> oversizedOf{};  // by group
};

// From so many tokens on a GPU computes what is on the host, and copies it for that.
inline constexpr double kOffloadedBatch = 32.0;

// A tensor too large for the backend is not copied; the host computes with it.
[[nodiscard]] constexpr double copiedBytes(double tensor, const FileWeights& weights) noexcept {
  return tensor > weights.largestTensor ? 0.0 : tensor;
}

// ggml's Vulkan has no scan for Mamba 1.
[[nodiscard]] inline bool lacksScan(const LayerGroup& g, const Runtime& runtime) noexcept {
  return g.recurrence == Recurrence::mamba1 && runtime.backend == Backend::vulkan;
}

// Whether the host computes the attention of its layers itself: where nothing comes before the next layer's state,
// which the host holds. Experts and gated queries do.
[[nodiscard]] inline bool hostAttends(const LayerGroup& g, const ComputeShape& s) noexcept {
  return s.recurs && hasCache(g) && g.expertCount == 0.0 && !g.gatedQuery;
}

namespace detail {

[[nodiscard]] inline double largestDown(const GroupWeights& w) noexcept {
  return w.expertsDown.base + std::max(0.0, w.expertsDown.extra);
}

}  // namespace detail

// What the host computes itself although there is a GPU, beside the inputs: recurrences whose state it holds, and
// without flash attention the attention of such models; experts that Vulkan cannot take.
[[nodiscard]] inline double hostStageBytes(const ModelSpec& model, const ComputeShape& s, const Runtime& runtime,
                                           const FileWeights& weights, const HostResident& host) noexcept {
  double largest = 0;
  for (std::size_t i = 0, n = asCount(model.groupCount); i < n; ++i) {
    const LayerGroup& g = model.groups[i];
    const GroupWeights& w = weights.groups[i];
    // Beside attention two of the inputs have gone by the time of the recurrence.
    const double before = g.attention != Attention::none ? -2.0 * s.hidden : s.hidden;
    if (host.layersOf[i] || host.cache || lacksScan(g, runtime)) {
      const StateElements state = stateElements(g, s.hidden);
      switch (g.recurrence) {
        case Recurrence::none:
          break;
        case Recurrence::shortConvolution:
          largest = std::max(largest, s.bytes(s.hidden));
          break;
        case Recurrence::mamba1:
          largest = std::max(largest, s.bytes(2.0 * g.innerLength + s.hidden) +
                                          (state.convolution + state.state) * s.sequences * kStateBytes);
          break;
        case Recurrence::gatedDeltaNet:
          largest = std::max(largest, (s.hidden < g.innerLength ? s.bytes(g.innerLength) : 0.0) +
                                          state.convolution * s.sequences * kStateBytes);
          break;
        case Recurrence::mamba2:
          if (host.layersOf[i]) {
            // The scan, of copies of what the GPU convolved: input, and both factors of the state.
            const double attended = g.headCount * g.valueLength;
            largest = std::max(largest, s.bytes(before + attended + 3.0 * convolutionChannels(g) + g.innerLength) +
                                            state.state * s.sequences * kStateBytes);
          } else if (askGraph(model, [](auto graph) { return graph.kConvolvesOnHost; })) {
            // Only the convolution, which starts from the state.
            largest = std::max(
                largest, s.bytes(convolutionChannels(g) + s.hidden) + state.convolution * s.sequences * kStateBytes);
          }
          break;
      }
      if (host.layersOf[i] && !runtime.flashAttention && hostAttends(g, s)) {
        largest = std::max(largest, s.bytes(g.headCount * s.cells.full + before));
      }
    }
    if (g.expertCount > 0.0 && (host.expertsOf[i] || host.oversizedOf[i])) {
      double floats = 0;
      if (copiedBytes(detail::largestDown(w), weights) == 0.0) floats += g.expertsUsed * s.hidden;
      if (copiedBytes(w.largestExpertUp, weights) == 0.0) floats += 2.0 * g.expertsUsed * g.expertLength;
      largest = std::max(largest, s.bytes(floats));
    }
  }
  return largest;
}

// The buffer of the host when nothing is on a GPU: one more hidden vector per token, the embeddings being looked up.
[[nodiscard]] inline LargestStage cpuComputeBuffer(const ModelSpec& model, const ComputeShape& s,
                                                   const Runtime& runtime, double inputs) noexcept {
  std::array<bool, ModelSpec::kMaximumGroups> all{};
  all.fill(true);
  LargestStage largest = largestLayerStage(model, s, runtime, all);
  if (largest.stage == Stage::attention) largest.bytes += s.bytes(s.hidden);
  largest.consider(Stage::logits, logitsBytes(model, s, runtime));
  return {largest.stage, inputs + s.bytes(s.hidden) + largest.bytes};
}

}  // namespace llmcalc
