// compute_buffer.hpp: the scratch memory in which a micro-batch is computed.
//
// ggml's allocator reuses memory, so the buffer is the inputs of the graph and the largest stage of it, whatever the
// number of layers. Which tensors a stage keeps alive follows from the graphs in ggml-org/llama.cpp (src/models/*.cpp,
// src/llama-graph.cpp); where a free hole is too small for the next tensor the allocator adds instead of reusing, and
// those additions were read off recorded plans of the development models: tests/golden/memory.tsv, errors in
// docs/memory.md. Lengths here are floats per token of a micro-batch unless a name says bytes.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "llmcalc/kv_cache.hpp"
#include "llmcalc/model.hpp"
#include "llmcalc/runtime.hpp"
#include "llmcalc/weights.hpp"

namespace llmcalc {

enum class Stage : std::uint8_t {
  none,
  logits,
  feedForward,
  experts,
  attention,
  latentAttention,
  recurrence,
  hostCopy,  // what the host holds, copied to be computed with
};
inline constexpr std::array<std::string_view, 8> kStages = {"none",      "logits",          "feedForward", "experts",
                                                            "attention", "latentAttention", "recurrence",  "hostCopy"};

// A stage and its bytes.
struct LargestStage {
  Stage stage = Stage::none;
  double bytes = 0;

  constexpr void consider(Stage candidate, double candidateBytes) noexcept {
    if (candidateBytes > bytes) {
      stage = candidate;
      bytes = candidateBytes;
    }
  }
};

// What the buffers depend on, gathered once.
struct ComputeShape {
  CacheCells cells;
  double tokens = 0;   // of a micro-batch
  double outputs = 0;  // tokens that get logits
  double sequences = 1;
  double hidden = 0;
  double perLayer = 0;  // embeddings of all layers
  double queries = 0;   // widest over the layers
  double keys = 0;
  double widestValues = 0;
  double keyLength = 0;  // of one head, layers with all cells
  double slidingKeyLength = 0;
  double valueLength = 0;
  bool hasCache = false;
  bool slides = false;
  bool latent = false;
  bool recurs = false;     // any layer
  double maskElement = 0;  // bytes of one element of a mask

