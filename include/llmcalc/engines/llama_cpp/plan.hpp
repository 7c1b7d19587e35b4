// plan.hpp: what llama.cpp will allocate for a model, device by device.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "llmcalc/answer/memory_plan.hpp"
#include "llmcalc/base/bits.hpp"
#include "llmcalc/base/check.hpp"
#include "llmcalc/base/result.hpp"
#include "llmcalc/engines/llama_cpp/buffers/gpu.hpp"
#include "llmcalc/engines/llama_cpp/buffers/host.hpp"
#include "llmcalc/engines/llama_cpp/buffers/inputs.hpp"
#include "llmcalc/engines/llama_cpp/buffers/prediction.hpp"
#include "llmcalc/engines/llama_cpp/cache.hpp"
#include "llmcalc/engines/llama_cpp/checkpoints.hpp"
#include "llmcalc/engines/llama_cpp/checks.hpp"
#include "llmcalc/engines/llama_cpp/graphs/graphs.hpp"
#include "llmcalc/engines/llama_cpp/graphs/recurrences.hpp"
#include "llmcalc/engines/llama_cpp/graphs/shape.hpp"
#include "llmcalc/engines/llama_cpp/offload/look_ahead.hpp"
#include "llmcalc/engines/llama_cpp/overhead.hpp"
#include "llmcalc/layout/measured_weights.hpp"
#include "llmcalc/layout/placement.hpp"
#include "llmcalc/layout/weights.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/model/state.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc::llama_cpp {

// A plan in the making, of a model and a runtime that were checked: layers, then the head, then buffers, each step
// adding to what the devices of `plan` hold. Steps are inlined, since each is called once and WebAssembly has to be
// small.
class Planning {
 public:
  [[gnu::always_inline]] Planning(const ModelSpec& model, const Runtime& runtime, const MeasuredWeights* measured,
                                  MemoryPlan& plan) noexcept
      : model_(model),
        runtime_(runtime),
        measured_(measured),
        plan_(plan),
        place_(placement(model, runtime)),
        shape_(computeShape(model, runtime)),
        weights_(fileWeights(model, runtime.fileType, runtime.importanceMatrix,
                             runtime.backend == GpuBackend::vulkan ? kVulkanLargestTensor : 1e18)),
        headUnit_(static_cast<int>(model.layerCount + model.predictionLayerCount)),
        headHome_(deviceOf(place_, headUnit_)) {
    plan.gpuCount = runtime.gpuCount;
    plan.cells = shape_.cells;
    plan.outputs = shape_.outputs;
    for (std::size_t i = 0, n = asCount(model.groupCount); i < n; ++i) {
      const LayerGroup& g = model.groups[i];
      groupBytes_[i] = {hasCache(g) ? layerCacheBytes(g, runtime, shape_.cells, shape_.widestValues) : 0.0,
                        layerStateBytes(g, model.hiddenSize, runtime.sequences * snapshotsOf(g, runtime)),
                        g.expertCount > 0.0 ? g.expertsUsed / g.expertCount : 1.0,
                        hasCache(g) || g.recurrence != Recurrence::none};
    }
  }

  // Weights, caches and states of all layers go to the devices where the layers are.
  [[gnu::always_inline]] void placeLayers() noexcept {
    LayerBlocks blocks(model_);
    visitPlaces(model_, runtime_, place_, [&](int count, int home, bool moved) {
      const LayerBlocks here = blocks;
      const auto counts = countLayers(blocks, weights_, counters_, count);
      for (std::size_t i = 0; i < weights_.groupCount; ++i) {
        if (counts[i].layers == 0) continue;
        put(i, counts[i].layers,
            measured_ ? measuredBytes(*measured_, here, count, i) : layerBytes(weights_, weights_.groups[i], counts[i]),
            home, moved);
      }
    });
    if (!measured_) device(deviceOf(place_, 0)).weights += weights_.firstLayerExtras;
  }

