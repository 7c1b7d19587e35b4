// gpu.hpp: the compute buffers of GPUs.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "llmcalc/answer/terms.hpp"
#include "llmcalc/engines/llama_cpp/buffers/inputs.hpp"
#include "llmcalc/engines/llama_cpp/graphs/graphs.hpp"
#include "llmcalc/engines/llama_cpp/graphs/shape.hpp"
#include "llmcalc/engines/llama_cpp/graphs/stages.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc {

namespace detail {

[[nodiscard]] constexpr bool mixesExperts(const ModelSpec& model) noexcept {
  for (std::size_t i = 0, n = asCount(model.groupCount); i < n; ++i) {
    if (model.groups[i].expertCount > 0.0) return true;
  }
  return false;
}

// What stays allocated on one of several GPUs beside the largest stage, in floats per token. Queries longer or shorter
// than a hidden vector do not fit where one was, and some graphs hold another hidden vector. The numbers were read off
// plans of two to four GPUs for 62 models; where models of a family differ, the largest stands here.
[[nodiscard]] inline double besideStageFloats(const ModelSpec& model, const ComputeShape& s,
                                              const Runtime& runtime) noexcept {
  double floats = s.perLayer;
  for (std::size_t i = 0, n = asCount(model.groupCount); i < n; ++i) {
    if (model.groups[i].recurrence == Recurrence::shortConvolution) {
      floats += 2.0 * s.hidden;
      break;
    }
  }
  if (runtime.flashAttention && s.queries > s.hidden) floats += std::min(s.queries, 2.0 * s.hidden);
  if (s.queries < s.hidden) floats += std::max(0.0, 2.0 * s.queries - s.hidden);
  return floats + askGraph(model, [&](auto graph) { return graph.besideStage(s); });
}

}  // namespace detail

// The buffer of the only GPU, with the inputs. `here`: groups that have layers on it. `offloaded`: bytes that the
// replay of layers of the host needs (offload/look_ahead.hpp), or 0.
[[nodiscard]] inline LargestStage gpuComputeBuffer(const ModelSpec& model, const ComputeShape& s,
                                                   const Runtime& runtime,
                                                   const std::array<bool, ModelSpec::kMaximumGroups>& here,
                                                   bool hasHead, double inputs, double offloaded) noexcept {
  if (runtime.flashAttention && runtime.build < kHalfMaskBuild) inputs += maskBytes(s) / 2.0;
  const LargestStage largest = largestLayerStage(model, s, runtime, here, offloaded > 0.0 && !runtime.kvOffload);
  LargestStage whole{largest.stage, inputs + largest.bytes};
  if (offloaded > 0.0) {
    whole.consider(Stage::hostCopy, offloaded);
    return whole;
  }
  const double logits = hasHead ? logitsBytes(model, s, runtime) : 0.0;
  LargestStage all = largest;
  if (runtime.build < kMixedInputsBuild && s.outputs > s.sequences) {
    // Older builds have freed the inputs by the time of the whole batch's logits. A hidden vector lives beside the
    // logits, and in models with experts two more.
    if (s.recurs) whole.bytes += s.bytes(s.hidden);
    const double vectors = detail::mixesExperts(model) ? 3.0 : 1.0;
    if (hasHead) whole.consider(Stage::logits, model.vocabularySize * s.outputs * 4.0 + s.bytes(vectors * s.hidden));
    return whole;
  }
  if (runtime.build < kMixedInputsBuild && s.recurs) inputs += s.bytes(s.hidden);
  if (!askGraph(model, [](auto graph) { return graph.kFreesBeforeLogits; })) {
    all.consider(Stage::logits, logits);
  } else if (hasHead) {
    // The logits and six hidden vectors are all that lives at the end.
    const double last = model.vocabularySize * s.outputs * 4.0 + s.bytes(6.0 * s.hidden);
    if (last > whole.bytes) return {Stage::logits, last};
  }
  return {all.stage, inputs + all.bytes};
}

// What one of several GPUs has to do.
struct GpuRole {
  bool isFirst = false;  // has the first layers that are on GPUs
  bool hasLayers = false;
  bool hasHead = false;
  bool isPipelined = false;
  double sharedCaches = 0;  // bytes of caches on other GPUs that layers of this one read
};

// The buffer of one of several GPUs, with its inputs.
[[nodiscard]] inline LargestStage gpuComputeBufferOfSeveral(const ModelSpec& model, const ComputeShape& s,
                                                            const Runtime& runtime,
                                                            const std::array<bool, ModelSpec::kMaximumGroups>& here,
                                                            GpuRole role, double inputs) noexcept {
  const double hidden = s.bytes(s.hidden);
  if (!role.hasLayers) {
    // The head alone takes the hidden vectors of the tokens that get logits, and no masks.
    const double vectors = role.isPipelined ? kPipelineCopies + 1.0 : 1.0;
    return {Stage::logits, (model.vocabularySize + vectors * s.hidden) * s.outputs * 4.0};
  }
  LargestStage largest = largestLayerStage(model, s, runtime, here);
  const double logits = role.hasHead ? logitsBytes(model, s, runtime) : 0.0;
  const double others = inputs - inputVectors(runtime) * hidden + role.sharedCaches;
  if (role.isPipelined) {
    const PipelineVectors vectors = pipelineVectors(runtime);
    const double copies = (role.isFirst ? vectors.first : vectors.other) * hidden;
    // A graph may keep less beside a stage other than the one it is counted of, but not less than nothing.
    largest.bytes = copies + std::max(0.0, largest.bytes + s.bytes(detail::besideStageFloats(model, s, runtime)));
    if (logits > 0.0) largest.consider(Stage::logits, copies + logits);
    return {largest.stage, kPipelineCopies * others + largest.bytes};
  }
  // The GPU before has passed on a hidden vector, beside which the layer keeps its own.
  largest.bytes += 2.0 * hidden;
  if (logits > 0.0) largest.consider(Stage::logits, hidden + logits);
  return {largest.stage, others + largest.bytes};
}

}  // namespace llmcalc
