// plan.hpp: what llama.cpp will allocate for a model, device by device.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "llmcalc/answer/memory_plan.hpp"
#include "llmcalc/base/bits.hpp"
#include "llmcalc/base/check.hpp"
#include "llmcalc/compute_buffer.hpp"
#include "llmcalc/engines/llama_cpp/checks.hpp"
#include "llmcalc/engines/llama_cpp/offload/look_ahead.hpp"
#include "llmcalc/engines/llama_cpp/overhead.hpp"
#include "llmcalc/kv_cache.hpp"
#include "llmcalc/layout/measured_weights.hpp"
#include "llmcalc/model.hpp"
#include "llmcalc/placement.hpp"
#include "llmcalc/runtime.hpp"
#include "llmcalc/validation.hpp"
#include "llmcalc/weights.hpp"

namespace llmcalc {

namespace detail {

// The plan of what was checked. One result, made where the caller has it.
[[nodiscard]] inline Result<MemoryPlan> planChecked(const ModelSpec& model, const Runtime& runtime,
                                                    const MeasuredWeights* measured) noexcept {
  Result<MemoryPlan> result(std::in_place);
  MemoryPlan& plan = *result;
  plan.gpuCount = runtime.gpuCount;
  const Placement place = placement(model, runtime);
  const ComputeShape shape = computeShape(model, runtime);
  const FileWeights weights = fileWeights(model, runtime.fileType, runtime.importanceMatrix,
                                          runtime.backend == Backend::vulkan ? detail::kVulkanLargestTensor : 1e18);
  plan.cells = shape.cells;
  plan.outputs = shape.outputs;
  const auto device = [&](int index) -> DeviceMemory& {
    return index == kHost ? plan.host : plan.gpus[static_cast<std::size_t>(index)];
  };

  struct GroupBytes {
    double cache;
    double state;
    double expertShare;  // of the experts, that one token reads
    bool keeps;
  };
  std::array<GroupBytes, ModelSpec::kMaximumGroups> groupBytes;
  for (std::size_t i = 0, n = asCount(model.groupCount); i < n; ++i) {
    const LayerGroup& g = model.groups[i];
    groupBytes[i] = {hasCache(g) ? layerCacheBytes(g, runtime, shape.cells, shape.widestValues) : 0.0,
                     layerStateBytes(g, model.hiddenSize, runtime.sequences),
                     g.expertCount > 0.0 ? g.expertsUsed / g.expertCount : 1.0,
                     hasCache(g) || g.recurrence != Recurrence::none};
  }

  HostResident onHost;
  std::array<std::array<bool, ModelSpec::kMaximumGroups>, Runtime::kMaximumGpus> groupsOn{};  // by GPU: any layers
  std::array<double, Runtime::kMaximumGpus> sharedCaches{};
  std::array<int, 2> lastOwner{};  // where the last layer with a cache of its own is: of all cells, of a window
  QuantizationCounters counters;
  // `count` layers of one group in one place, their experts moved to the host or not.
  const auto put = [&](std::size_t group, int count, const LayerWeights& bytes, int home, bool moved) {
    const GroupBytes& kept = groupBytes[group];
    DeviceMemory& memory = device(home);
    memory.layers += count;
    if (detail::lacksScan(model.groups[group], runtime) && !measured) {
      // Its matrix of states stays on the host.
      const LayerGroup& g = model.groups[group];
      const double scanned = count * kStateBytes * std::min(g.innerLength * g.stateLength, g.vectorElements);
      memory.weights -= scanned;
      memory.bytesPerToken -= scanned;
      plan.host.weights += scanned;
      plan.host.bytesPerToken += scanned;
    }
    memory.weights += bytes.dense;
    memory.bytesPerToken += bytes.dense;
    if (home == kHost) {
      onHost.layers = onHost.layersOf[group] = true;
    } else {
      groupsOn[static_cast<std::size_t>(home)][group] = true;
      if (!runtime.kvOffload && kept.keeps) onHost.cache = true;
    }
    if (bytes.experts > 0.0) {
      if (moved && home != kHost) onHost.experts = true;
      if (moved || home == kHost) onHost.expertsOf[group] = true;
      const double oversized = home == kHost || moved ? 0.0 : bytes.oversized;
      DeviceMemory& expertHome = moved ? plan.host : memory;
      expertHome.weights += bytes.experts - oversized;
      expertHome.experts += bytes.experts - oversized;
      expertHome.bytesPerToken += (bytes.experts - oversized) * kept.expertShare;
      if (oversized > 0.0) {
        plan.host.weights += oversized;
        plan.host.experts += oversized;
        plan.host.bytesPerToken += oversized * kept.expertShare;
        onHost.oversized = onHost.oversizedOf[group] = true;
      }
    }
    plan.fileBytes += bytes.dense + bytes.experts;
    DeviceMemory& cacheHome = runtime.kvOffload ? memory : plan.host;
    cacheHome.kvCache += count * kept.cache;
    if (place.gpus > 1 && model.groups[group].attention != Attention::none) {
      const bool slides = model.groups[group].attention == Attention::sliding;
      int& owner = lastOwner[slides ? 1 : 0];
      if (!model.groups[group].sharesCache) {
        owner = home;
      } else if (home != kHost && home != owner) {
        // Each of them copies what a layer before keeps elsewhere.
        sharedCaches[static_cast<std::size_t>(home)] +=
            count * layerCacheBytes(model.groups[group], runtime, shape.cells, shape.widestValues);
      }
    }
    if (model.groups[group].attention == Attention::sliding) cacheHome.slidingCache += count * kept.cache;
    cacheHome.recurrentState += count * kept.state;
  };
  LayerBlocks blocks(model);
  visitPlaces(model, runtime, place, [&](int count, int home, bool moved) {
    const LayerBlocks here = blocks;
    const auto counts = countLayers(blocks, weights, counters, count);
    for (std::size_t i = 0; i < weights.groupCount; ++i) {
      if (counts[i].layers == 0) continue;
      put(i, counts[i].layers,
          measured ? detail::measuredBytes(*measured, here, count, i)
                   : layerBytes(weights, weights.groups[i], counts[i]),
          home, moved);
    }
  });
  if (!measured) device(deviceOf(place, 0)).weights += weights.firstLayerExtras;

  const double embedding = measured ? measured->tokenEmbedding : weights.tokenEmbedding;
  const double output = measured ? measured->output : weights.output;
  const int headUnit = static_cast<int>(model.layerCount + model.predictionLayerCount);
  const int headHome = deviceOf(place, headUnit);
  onHost.head = headHome == kHost;
  plan.host.weights += embedding;
  plan.host.tokenEmbedding = embedding;
  DeviceMemory& head = device(headHome);
  // A tied head on the host is the token embedding; Gemma 3n and 4 load it twice when there is a GPU.
  const bool twice =
      place.gpus > 0 && (model.architecture == Architecture::gemma3n || model.architecture == Architecture::gemma4);
  if (!(model.tiedEmbeddings && headHome == kHost && !twice)) {
    head.weights += output;
    head.outputHead = output;
  }
  const double headExtras = measured ? measured->outputExtras : weights.outputExtras;
  head.weights += headExtras;
  const double firstExtras = measured ? 0.0 : weights.firstLayerExtras;
  head.bytesPerToken += output + headExtras;
  device(deviceOf(place, 0)).bytesPerToken += firstExtras;
  plan.bytesPerToken = plan.host.bytesPerToken;
  for (int i = 0; i < place.gpus; ++i) plan.bytesPerToken += device(i).bytesPerToken;
  plan.fileBytes += embedding + headExtras + firstExtras + (model.tiedEmbeddings ? 0.0 : output);
  if (!measured && model.predictionLayerCount > 0.0) plan.fileBytes += predictionBytes(model, weights, counters);

  const double inputs = inputBytes(model, shape, runtime);
  double hostInputs = inputs;
  if (place.gpus == 0) {
    const LargestStage stage = cpuComputeBuffer(model, shape, runtime, inputs);
    plan.host.computeBuffer = stage.bytes;
    plan.host.stage = stage.stage;
  } else {
    const bool pipelined = place.gpus > 1 && !onHost.layers && !onHost.experts && !onHost.head && runtime.kvOffload;
    if (pipelined) hostInputs = pipelinedInputs(shape, runtime, inputs);
    plan.host.computeBuffer = hostInputs + hostStageBytes(model, shape, runtime, weights, onHost);
    const bool offloads = (onHost.layers || onHost.experts || onHost.cache) && shape.tokens >= kOffloadedBatch;
    const bool firstHasHead = headHome <= 0;
    // Where the cache is on the host, every GPU copies that of its layers: as if one had them all.
    const bool whole = place.gpus == 1 || firstHasHead || !runtime.kvOffload;
    const int reach = whole ? headUnit : std::max(countOnFirst(place), static_cast<int>(runtime.cpuMoeLayers));
    const double offloaded = offloads ? offloadedBytes(model, shape, runtime, weights, place, reach, whole) : 0.0;
    bool isFirst = true;
    for (int i = 0; i < place.gpus; ++i) {
      DeviceMemory& gpu = device(i);
      gpu.overhead = backendOverhead(runtime, static_cast<std::size_t>(i));
      const bool isEmpty = gpu.layers == 0.0 && headHome != i;
      // Without layers of its own the first GPU still computes large batches for the host.
      if (place.gpus > 1 && isEmpty && !(i == 0 && offloaded > 0.0)) continue;
      const bool hasHead = headHome == i || (headHome == kHost && i == 0);
      const auto& here = groupsOn[static_cast<std::size_t>(i)];
      const bool copies = offloaded > 0.0 && (i == 0 || !runtime.kvOffload);
      const LargestStage stage =
          place.gpus == 1 || copies
              ? gpuComputeBuffer(model, shape, runtime, here, hasHead, inputs, offloaded)
              : gpuComputeBufferOfSeveral(
                    model, shape, runtime, here,
                    {isFirst, gpu.layers > 0.0, hasHead, pipelined, sharedCaches[static_cast<std::size_t>(i)]}, inputs);
      isFirst = false;
      gpu.computeBuffer = stage.bytes;
      gpu.stage = stage.stage;
      gpu.inputs = std::min(inputs, stage.bytes);
    }
  }
  plan.host.inputs = std::min(hostInputs, plan.host.computeBuffer);
  plan.host.outputBuffer = runtime.sequences * model.vocabularySize * 4.0;
  return result;
}

}  // namespace detail

}  // namespace llmcalc