  [[nodiscard]] constexpr double bytes(double floatsPerToken) const noexcept { return floatsPerToken * tokens * 4.0; }
};

[[nodiscard]] inline ComputeShape computeShape(const ModelSpec& model, const Runtime& runtime) noexcept {
  double queries = 0;
  double keys = 0;
  double widestValues = 0;
  double keyLength = 0;
  double slidingKeyLength = 0;
  double valueLength = 0;
  bool hasCache = false;
  bool slides = false;
  bool latent = false;
  bool recurs = false;
  for (std::size_t i = 0, n = asCount(model.groupCount); i < n; ++i) {
    const LayerGroup& g = model.groups[i];
    recurs = recurs || g.recurrence != Recurrence::none;
    if (g.attention == Attention::none) continue;
    queries = std::max(queries, g.headCount * g.keyLength);
    keys = std::max(keys, g.kvHeadCount * g.keyLength);
    hasCache = true;
    if (g.attention == Attention::mla) {
      latent = true;
      continue;
    }
    widestValues = std::max(widestValues, g.kvHeadCount * g.valueLength);
    if (g.attention == Attention::sliding) {
      slides = true;
      slidingKeyLength = g.keyLength;
    } else {
      keyLength = g.keyLength;
    }
    valueLength = std::max(valueLength, g.valueLength);
  }
  const CacheCells cells = cacheCells(model, runtime, slides);
  const double batch = microBatch(model, runtime);
  // The graph that llama.cpp reserves has as many tokens of each sequence, so the batch is rounded up to that.
  const double tokens = roundedUp(batch / runtime.sequences) * runtime.sequences;
  const bool capped = runtime.server && runtime.build >= kCappedOutputsBuild;
  return {.cells = cells,
          .tokens = tokens,
          .outputs = capped ? std::min(batch, runtime.sequences) : batch,
          .sequences = runtime.sequences,
          .hidden = model.hiddenSize,
          .perLayer = model.perLayerEmbeddingLength * model.layerCount,
          .queries = queries,
          .keys = keys,
          .widestValues = widestValues,
          .keyLength = keyLength,
          .slidingKeyLength = slidingKeyLength,
          .valueLength = valueLength,
          .hasCache = hasCache,
          .slides = slides,
          .latent = latent,
          .recurs = recurs,
          .maskElement = runtime.flashAttention && runtime.build >= kHalfMaskBuild ? 2.0 : 4.0};
}

namespace detail {

[[nodiscard]] inline bool isMultipleOf(double length, double size) noexcept {
  return std::floor(length / size) * size == length;
}

// Quantised caches are rotated by Hadamard matrices, F32: of the largest power of two up to the length of a key, of 64
// for values; only where the length is a multiple of 64.
[[nodiscard]] inline double keyRotationBytes(double length) noexcept {
  if (length <= 0.0 || !isMultipleOf(length, 64.0)) return 0.0;
  double size = 64.0;
  while (size < length && isMultipleOf(length, 2.0 * size)) size *= 2.0;
  return size * size * 4.0;
}

inline constexpr double kValueRotationBytes = 64.0 * 64.0 * 4.0;

}  // namespace detail

// The attention masks.
[[nodiscard]] constexpr double maskBytes(const ComputeShape& s) noexcept {
  return s.hasCache ? (s.cells.full + s.cells.sliding) * s.tokens * s.maskElement : 0.0;
}

// Hidden vectors of each token among the inputs: embeddings looked up and given, and since builds that mix them, both
// again at their places.
[[nodiscard]] constexpr double inputVectors(const Runtime& runtime) noexcept {
  return runtime.build < kMixedInputsBuild ? 2.0 : 4.0;
}

// Inputs of the graph: token ids and embeddings, positions, masks, indices of cells, rotations.
[[nodiscard]] inline double inputBytes(const ModelSpec& model, const ComputeShape& s, const Runtime& runtime) noexcept {
  const double caches = s.slides ? 2.0 : 1.0;
  double floats = inputVectors(runtime) * s.hidden + model.perLayerEmbeddingLength * model.layerCount;
  if (model.architecture == Architecture::gemma3n) floats += s.hidden;
  double bytes = s.bytes(floats + 2.0) + s.outputs * 4.0;
  if (!s.hasCache) return bytes;
  bytes += maskBytes(s) + 8.0 * s.tokens * caches;
  if (s.latent) return bytes;
  bytes += 8.0 * s.tokens * caches * (runtime.flashAttention ? 1.0 : s.widestValues);
  if (isQuantized(runtime.cacheTypeK)) {
    bytes += detail::keyRotationBytes(s.keyLength) + (s.slides ? detail::keyRotationBytes(s.slidingKeyLength) : 0.0);
  }
  if (isQuantized(runtime.cacheTypeV) && detail::isMultipleOf(s.valueLength, 64.0)) {
    bytes += detail::kValueRotationBytes * caches;
  }
  return bytes;
}

namespace detail {

[[nodiscard]] inline double feedForwardFloats(const ModelSpec& model, const LayerGroup& g, const ComputeShape& s,
                                              const Runtime& runtime) noexcept {
  double floats = g.feedForwardLength * (g.feedForward == FeedForward::plain ? 1.0 : 3.0);
  if (s.queries < s.hidden) floats += s.hidden;
  switch (model.architecture) {
    case Architecture::commandR:
    case Architecture::cohere2:
      // Attention and feed-forward start from the same input, so both keep theirs.
      if (s.cells.streams == 1.0) floats += s.hidden + 2.0 * s.keys;
      break;
    case Architecture::gemma3n:
      floats += 7.0 * s.hidden;  // AltUp's streams
      break;
    case Architecture::gemma4:
      if (s.cells.streams > 1.0 || isQuantized(runtime.cacheTypeK)) {
        floats += model.perLayerEmbeddingLength * model.layerCount;
      }
      break;
    default:
      break;
  }
  return floats;
}

[[nodiscard]] inline double expertFloats(const ModelSpec& model, const LayerGroup& g, const ComputeShape& s,
                                         const Runtime& runtime) noexcept {
  const double length = g.expertLength * g.expertsUsed;
  double floats = (g.plainExperts ? 1.0 : 3.0) * length;
  // The experts' results go where gate and up were, if they fit.
  if (s.hidden > 2.0 * g.expertLength) floats += s.hidden * g.expertsUsed;
  if (model.architecture == Architecture::qwen35moe) floats += s.hidden;
  if (model.architecture == Architecture::llama4 && runtime.flashAttention) floats += s.hidden;
  if (model.architecture == Architecture::graniteHybrid) floats += g.sharedExpertLength;
  return floats;
}

// Without flash attention the scores of all heads are alive at once.
[[nodiscard]] inline double attentionFloats(const ModelSpec& model, const LayerGroup& g,
                                            const ComputeShape& s) noexcept {
  const double queries = g.headCount * g.keyLength;
  const double cells = g.attention == Attention::sliding ? s.cells.sliding : s.cells.full;
  double extra = queries > s.hidden ? 2.0 * queries : 0.0;
  switch (model.architecture) {
    case Architecture::qwen3next:
    case Architecture::qwen35:
    case Architecture::qwen35moe:
      extra = (queries > s.hidden ? 3.0 : 2.0) * queries;
      if (model.architecture == Architecture::qwen35moe) extra += s.hidden;
      break;
    case Architecture::commandR:
    case Architecture::cohere2:
      extra = 3.0 * g.feedForwardLength + s.hidden / 4.0;
      break;
    case Architecture::olmo2:
      extra = s.hidden;
      break;
    case Architecture::gemma3n:
      extra = 3.0 * s.hidden;
      break;
    case Architecture::gemma4:
      if (model.perLayerEmbeddingLength > 0.0) {
        extra += model.perLayerEmbeddingLength * model.layerCount + s.hidden / 2.0;
      }
      break;
    case Architecture::falconH1:
      extra = 3.0 * convolutionChannels(g) + g.timeStepRank;
      break;
    default:
      break;
  }
  return g.headCount * cells + extra;
}

// Flash attention has no F32 kernel: keys and values of such caches are cast to F16, a layer at a time.
[[nodiscard]] constexpr double castBytes(const LayerGroup& g, const ComputeShape& s, const Runtime& runtime) noexcept {
  const double cells = (g.attention == Attention::sliding ? s.cells.sliding : s.cells.full) * s.cells.streams;
  const double keys = runtime.cacheTypeK == CacheType::f32 ? g.kvHeadCount * g.keyLength : 0.0;
  const double values = runtime.cacheTypeV == CacheType::f32 ? g.kvHeadCount * g.valueLength : 0.0;
  return cells * (keys + values) * 2.0;
}

[[nodiscard]] inline double latentFloats(const LayerGroup& g, const ComputeShape& s, const Runtime& runtime) noexcept {
  const double latent = g.kvLoraRank + g.ropeLength;
  const double floats = g.headCount * (2.0 * latent + g.mlaKeyLength);
  // The scores take the place of the queries where those are as long.
  if (runtime.flashAttention || s.cells.full <= latent) return floats;
  const double unrotated = g.queryLoraRank == 0.0 ? g.headCount * g.ropeLength : 0.0;
  // The values are a copy of the compressed keys, as long as the cache.
  const double values = g.kvLoraRank * s.cells.full / s.tokens + 2.0 * s.hidden;
  return std::max(floats - unrotated, values) + g.headCount * s.cells.full;
}

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
      double floats = 3.0 * channels - s.hidden;
      // Qwen3-Next reorders queries and keys, which copies them.
      if (model.architecture == Architecture::qwen3next) floats += g.stateGroupCount * g.stateLength + g.innerLength;
      return s.bytes(floats) + s.sequences * (2.0 * state + (g.convolutionLength - 1.0) * channels * 4.0);
    }
    case Recurrence::mamba2:
      break;
  }
  const double groups = g.stateGroupCount * g.stateLength;
  const bool fits = s.sequences * state < s.bytes(g.innerLength);
  double bytes = s.bytes(2.0 * g.innerLength + 2.0 * groups + g.timeStepRank) + convolved + s.bytes(channels) +
                 s.bytes(g.innerLength) + (2.0 * s.sequences - (fits ? 2.0 : 1.0)) * state;
  // Falcon-H1 keeps the attention's result meanwhile.
  if (model.architecture == Architecture::falconH1) bytes += s.bytes(fits ? s.hidden : g.innerLength + s.hidden);
  return bytes;
}