  // The token embedding goes to the host and the head to its device. With them all weights are placed, so the sums over
  // devices and the bytes of the file are made here.
  [[gnu::always_inline]] void placeHead() noexcept {
    const double embedding = measured_ ? measured_->tokenEmbedding : weights_.tokenEmbedding;
    const double output = measured_ ? measured_->output : weights_.output;
    onHost_.head = headHome_ == kHost;
    plan_.host.weights += embedding;
    plan_.host.tokenEmbedding = embedding;
    DeviceMemory& head = device(headHome_);
    // A tied head on the host is the token embedding, unless the architecture loads both.
    const bool twice = place_.gpus > 0 && askGraph(model_, [](auto graph) { return graph.kLoadsTiedHeadTwice; });
    if (!(model_.tiedEmbeddings && headHome_ == kHost && !twice)) {
      head.weights += output;
      head.outputHead = output;
    }
    const double headExtras = measured_ ? measured_->outputExtras : weights_.outputExtras;
    head.weights += headExtras;
    const double firstExtras = measured_ ? 0.0 : weights_.firstLayerExtras;
    head.bytesPerToken += output + headExtras;
    device(deviceOf(place_, 0)).bytesPerToken += firstExtras;
    plan_.bytesPerToken = plan_.host.bytesPerToken;
    for (int i = 0; i < place_.gpus; ++i) plan_.bytesPerToken += device(i).bytesPerToken;
    plan_.fileBytes += embedding + headExtras + firstExtras + (model_.tiedEmbeddings ? 0.0 : output);
    if (model_.predictionLayerCount > 0.0) placePredictionBlocks();
  }

  // Compute buffers, which depend on where everything is.
  [[gnu::always_inline]] void sizeBuffers() noexcept {
    const double inputs = inputBytes(model_, shape_, runtime_);
    double hostInputs = inputs;
    if (place_.gpus == 0) {
      const LargestStage stage = cpuComputeBuffer(model_, shape_, runtime_, inputs);
      plan_.host.computeBuffer = stage.bytes;
      plan_.host.stage = stage.stage;
    } else {
      const bool pipelined =
          place_.gpus > 1 && !onHost_.layers && !onHost_.experts && !onHost_.head && runtime_.kvOffload;
      if (pipelined) hostInputs = pipelinedInputs(shape_, runtime_, inputs);
      plan_.host.computeBuffer = hostInputs + hostStageBytes(model_, shape_, runtime_, weights_, onHost_);
      sizeGpuBuffers(inputs, pipelined);
    }
    plan_.host.inputs = std::min(hostInputs, plan_.host.computeBuffer);
    plan_.host.outputBuffer = runtime_.sequences * model_.vocabularySize * 4.0;
    plan_.host.promptCache = runtime_.cacheRam * kBytesPerMiB + checkpointBytes(model_, runtime_, shape_);
    if (runtime_.speculation == Speculation::draftMtp) addPredictionContext();
    const bool offloads = runtime_.projectorOffload && place_.gpus > 0;
    device(offloads ? 0 : kHost).projector += runtime_.projectorWeights + runtime_.projectorBuffer;
    if (offloads) plan_.host.projector += runtime_.projectorInputs;
  }

 private:
  // The context in which the prediction blocks draft.
  void addPredictionContext() noexcept {
    const int home = deviceOf(place_, static_cast<int>(model_.layerCount));
    const PredictionContext context = predictionContext(model_, runtime_);
    const bool pipelined =
        place_.gpus > 1 && !onHost_.layers && !onHost_.experts && !onHost_.head && runtime_.kvOffload;
    const double masks = pipelined ? (kPipelineCopies - 1.0) * context.others : 0.0;
    const double hidden = pipelined ? context.hidden : 0.0;
    DeviceMemory& cacheHome = runtime_.kvOffload ? device(home) : plan_.host;
    cacheHome.draft += context.cache;
    plan_.host.draft += context.inputs + masks + 3.0 * hidden + plan_.host.outputBuffer;
    if (home != kHost) {
      device(home).draft += context.computeBuffer + masks + 9.0 * hidden;
    } else if (place_.gpus > 0) {
      // The first GPU computes large batches for the host, with two hidden vectors less among its inputs.
      plan_.gpus[0].draft += std::max(0.0, plan_.gpus[0].computeBuffer - 2.0 * context.hidden);
    } else {
      plan_.host.draft += context.computeBuffer - context.inputs + context.hidden;
    }
  }

  // What one layer of a group keeps, and which share of its experts one token reads.
  struct GroupBytes {
    double cache;
    double state;
    double expertShare;
    bool keeps;
  };

  // Prediction blocks come after the layers in the file. They are loaded where they draft. A tensor list is summed
  // without them, so that their sizes follow the file type there, too.
  [[gnu::always_inline]] void placePredictionBlocks() noexcept {
    const double bytes = predictionBytes(model_, weights_, counters_);
    if (!measured_) plan_.fileBytes += bytes;
    if (runtime_.speculation != Speculation::draftMtp) return;
    for (int unit = static_cast<int>(model_.layerCount); unit < headUnit_; ++unit) {
      device(deviceOf(place_, unit)).weights += bytes / model_.predictionLayerCount;
    }
  }

