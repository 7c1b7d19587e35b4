// host.hpp: the compute buffer of the host, and what the host holds of layers that a GPU computes.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "llmcalc/answer/terms.hpp"
#include "llmcalc/engines/llama_cpp/graphs/recurrences.hpp"
#include "llmcalc/engines/llama_cpp/graphs/shape.hpp"
#include "llmcalc/engines/llama_cpp/graphs/stages.hpp"
#include "llmcalc/layout/weights.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc {

// What is on the host, although a GPU may compute it. Arrays have a place for each group of layers.
struct HostResident {
  bool layers = false;   // any layer
  bool experts = false;  // experts that were moved from a layer on a GPU
  bool cache = false;    // caches or states of layers on a GPU
  bool head = false;
  std::array<bool, ModelSpec::kMaximumGroups> layersOf{};
  std::array<bool, ModelSpec::kMaximumGroups> expertsOf{};  // experts that were moved, or are with a layer of the host
  bool oversized = false;  // experts of layers on a GPU whose tensors do not fit its buffers
  std::array<bool, ModelSpec::kMaximumGroups> oversizedOf{};
};

// A GPU computes what is on the host, and copies it for that, where a micro-batch has at least so many tokens.
inline constexpr double kOffloadedBatch = 32.0;

// Bytes of a tensor that are copied to a GPU: none of a tensor too large for the back end, with which the host
// computes.
[[nodiscard]] constexpr double copiedBytes(double tensor, const FileWeights& weights) noexcept {
  return tensor > weights.largestTensor ? 0.0 : tensor;
}

namespace detail {

[[nodiscard]] inline double largestDown(const GroupWeights& w) noexcept {
  return w.expertsDown.base + std::max(0.0, w.expertsDown.extra);
}

}  // namespace detail

// Bytes that the host needs, beside the inputs, for what it computes itself although there is a GPU: recurrences whose
// state it holds, attention of models with recurrences where flash attention is off, and experts whose tensors are too
// large for Vulkan.
[[nodiscard]] inline double hostStageBytes(const ModelSpec& model, const ComputeShape& s, const Runtime& runtime,
                                           const FileWeights& weights, const HostResident& host) noexcept {
  double largest = 0;
  for (std::size_t i = 0, n = asCount(model.groupCount); i < n; ++i) {
    const LayerGroup& g = model.groups[i];
    const GroupWeights& w = weights.groups[i];
    // Layers that only attend find no free hidden vectors where the embeddings are the GPU's.
    const bool finds = !host.cache || g.recurrence != Recurrence::none;
    const double before = finds ? floatsBeforeRecurrence(g, s) : s.hidden;
    if (host.layersOf[i] || host.cache || lacksScan(g, runtime)) {
      largest = std::max(largest, hostRecurrenceBytes(model, g, s, host.layersOf[i]));
      if ((host.layersOf[i] || host.cache) && !runtime.flashAttention && hostAttends(g, s)) {
        largest = std::max(largest, s.bytes(g.headCount * s.cells.full + before));
      }
    }
    if (g.fusedQKV && (host.layersOf[i] || host.cache)) {
      // Values are cut from the product of all three, and copied with what is between them to where two hidden vectors
      // of the inputs were.
      largest = std::max(
          largest, s.bytes(g.headCount * g.keyLength + g.kvHeadCount * (g.keyLength + g.valueLength) - 2.0 * s.hidden));
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

// The buffer of the host when there is no GPU. Embeddings are looked up there, which takes one more hidden vector per
// token.
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