// Logits, if they do not fit where the mask was; it is free by then.
[[nodiscard]] inline double logitsBytes(const ModelSpec& model, const ComputeShape& s,
                                        const Runtime& runtime) noexcept {
  const double logits = model.vocabularySize * s.outputs * 4.0;
  if (s.hasCache && logits < s.cells.full * s.tokens * s.maskElement) return 0.0;
  double extra = 0.0;
  switch (model.architecture) {
    case Architecture::commandR:
    case Architecture::falconH1:
    case Architecture::graniteHybrid:
      extra = s.hidden;
      break;
    case Architecture::llama4:
      if (runtime.flashAttention) extra = s.hidden;
      break;
    case Architecture::deepseek2:
      // Without a compressed query.
      if (model.groups[0].queryLoraRank == 0.0) extra = s.hidden;
      break;
    default:
      break;
  }
  if (!s.latent && runtime.cacheTypeK != runtime.cacheTypeV) extra += s.hidden;
  return logits + s.bytes(extra);
}

}  // namespace detail

// The largest stage of the layers, beside the inputs; `here`: of groups that have any.
[[nodiscard]] inline LargestStage largestLayerStage(const ModelSpec& model, const ComputeShape& s,
                                                    const Runtime& runtime,
                                                    const std::array<bool, ModelSpec::kMaximumGroups>& here) noexcept {
  LargestStage largest;
  for (std::size_t i = 0, n = asCount(model.groupCount); i < n; ++i) {
    const LayerGroup& g = model.groups[i];
    if (!here[i]) continue;
    if (g.feedForward != FeedForward::none) {
      largest.consider(Stage::feedForward, s.bytes(detail::feedForwardFloats(model, g, s, runtime)));
    }
    if (g.expertCount > 0.0) largest.consider(Stage::experts, s.bytes(detail::expertFloats(model, g, s, runtime)));
    if (g.attention == Attention::mla) {
      largest.consider(Stage::latentAttention, s.bytes(detail::latentFloats(g, s, runtime)));
    } else if (g.attention != Attention::none && !runtime.flashAttention) {
      largest.consider(Stage::attention, s.bytes(detail::attentionFloats(model, g, s)));
    } else if (g.attention != Attention::none) {
      largest.consider(Stage::attention, detail::castBytes(g, s, runtime));
    }
    if (g.recurrence != Recurrence::none) {
      largest.consider(Stage::recurrence, detail::recurrenceBytes(model, g, s));
    }
  }
  return largest;
}