  [[nodiscard]] DeviceMemory& device(int index) noexcept {
    return index == kHost ? plan_.host : plan_.gpus[static_cast<std::size_t>(index)];
  }

  // Puts `count` layers of one group into one place. `moved`: their experts go to the host.
  [[gnu::always_inline]] void put(std::size_t group, int count, const LayerWeights& bytes, int home,
                                  bool moved) noexcept {
    const GroupBytes& kept = groupBytes_[group];
    DeviceMemory& memory = device(home);
    memory.layers += count;
    if (lacksScan(model_.groups[group], runtime_) && !measured_) leaveStates(model_.groups[group], count, memory);
    memory.weights += bytes.dense;
    memory.bytesPerToken += bytes.dense;
    if (home == kHost) {
      onHost_.layers = onHost_.layersOf[group] = true;
    } else {
      groupsOn_[static_cast<std::size_t>(home)][group] = true;
      if (!runtime_.kvOffload && kept.keeps) onHost_.cache = true;
    }
    if (bytes.experts > 0.0) putExperts(group, bytes, home, moved);
    plan_.fileBytes += bytes.dense + bytes.experts;
    DeviceMemory& cacheHome = runtime_.kvOffload ? memory : plan_.host;
    cacheHome.kvCache += count * kept.cache;
    if (place_.gpus > 1 && model_.groups[group].attention != Attention::none) shareCaches(group, count, home);
    if (isSliding(model_.groups[group])) cacheHome.slidingCache += count * kept.cache;
    cacheHome.recurrentState += count * kept.state;
  }

  // The host scans for the GPU, so the matrix of states of a Mamba 1 layer stays there.
  [[gnu::always_inline]] void leaveStates(const LayerGroup& g, int count, DeviceMemory& memory) noexcept {
    const double scanned = count * kStateBytes * std::min(g.innerLength * g.stateLength, g.vectorElements);
    memory.weights -= scanned;
    memory.bytesPerToken -= scanned;
    plan_.host.weights += scanned;
    plan_.host.bytesPerToken += scanned;
  }

  [[gnu::always_inline]] void putExperts(std::size_t group, const LayerWeights& bytes, int home, bool moved) noexcept {
    const double share = groupBytes_[group].expertShare;
    if (moved && home != kHost) onHost_.experts = true;
    if (moved || home == kHost) onHost_.expertsOf[group] = true;
    const double oversized = home == kHost || moved ? 0.0 : bytes.oversized;
    DeviceMemory& expertHome = moved ? plan_.host : device(home);
    expertHome.weights += bytes.experts - oversized;
    expertHome.experts += bytes.experts - oversized;
    expertHome.bytesPerToken += (bytes.experts - oversized) * share;
    if (oversized > 0.0) {
      plan_.host.weights += oversized;
      plan_.host.experts += oversized;
      plan_.host.bytesPerToken += oversized * share;
      onHost_.oversized = onHost_.oversizedOf[group] = true;
    }
  }

  // Layers that read the cache of an earlier layer copy it if it is on another GPU.
  [[gnu::always_inline]] void shareCaches(std::size_t group, int count, int home) noexcept {
    const LayerGroup& g = model_.groups[group];
    int& owner = lastOwner_[isSliding(g) ? 1 : 0];
    if (!g.sharesCache) {
      owner = home;
    } else if (home != kHost && home != owner) {
      sharedCaches_[static_cast<std::size_t>(home)] +=
          count * layerCacheBytes(g, runtime_, shape_.cells, shape_.widestValues);
    }
  }

  [[gnu::always_inline]] void sizeGpuBuffers(double inputs, bool pipelined) noexcept {
    const bool offloads = (onHost_.layers || onHost_.experts || onHost_.cache) && shape_.tokens >= kOffloadedBatch;
    // Where caches are on the host every GPU copies those of its layers. Where the replay does not follow the model
    // that is taken to need as much as if one GPU had all layers.
    const Replayed replayed = runtime_.build < kMixedInputsBuild ? Replayed::seldom : replayedAs(model_, shape_);
    const bool whole = place_.gpus == 1 || headHome_ <= 0 || (!runtime_.kvOffload && replayed != Replayed::exactly);
    const int reach = whole ? headUnit_ : std::max(countOnFirst(place_), static_cast<int>(runtime_.cpuMoeLayers));
    const double offloaded =
        offloads ? replayedBytes(model_, shape_, runtime_, weights_, place_, {0, reach, whole}) : 0.0;
    const bool isWhole = place_.gpus == 1 && place_.firstOnGpu == 0;
    bool isFirst = true;
    int firstLayer = place_.firstOnGpu;
    for (int i = 0; i < place_.gpus; ++i) {
      DeviceMemory& gpu = device(i);
      const auto at = static_cast<std::size_t>(i);
      gpu.overhead = backendOverhead(runtime_, at);
      const bool isEmpty = gpu.layers == 0.0 && headHome_ != i;
      // Without layers of its own the first GPU still computes large batches for the host.
      if (place_.gpus > 1 && isEmpty && !(i == 0 && offloaded > 0.0)) continue;
      const bool hasHead = headHome_ == i || (headHome_ == kHost && i == 0);
      const bool copies = offloaded > 0.0 && (i == 0 || !runtime_.kvOffload);
      const int reached = firstLayer + static_cast<int>(gpu.layers);
      LargestStage stage;
      if (copies && replayed == Replayed::exactly && (i == 0 || gpu.layers > 0.0)) {
        stage = {Stage::hostCopy, i == 0 ? offloaded
                                         : replayedBytes(model_, shape_, runtime_, weights_, place_,
                                                         {firstLayer, reached, hasHead, GraphStart::passedOn})};
      } else if (place_.gpus == 1 || copies) {
        stage = gpuComputeBuffer(model_, shape_, runtime_, groupsOn_[at], hasHead, inputs, offloaded);
      } else {
        stage = gpuComputeBufferOfSeveral(model_, shape_, runtime_, groupsOn_[at],
                                          {isFirst, gpu.layers > 0.0, hasHead, pipelined, sharedCaches_[at]}, inputs);
      }
      // A GPU that copies nothing, nor gets results of experts that another computes.
      const bool isAlone = replayed != Replayed::seldom && !copies && gpu.layers > 0.0;
      if (isAlone && firstLayer >= runtime_.cpuMoeLayers && !(isWhole && isRegular(model_, shape_, runtime_))) {
        const bool embeds = isFirst && place_.firstOnGpu == 0;
        const GraphStart start = pipelined ? (embeds ? GraphStart::pipelinedEmbeddings : GraphStart::pipelined)
                                           : (embeds ? GraphStart::embeddings : GraphStart::passedOn);
        const double own =
            replayedBytes(model_, shape_, runtime_, weights_, place_, {firstLayer, reached, hasHead, start});
        stage.bytes = replayed == Replayed::exactly ? own : std::max(own, stage.bytes);
      }
      firstLayer = reached;
      isFirst = false;
      gpu.computeBuffer = stage.bytes;
      gpu.stage = stage.stage;
      gpu.inputs = std::min(inputs, stage.bytes);
    }
  }

  const ModelSpec& model_;
  const Runtime& runtime_;
  const MeasuredWeights* measured_;
  MemoryPlan& plan_;
  const Placement place_;
  const ComputeShape shape_;
  const FileWeights weights_;
  const int headUnit_;  // llama.cpp counts the head as the layer after the last
  const int headHome_;
  std::array<GroupBytes, ModelSpec::kMaximumGroups> groupBytes_;
  HostResident onHost_;
  std::array<std::array<bool, ModelSpec::kMaximumGroups>, Runtime::kMaximumGpus> groupsOn_{};  // by GPU: any layers
  std::array<double, Runtime::kMaximumGpus> sharedCaches_{};  // bytes that layers on the GPU read of another's caches
  std::array<int, 2> lastOwner_{};  // devices of the last layer that owns a cache of all cells, and of a window
  QuantizationCounters counters_;
};

// The plan of what was checked. It is one Result, made where the caller has it, because a plan is large.
[[nodiscard]] inline Result<MemoryPlan> planChecked(const ModelSpec& model, const Runtime& runtime,
                                                    const MeasuredWeights* measured) noexcept {
  Result<MemoryPlan> result(std::in_place);
  Planning planning(model, runtime, measured, *result);
  planning.placeLayers();
  planning.placeHead();
  planning.sizeBuffers();
  return result;
}

}  // namespace llmcalc::llama_cpp