namespace detail {

[[nodiscard]] constexpr bool mixesExperts(const ModelSpec& model) noexcept {
  for (std::size_t i = 0, n = asCount(model.groupCount); i < n; ++i) {
    if (model.groups[i].expertCount > 0.0) return true;
  }
  return false;
}

// A tensor too large for the backend is not copied; the host computes with it.
[[nodiscard]] constexpr double copiedBytes(double tensor, const FileWeights& weights) noexcept {
  return tensor > weights.largestTensor ? 0.0 : tensor;
}

[[nodiscard]] inline double largestDown(const GroupWeights& w) noexcept {
  return w.expertsDown.base + std::max(0.0, w.expertsDown.extra);
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

}  // namespace detail

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

// The buffer of the only GPU, with the inputs; `offloaded`: what offload.hpp finds.
[[nodiscard]] inline LargestStage gpuComputeBuffer(const ModelSpec& model, const ComputeShape& s,
                                                   const Runtime& runtime,
                                                   const std::array<bool, ModelSpec::kMaximumGroups>& here,
                                                   bool hasHead, double inputs, double offloaded) noexcept {
  if (runtime.flashAttention && runtime.build < kHalfMaskBuild) inputs += maskBytes(s) / 2.0;
  const LargestStage largest = largestLayerStage(model, s, runtime, here);
  LargestStage whole{largest.stage, inputs + largest.bytes};
  if (offloaded > 0.0) {
    whole.consider(Stage::hostCopy, offloaded);
    return whole;
  }
  const double logits = hasHead ? detail::logitsBytes(model, s, runtime) : 0.0;
  LargestStage all = largest;
  if (runtime.build < kMixedInputsBuild && s.outputs > s.sequences) {
    // The inputs have gone when the logits of the whole batch come: those and a hidden vector, with experts two more.
    if (s.recurs) whole.bytes += s.bytes(s.hidden);
    const double vectors = detail::mixesExperts(model) ? 3.0 : 1.0;
    if (hasHead) whole.consider(Stage::logits, model.vocabularySize * s.outputs * 4.0 + s.bytes(vectors * s.hidden));
    return whole;
  }
  if (runtime.build < kMixedInputsBuild && s.recurs) inputs += s.bytes(s.hidden);
  if (model.architecture != Architecture::gemma3n) {
    all.consider(Stage::logits, logits);
  } else if (hasHead) {
    // By then nearly everything is free.
    const double last = model.vocabularySize * s.outputs * 4.0 + s.bytes(6.0 * s.hidden);
    if (last > whole.bytes) return {Stage::logits, last};
  }
  return {all.stage, inputs + all.bytes};
}

// What one of several GPUs is among them.
struct GpuRole {
  bool isFirst = false;  // has the first layers that are on GPUs
  bool hasLayers = false;
  bool hasHead = false;
  bool isPipelined = false;
  double sharedCaches = 0;  // bytes of caches on other GPUs that layers here read, too
};

// Copies of the inputs that the scheduler keeps where layers are split over GPUs and all of them are there.
inline constexpr double kPipelineCopies = 4.0;

// Of masks and indices the scheduler keeps copies, of hidden vectors these, on the host, the first GPU and the others:
// two and seven of older builds read off one report each (ggml-org/llama.cpp b9665, two cards), the rest off build
// 11669.
struct PipelineVectors {
  double host;
  double first;
  double other;
};
[[nodiscard]] constexpr PipelineVectors pipelineVectors(const Runtime& runtime) noexcept {
  return runtime.build < kMixedInputsBuild ? PipelineVectors{2.0, 7.0, 7.0} : PipelineVectors{10.0, 15.0, 10.0};
}

// The inputs of the host's buffer where GPUs pipeline.
[[nodiscard]] constexpr double pipelinedInputs(const ComputeShape& s, const Runtime& runtime, double inputs) noexcept {
  const double hidden = s.bytes(s.hidden);
  const double others = inputs - inputVectors(runtime) * hidden;
  // Of embeddings per layer the host keeps one, and the first GPU makes what the others copy.
  const double perLayer = s.bytes(s.perLayer);
  return kPipelineCopies * (others - perLayer) + perLayer + pipelineVectors(runtime).host * hidden;
}

namespace detail {

// What stays allocated on one of several GPUs beside the largest stage, floats: queries longer or shorter than a hidden
// vector do not fit where one was, and some graphs hold another one. Read off two to four GPUs of 62 models; where
// models of a family differ, the most.
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
  switch (model.architecture) {
    case Architecture::cohere2:
    case Architecture::commandR:
    case Architecture::deepseek2:
      floats += 2.0 * s.hidden;
      break;
    case Architecture::qwen35:
    case Architecture::qwen35moe:
    case Architecture::qwen3next:
      floats += s.hidden;
      break;
    default:
      break;
  }
  return floats;
}

}  // namespace detail

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
  const double logits = role.hasHead ? detail::logitsBytes(model, s, runtime) : 0.0;
  const double others = inputs - inputVectors(runtime) * hidden + role.sharedCaches;
  if (role.isPipelined) {
    const PipelineVectors vectors = pipelineVectors(runtime);
    const double copies = (role.isFirst ? vectors.first : vectors.other) * hidden;
    largest.bytes += copies + s.bytes(detail::besideStageFloats(model, s, runtime));
    if (logits > 0.0) largest.consider(Stage::logits, copies + logits);
    return {largest.stage, kPipelineCopies * others + largest.bytes};
  }
  // The GPU before has passed on a hidden vector, beside which the layer keeps its own.
  largest.bytes += 2.0 * hidden;
  if (logits > 0.0) largest.consider(Stage::logits, hidden + logits);
  return {largest.stage, others + largest.bytes};
}

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
    if (host.layersOf[i] || host.cache || detail::lacksScan(g, runtime)) {
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
          } else if (model.architecture != Architecture::falconH1) {
            // Only the convolution, which starts from the state.
            largest = std::max(
                largest, s.bytes(convolutionChannels(g) + s.hidden) + state.convolution * s.sequences * kStateBytes);
          }
          break;
      }
      if (host.layersOf[i] && !runtime.flashAttention && detail::hostAttends(g, s)) {
        largest = std::max(largest, s.bytes(g.headCount * s.cells.full + before));
      }
    }
    if (g.expertCount > 0.0 && (host.expertsOf[i] || host.oversizedOf[i])) {
      double floats = 0;
      if (detail::copiedBytes(detail::largestDown(w), weights) == 0.0) floats += g.expertsUsed * s.hidden;
      if (detail::copiedBytes(w.largestExpertUp, weights) == 0.0) floats += 2.0 * g.expertsUsed * g.expertLength;
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
  largest.consider(Stage::logits, detail::logitsBytes(model, s, runtime));
  return {largest.stage, inputs + s.bytes(s.hidden) + largest.bytes};
}

}  // namespace llmcalc
