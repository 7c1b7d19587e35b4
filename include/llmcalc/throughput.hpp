// throughput.hpp: tokens per second and time to first token, from what a step reads and computes on every device.
//
// The laws and how well they do: docs/speed.md. Sources: bytes over an achieved bandwidth plus a fixed time per layer,
// and work per weight by type, from controlled runs on one H100 (tests/golden/h100.tsv) and measurements of others; the
// profiles are fitted to both by scripts/fit-speed.mjs, the constants below were by hand.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "llmcalc/device.hpp"
#include "llmcalc/kv_cache.hpp"
#include "llmcalc/memory.hpp"
#include "llmcalc/model.hpp"
#include "llmcalc/placement.hpp"
#include "llmcalc/profiles.hpp"
#include "llmcalc/runtime.hpp"
#include "llmcalc/speed/checks.hpp"
#include "llmcalc/validation.hpp"
#include "llmcalc/weights.hpp"

namespace llmcalc {

struct Band {
  double p10 = 0;
  double p50 = 0;
  double p90 = 0;
};

// What takes the largest part of a time.
enum class Limit : std::uint8_t { memory, compute, cache, launch, link, host };
inline constexpr std::array<std::string_view, 6> kLimits = {"memory", "compute", "cache", "launch", "link", "host"};

// Seconds of a step or a prompt by cause; on the host everything is `host`.
struct SpeedTerms {
  double memory = 0;   // weights read
  double compute = 0;  // beyond what reading them takes
  double cache = 0;    // keys, values and recurrent state; of a prompt, attention
  double launch = 0;   // fixed times per layer and call
  double link = 0;     // between devices
  double host = 0;

  [[nodiscard]] constexpr double total() const noexcept { return memory + compute + cache + launch + link + host; }

  constexpr SpeedTerms& operator+=(const SpeedTerms& other) noexcept {
    memory += other.memory;
    compute += other.compute;
    cache += other.cache;
    launch += other.launch;
    link += other.link;
    host += other.host;
    return *this;
  }

  constexpr SpeedTerms& operator*=(double factor) noexcept {
    memory *= factor;
    compute *= factor;
    cache *= factor;
    launch *= factor;
    link *= factor;
    host *= factor;
    return *this;
  }
};

struct SpeedEstimate {
  Band decode;                // tokens/s of one sequence alone
  Band prefill;               // tokens/s of one prompt
  Band timeToFirstToken;      // s: all prompts that come at once, and one step
  Band requestTime;           // s: until the last token
  Band tokensPerSecondUser;   // of each of `concurrency` sequences, with the draft
  Band tokensPerSecondTotal;  // of all together
  SpeedTerms step;            // of one sequence alone
  SpeedTerms prompt;
  Limit decodeLimit = Limit::memory;
  Limit prefillLimit = Limit::compute;
  Evidence evidence = Evidence::none;
};

namespace detail {

inline constexpr std::size_t kTypes = kTensorTypes.size();
using ByType = std::array<double, kTypes>;

[[nodiscard]] constexpr bool isFloatType(std::size_t type) noexcept {
  return type <= static_cast<std::size_t>(TensorType::BF16);
}

[[nodiscard]] constexpr double bytesOf(std::size_t type) noexcept { return kBytesPerElement[type]; }

[[nodiscard]] inline double bytesOf(const ByType& elements) noexcept {
  double bytes = 0;
  for (std::size_t i = 0; i < kTypes; ++i) bytes += elements[i] * bytesOf(i);
  return bytes;
}

// What one device holds of a model, as far as speed depends on it.
struct DeviceWork {
  double elements = 0;  // of all weights here
  ByType dense{};       // elements that every token multiplies, without the head
  ByType head{};
  ByType experts{};         // of all experts
  double expertsUsed = 0;   // elements of those that one token multiplies
  double expertsTotal = 0;  // sum of `experts`
  double layers = 0;
  double smallKernels = 0;  // of layers whose graph has many beside, in layers
  double expertLayers = 0;
  double movedLayers = 0;  // layers elsewhere whose experts are here
  double recurrentLayers = 0;
  double expertMatrices = 0;
  double cacheBytes = 0;    // per token in the cache, of layers that see all, as if heads were of 128
  double slidingBytes = 0;  // of layers that see a window
  double cacheElements = 0;
  double slidingElements = 0;
  double stateBytes = 0;
  double stateTraffic = 0;  // bytes of states moved in a step
  double queries = 0;       // sum over layers of heads x head length
  double slidingQueries = 0;
  double heads = 0;
  double slidingHeads = 0;

  // Of the experts, what one token reads.
  [[nodiscard]] constexpr double usedShare() const noexcept {
    return expertsTotal > 0.0 ? expertsUsed / expertsTotal : 0.0;
  }
  // Weights that one token multiplies.
  [[nodiscard]] constexpr double multiplied() const noexcept {
    double sum = expertsUsed;
    for (std::size_t i = 0; i < kTypes; ++i) sum += dense[i] + head[i];
    return sum;
  }
};

inline constexpr std::size_t kHostWork = Runtime::kMaximumGpus;

struct SpeedShape {
  std::array<DeviceWork, Runtime::kMaximumGpus + 1> work{};
  double window = 0;
  double denseScale = 1;   // bytes of the real file over those by the rules, of what is no expert
  double expertScale = 1;  // the same, of experts
  bool quantizedCache = false;
};

// Elements of the tensors of one type.
struct TypeElements {
  std::size_t wanted;
  std::array<bool, kTypes>* seen;

  constexpr double operator()(TensorType type, double rowLength, double rows) const noexcept {
    (*seen)[static_cast<std::size_t>(type)] = true;
    return static_cast<std::size_t>(type) == wanted ? rowLength * rows : 0.0;
  }
};

// Seconds that reading a key or value takes grow where heads are not of 128. Measured on the H100: 2.18 TB/s with 128,
// 1.57 with 64; 256 and mla from batched runs.
[[nodiscard]] constexpr double cacheEffort(const LayerGroup& g) noexcept {
  if (g.attention == Attention::mla) return 2.1;
  if (g.keyLength <= 64.0) return 1.35;
  return g.keyLength <= 128.0 ? 1.0 : 1.3;
}

// Passes over the recurrent state in a step, by hand: it is gathered, scanned in pieces, written and copied back; gated
// delta nets have one kernel for most of it.
[[nodiscard]] constexpr double statePasses(Recurrence recurrence) noexcept {
  return recurrence == Recurrence::gatedDeltaNet ? 5.0 : 14.0;
}

// What AltUp, LAuReL and the per-layer embeddings take, in the fixed time of a layer: of Gemma 3n E4B an RX 7900 XT and
// an M4 Pro take 0.17 ms a layer more than other layers of its size.
inline constexpr double kAltUpLayers = 2.0;

inline void addLayers(DeviceWork& home, DeviceWork& cacheHome, DeviceWork& expertHome, const ModelSpec& model,
                      const LayerGroup& g, const Runtime& runtime, double count) noexcept {
  home.layers += count;
  if (model.architecture == Architecture::gemma3n) home.smallKernels += kAltUpLayers * count;
  if (g.expertCount > 0.0) {
    home.expertLayers += count;
    expertHome.expertMatrices += count * g.expertCount * (g.plainExperts ? 2.0 : 3.0);
    if (&expertHome != &home) expertHome.movedLayers += count;
  }
  if (g.recurrence != Recurrence::none) {
    home.recurrentLayers += count;
    const double state = count * layerStateBytes(g, model.hiddenSize, 1.0);
    cacheHome.stateBytes += state;
    cacheHome.stateTraffic += state * statePasses(g.recurrence);
  }
  if (g.attention == Attention::none || g.headCount == 0.0) return;
  const bool mla = g.attention == Attention::mla;
  const bool slides = g.attention == Attention::sliding;
  const double keys = (g.kvHeadCount * g.keyLength + g.indexerKeyLength) * count;
  const double values = mla ? 0.0 : g.kvHeadCount * g.valueLength * count;
  const double bytes =
      (keys * bytesPerElement(runtime.cacheTypeK) + values * bytesPerElement(runtime.cacheTypeV)) * cacheEffort(g);
  (slides ? cacheHome.slidingBytes : cacheHome.cacheBytes) += bytes;
  (slides ? cacheHome.slidingElements : cacheHome.cacheElements) += keys + values;
  const double queries = g.headCount * (mla ? 0.5 * (g.mlaKeyLength + g.mlaValueLength) : g.keyLength) * count;
  (slides ? cacheHome.slidingQueries : cacheHome.queries) += queries;
  (slides ? cacheHome.slidingHeads : cacheHome.heads) += g.headCount * count;
}

inline void addElements(SpeedShape& shape, const ModelSpec& model, const Runtime& runtime, const Placement& place,
                        std::size_t type, std::array<bool, kTypes>& seen) noexcept {
  const FileWeights weights =
      fileWeights(model, runtime.fileType, runtime.importanceMatrix, 1e300, TypeElements{type, &seen});
  const auto device = [&](int index) -> DeviceWork& {
    return shape.work[index == kHost ? kHostWork : static_cast<std::size_t>(index)];
  };
  QuantizationCounters counters;
  LayerBlocks blocks(model);
  visitPlaces(model, runtime, place, [&](int count, int home, bool moved) {
    const auto counts = countLayers(blocks, weights, counters, count);
    for (std::size_t i = 0; i < weights.groupCount; ++i) {
      const LayerWeights elements = layerBytes(weights, weights.groups[i], counts[i]);
      device(home).dense[type] += elements.dense;
      device(home).elements += elements.dense;
      if (elements.experts == 0.0) continue;
      DeviceWork& expertHome = device(moved ? kHost : home);
      const LayerGroup& g = model.groups[i];
      expertHome.experts[type] += elements.experts;
      expertHome.elements += elements.experts;
      expertHome.expertsTotal += elements.experts;
      expertHome.expertsUsed += elements.experts * g.expertsUsed / g.expertCount;
    }
  });
  device(deviceOf(place, 0)).dense[type] += weights.firstLayerExtras;
  DeviceWork& head = device(deviceOf(place, static_cast<int>(model.layerCount + model.predictionLayerCount)));
  head.head[type] += weights.output + weights.outputExtras;
  head.elements += weights.output + weights.outputExtras;
}

// Bytes of all weights that are read, by the rules of the file type: the same wherever layers are.
[[nodiscard]] inline double weightBytes(const SpeedShape& shape) noexcept {
  double bytes = 0;
  for (const DeviceWork& w : shape.work) bytes += bytesOf(w.dense) + bytesOf(w.head) + bytesOf(w.experts);
  return bytes;
}

// Where everything is. `shape` is large and starts empty. Bytes of the real file, where known, win over the rules.
inline void fillShape(SpeedShape& shape, const ModelSpec& model, const Runtime& runtime, double fileBytes,
                      const MeasuredWeights* measured) noexcept {
  const Placement place = placement(model, runtime);
  LayerBlocks blocks(model);
  visitPlaces(model, runtime, place, [&](int count, int home, bool moved) {
    DeviceWork& here = shape.work[home == kHost ? kHostWork : static_cast<std::size_t>(home)];
    DeviceWork& host = shape.work[kHostWork];
    blocks.next(count, [&](const LayerBlock& block) {
      for (std::size_t i = 0; i < static_cast<std::size_t>(model.groupCount); ++i) {
        const int layers = countBits(block.groups[i]);
        if (layers == 0) continue;
        addLayers(here, runtime.kvOffload ? here : host, moved ? host : here, model, model.groups[i], runtime, layers);
      }
    });
  });
  // The first pass sees which types there are.
  std::array<bool, kTypes> seen{};
  addElements(shape, model, runtime, place, 0, seen);
  for (std::size_t type = 1; type < kTypes; ++type) {
    if (seen[type]) addElements(shape, model, runtime, place, type, seen);
  }
  if (fileBytes > 0.0 || measured != nullptr) {
    const double bytes = fileBytes > 0.0 ? fileBytes : planChecked(model, runtime, measured)->fileBytes;
    const double ruled = planChecked(model, runtime, nullptr)->fileBytes;
    shape.denseScale = shape.expertScale = bytes / ruled;
    double experts = 0;
    for (const DeviceWork& w : shape.work) experts += bytesOf(w.experts);
    // Experts of this file type are what it says; what is larger are the others.
    if (runtime.fileType == FileType::MXFP4_MOE && bytes > ruled && experts > 0.0) {
      shape.expertScale = 1.0;
      shape.denseScale = (bytes - experts) / (ruled - experts);
    }
  }
  shape.window = model.slidingWindow;
  shape.quantizedCache = isQuantized(runtime.cacheTypeK) || isQuantized(runtime.cacheTypeV);
}

[[nodiscard]] inline double rootOfSquares(double a, double b) noexcept { return std::sqrt(a * a + b * b); }

// Reading and computing overlap: a kernel takes little longer than the slower of the two.
[[nodiscard]] inline double overlapped(double memory, double compute) noexcept {
  const double a = memory * memory;
  const double b = compute * compute;
  return std::sqrt(std::sqrt(a * a + b * b));
}

// Rates that a data sheet leaves out, by what the others of its kind have.
[[nodiscard]] constexpr Device completed(Device d) noexcept {
  if (d.shaderFlops == 0.0) d.shaderFlops = d.halfFlops > 0.0 ? 0.5 * d.halfFlops : 40.0 * d.bandwidth;
  if (d.halfFlops == 0.0) d.halfFlops = 2.0 * d.shaderFlops;
  if (d.quantizedOps == 0.0) d.quantizedOps = 2.0 * d.halfFlops;
  return d;
}

// A core's nominal rate, to which profiles of processors relate.
inline constexpr double kCoreFlops = 1e11;
// The cores of a chip with wide memory cannot use it all.
inline constexpr double kUnifiedHostBandwidth = 120e9;

[[nodiscard]] constexpr Device completedHost(Device d, bool unified, const SpeedProfile& p) noexcept {
  const double cores = d.threads > 0.0 ? d.threads : 8.0;
  d.threads = cores;
  if (d.shaderFlops == 0.0) d.shaderFlops = cores * kCoreFlops;
  // Matrix products do not scale past one cluster of cores.
  const double together = std::min(cores, 16.0) + 0.4 * std::max(cores - 16.0, 0.0);
  if (d.halfFlops == 0.0) d.halfFlops = together * kCoreFlops;
  if (d.quantizedOps == 0.0) d.quantizedOps = together * kCoreFlops;
  if (unified) d.bandwidth = std::min(d.bandwidth, kUnifiedHostBandwidth / p.bandwidthShare);
  return d;
}

// Matrix-vector kernels of llama.cpp take up to eight sequences; then the matrix-matrix kernels of prefill take over,
// and a step can get shorter.
inline constexpr double kVectorKernelSequences = 8.0;

// Of batched steps, by hand, to the H100 and a GB10 (CUDA); Metal pads more, and is thin.
struct BatchCosts {
  double sequence = 0.32;         // of a weight's work, per further sequence
  double sequenceQ8 = 0.18;       // the same, of Q8_0
  double floatSequence = 0.17;    // the same, where weights are not quantised
  double expertSequence = 0.67;   // the same, of experts
  double tile = 1;                // sequences are padded to so many
  double prefill = 0.7;           // of prefill's time per token
  double expertPrefill = 1.9;     // the same, of experts
  double expertWork = 1.65;       // of a weight's work, once for all sequences
  double layer = 16e-6;           // s per layer, once
  double layerSequence = 1.6e-6;  // s per layer and further sequence
  double layerMatrix = 35e-6;     // s per layer where the matrix kernels run
  double cache = 1.4;             // of the time that a cache takes alone
};

[[nodiscard]] constexpr BatchCosts batchCosts(Backend backend) noexcept {
  BatchCosts costs;
  if (backend == Backend::metal) {
    costs.tile = 32;
    costs.prefill = 1.5;
  }
  return costs;
}

// Real texts come back to the same experts: `sequences` tokens read less than as many random choices.
[[nodiscard]] constexpr double expertsRead(double used, double sequences) noexcept {
  return std::min(used * sequences / (1.0 + 1.6 * used * (sequences - 1.0)), 1.0);
}

// Of the experts, what the tokens of a micro-batch come to: one token to those that it uses, very many to all.
[[nodiscard]] constexpr double expertsHit(double used, double tokens) noexcept {
  return used * tokens / (1.0 + used * (tokens - 1.0));
}

[[nodiscard]] constexpr double visible(double depth, double window) noexcept {
  return window > 0.0 ? std::min(depth, window) : depth;
}

// What a step computes: of each of `users` sequences its next token, and those that a draft proposes. All tokens of a
// sequence read its cache together.
struct Step {
  double users = 1;
  double tokensPerUser = 1;
  double depth = 0;  // tokens in the cache of each

  [[nodiscard]] constexpr double tokens() const noexcept { return users * tokensPerUser; }
};

// Keys and values of all users, and the recurrent state, which is read and written.
[[nodiscard]] inline double cacheSeconds(const SpeedShape& shape, const DeviceWork& w, const Device& d,
                                         const SpeedProfile& p, bool flashAttention, const Step& step) noexcept {
  const double depth = step.depth;
  const double seen = visible(depth, shape.window);
  const double bytes = w.cacheBytes * depth + w.slidingBytes * seen;
  double seconds = bytes / (p.cacheShare * d.bandwidth);
  if (!flashAttention) seconds *= 1.8;  // 1.2 instead of 2.18 TB/s on the H100
  if (shape.quantizedCache) {
    const double elements = w.cacheElements * depth + w.slidingElements * seen;
    seconds = rootOfSquares(seconds, elements * p.cacheOperations / (p.kernelShare * d.shaderFlops));
  }
  return step.users * (seconds + w.stateTraffic / (p.bandwidthShare * d.bandwidth));
}

// Sum over types of what weights take in prefill, per token, in seconds.
[[nodiscard]] inline double productSeconds(const ByType& elements, const Device& d, const SpeedProfile& p) noexcept {
  double seconds = 0;
  for (std::size_t i = 0; i < kTypes; ++i) {
    if (elements[i] == 0.0) continue;
    const double rate = isFloatType(i) ? p.halfShare * d.halfFlops : p.quantizedShare * d.quantizedOps;
    seconds += elements[i] * 2.0 * p.prefillCost[i] / rate;
  }
  return seconds;
}

struct Prompt {
  double tokens = 0;
  double depth = 0;       // tokens before it
  double microBatch = 0;  // tokens computed together
  double count = 0;       // of micro-batches
  bool flashAttention = true;
};

[[nodiscard]] inline Prompt promptOf(const Runtime& runtime, double tokens, double depth) noexcept {
  const double size = std::min({runtime.microBatchSize, runtime.batchSize, tokens});
  return {tokens, depth, size, std::ceil(tokens / size), runtime.flashAttention};
}

// Per layer and micro-batch, beside what a profile says.
inline constexpr double kPromptLayerSeconds = 40e-6;

// A prompt through what `w` holds, computed by `d`. `streamed`: the weights come over the link, at that many bytes/s.
inline void addPrompt(SpeedTerms& terms, const SpeedShape& shape, const DeviceWork& w, const Device& d,
                      const SpeedProfile& p, const Prompt& prompt, double streamed) noexcept {
  const double used = w.usedShare();
  const double hit = expertsHit(used, prompt.microBatch);
  // Of dense products larger micro-batches than 512 gain nothing (H100, GB10); what experts take beside their tokens is
  // paid once a micro-batch, for the experts that it comes to (H100, H200: Qwen3 30B-A3B 40 ms, gpt-oss-20b 11 ms).
  const double blocks = std::max(prompt.count, prompt.tokens / 512.0);
  const double compute =
      prompt.tokens * productSeconds(w.dense, d, p) +
      (prompt.tokens * used + prompt.count * hit * p.expertPadding) * productSeconds(w.experts, d, p);
  const double bytes =
      prompt.count * (bytesOf(w.dense) * shape.denseScale + hit * bytesOf(w.experts) * shape.expertScale);
  const double memory = bytes / (0.8 * d.bandwidth);
  terms.compute += compute;
  terms.memory += rootOfSquares(compute, memory) - compute;
  if (streamed > 0.0) terms.link += bytes / streamed;

  const double full = prompt.tokens * prompt.depth + 0.5 * prompt.tokens * (prompt.tokens + prompt.microBatch);
  const double seen =
      shape.window > 0.0 ? std::min(full, prompt.tokens * (shape.window + 0.5 * prompt.microBatch)) : full;
  terms.cache += 4.0 * (w.queries * full + w.slidingQueries * seen) / (p.attentionShare * d.halfFlops);
  if (!prompt.flashAttention) {
    terms.cache += (w.heads * full + w.slidingHeads * seen) * p.scoreBytes / d.bandwidth;
  }
  terms.cache += p.recurrentCost * prompt.tokens * (w.stateBytes / kStateBytes) * 40.0 / d.halfFlops;
  terms.launch += w.layers * (p.prefillLayerSeconds * blocks + kPromptLayerSeconds * prompt.count);
  for (std::size_t i = 0; i <= static_cast<std::size_t>(TensorType::BF16); ++i) {
    if (w.experts[i] > 0.05 * w.expertsTotal) {
      terms.launch += prompt.count * hit * w.expertMatrices * p.expertSeconds * (w.experts[i] / w.expertsTotal);
    }
  }
}

// Matrix-vector kernels fill wide Apple GPUs less.
[[nodiscard]] constexpr double filled(double flops, Backend backend) noexcept {
  return backend == Backend::metal ? flops / (1.0 + flops / 40e12) : flops;
}

// One step through what a GPU holds.
inline void addStep(SpeedTerms& terms, const SpeedShape& shape, const DeviceWork& w, const Device& d,
                    const SpeedProfile& p, const Runtime& runtime, const Step& step) noexcept {
  const double sequences = step.tokens();
  const BatchCosts costs = batchCosts(runtime.backend);
  const double bandwidth = p.bandwidthShare * d.bandwidth;
  const double rate = p.kernelShare * filled(d.shaderFlops, runtime.backend);
  const double used = w.usedShare();
  const double read = expertsRead(used, sequences);
  const double further = sequences - 1.0;
  const bool vectors = sequences <= kVectorKernelSequences;
  double perToken = 0;  // of prefill, per weight that a token multiplies
  if (!vectors) {
    const double weights = w.multiplied();
    SpeedTerms prompt;
    addPrompt(prompt, shape, w, d, p, {512.0, 0.0, 512.0, 1.0, true}, 0.0);
    perToken = weights > 0.0 ? prompt.total() / 512.0 / weights : 0.0;
  }
  const double rows = std::max(sequences, costs.tile);
  bool quantized = false;
  for (std::size_t i = 0; i < kTypes; ++i) {
    const double dense = w.dense[i] + w.head[i];
    const double experts = w.experts[i];
    if (dense + experts == 0.0) continue;
    const bool isFloat = isFloatType(i);
    quantized = quantized || !isFloat;
    const double denseBytes = dense * bytesOf(i) * shape.denseScale;
    const double expertBytes = experts * read * bytesOf(i) * shape.expertScale;
    const double work = p.operationsPerWeight[i] / rate;
    const double memory = (denseBytes + expertBytes) / bandwidth;
    double seconds = 0;
    if (vectors) {
      const double perSequence = isFloat                                           ? costs.floatSequence
                                 : i == static_cast<std::size_t>(TensorType::Q8_0) ? costs.sequenceQ8
                                                                                   : costs.sequence;
      const double growth = 1.0 + perSequence * further;
      seconds = overlapped(denseBytes / bandwidth, dense * work * growth) +
                overlapped(expertBytes / bandwidth, experts * used * work * (1.0 + costs.expertSequence * further));
    } else {
      seconds = rootOfSquares(denseBytes / bandwidth, isFloat ? 0.0 : dense * work) +
                costs.prefill * rows * perToken * dense +
                rootOfSquares(expertBytes / bandwidth, costs.expertWork * experts * read * work) +
                costs.expertPrefill * rows * perToken * experts * used;
    }
    terms.memory += memory;
    terms.compute += std::max(0.0, seconds - memory);
  }
  terms.cache += cacheSeconds(shape, w, d, p, runtime.flashAttention, step) * (step.users > 1.0 ? costs.cache : 1.0);
  terms.launch +=
      (w.layers + w.smallKernels + w.expertLayers * p.expertLayers + w.recurrentLayers * p.recurrentLayers) *
      p.layerSeconds;
  if (sequences > 1.0) {
    terms.launch +=
        w.layers * (costs.layer + costs.layerSequence * further + (!vectors && quantized ? costs.layerMatrix : 0.0));
  }
}

// The same on the host's processor, which has no cliff: a batch is as good as prefill.
[[nodiscard]] inline double hostStep(const SpeedShape& shape, const DeviceWork& w, const Device& d,
                                     const SpeedProfile& p, const Runtime& runtime, const Step& step) noexcept {
  const double sequences = step.tokens();
  const double used = w.usedShare();
  const double read = expertsRead(used, sequences);
  double bytes = 0;
  double operations = 0;
  for (std::size_t i = 0; i < kTypes; ++i) {
    const double dense = w.dense[i] + w.head[i];
    bytes += (dense * shape.denseScale + w.experts[i] * read * shape.expertScale) * bytesOf(i);
    operations += (dense + w.experts[i] * used) * p.operationsPerWeight[i];
  }
  double compute = operations / (p.kernelShare * d.shaderFlops);
  if (sequences > 1.0) {
    const double product =
        productSeconds(w.dense, d, p) + productSeconds(w.head, d, p) + used * productSeconds(w.experts, d, p);
    compute = std::max(compute, sequences * product);
  }
  return rootOfSquares(bytes / (p.bandwidthShare * d.bandwidth), compute) +
         cacheSeconds(shape, w, d, p, runtime.flashAttention, step) +
         (w.layers + w.expertLayers * p.expertLayers + w.recurrentLayers * p.recurrentLayers) * p.layerSeconds *
             d.threads;
}

[[nodiscard]] constexpr bool holdsWork(const DeviceWork& w) noexcept {
  return w.elements > 0.0 || w.cacheElements > 0.0;
}

// Crossing between host and GPU within a step: graphs are split, threads wake up. It takes as long however many layers
// are where.
inline constexpr double kHostHopSeconds = 1.7e-3;
inline constexpr double kExpertHopSeconds = 80e-6;    // per layer whose experts are on the host
inline constexpr double kGpuHopSeconds = 26e-6;       // per further GPU of a layer split, two H200
inline constexpr double kReduceSeconds = 10e-6;       // per all-reduce of a tensor split, and
inline constexpr double kReduceTokenSeconds = 8e-6;   // with the root of the tokens in it: two H200, NCCL
inline constexpr double kExpertReduce = 1.8;          // times as long in layers with experts, of a prompt
inline constexpr double kFastLink = 100e9;            // NVLink and its like
inline constexpr double kFastReduceSeconds = 1.5e-6;  // per GPU beyond two
inline constexpr double kSlowReduceSeconds = 22e-6;
inline constexpr double kPipelineShare = 0.95;  // of what a pipeline of micro-batches would reach, two H200
inline constexpr double kLinkShare = 0.75;      // of the link's bandwidth, copying weights
// Large batches over weights on the host are computed by the GPU, from this many tokens on.
inline constexpr double kOffloadTokens = 32.0;

// Of one all-reduce over what `tokens` make: two H200 take 18 us for one, 0.2 ms for 512 and 0.4 ms for 2,048, many
// times what their link needs.
[[nodiscard]] inline double reduceSeconds(double tokens) noexcept {
  return kReduceSeconds + kReduceTokenSeconds * std::sqrt(tokens);
}

// Seconds of a step, in all and by cause.
[[nodiscard]] inline SpeedTerms stepTerms(const SpeedShape& shape, const ModelSpec& model, const Runtime& runtime,
                                          const Hardware& hardware, const Step& step) noexcept {
  SpeedTerms sum;
  const auto gpus = static_cast<std::size_t>(runtime.gpuCount);
  double busy = 0;
  double slowest = 0;
  for (std::size_t i = 0; i < gpus; ++i) {
    const DeviceWork& w = shape.work[i];
    if (!holdsWork(w)) continue;
    SpeedTerms terms;
    addStep(terms, shape, w, completed(hardware.gpus[i]), hardware.gpuProfile, runtime, step);
    busy += 1.0;
    sum += terms;
    slowest = std::max(slowest, terms.memory + terms.compute + terms.cache);
  }
  if (busy > 1.0 && hardware.split == Split::tensor) {
    // All work at the same time, as long as the slowest.
    const double share = slowest / (sum.memory + sum.compute + sum.cache);
    sum.memory *= share;
    sum.compute *= share;
    sum.cache *= share;
    const double perGpu = hardware.gpuLinkBandwidth >= kFastLink ? kFastReduceSeconds : kSlowReduceSeconds;
    const double bytes = 2.0 * (busy - 1.0) / busy * step.tokens() * model.hiddenSize * 2.0;
    sum.link += 2.0 * model.layerCount *
                (reduceSeconds(step.tokens()) + perGpu * (busy - 2.0) + bytes / hardware.gpuLinkBandwidth);
  } else if (busy > 1.0) {
    sum.link += kGpuHopSeconds * (busy - 1.0);
  }
  const DeviceWork& host = shape.work[kHostWork];
  if (holdsWork(host)) {
    const Device d = completedHost(hardware.host, hardware.unified, hardware.hostProfile);
    sum.host += hostStep(shape, host, d, hardware.hostProfile, runtime, step);
    if (busy > 0.0) {
      if (host.layers > 0.0) sum.link += kHostHopSeconds;
      sum.link += kExpertHopSeconds * (host.movedLayers + (runtime.kvOffload ? 0.0 : model.layerCount - host.layers));
    }
  }
  return sum;
}

// Whether a layer split works on several micro-batches of a prompt at once: back ends with events, where all is on GPUs
// (llama_context's pipeline_parallel).
[[nodiscard]] constexpr bool isPipelined(const Runtime& runtime, const DeviceWork& host) noexcept {
  return (runtime.backend == Backend::cuda || runtime.backend == Backend::rocm) && runtime.kvOffload &&
         !holdsWork(host);
}

// Seconds of a prompt, in all and by cause.
[[nodiscard]] inline SpeedTerms promptTerms(const SpeedShape& shape, const ModelSpec& model, const Runtime& runtime,
                                            const Hardware& hardware, double tokens, double depth) noexcept {
  SpeedTerms sum;
  const Prompt prompt = promptOf(runtime, tokens, depth);
  if (prompt.microBatch <= kVectorKernelSequences) {
    // As few tokens take the kernels of decoding, in as many steps.
    sum = stepTerms(shape, model, runtime, hardware, {1.0, prompt.microBatch, depth + 0.5 * tokens});
    sum.launch += model.layerCount * kPromptLayerSeconds;
    sum *= prompt.count;
    return sum;
  }
  const auto gpus = static_cast<std::size_t>(runtime.gpuCount);
  const DeviceWork& host = shape.work[kHostWork];
  const bool streams = gpus > 0 && prompt.microBatch >= kOffloadTokens && runtime.backend != Backend::metal;
  double busy = 0;
  double slowest = 0;
  for (std::size_t i = 0; i < gpus; ++i) {
    SpeedTerms terms;
    const Device d = completed(hardware.gpus[i]);
    const bool holds = holdsWork(shape.work[i]);
    if (holds) addPrompt(terms, shape, shape.work[i], d, hardware.gpuProfile, prompt, 0.0);
    if (i == 0 && streams && holdsWork(host)) {
      addPrompt(terms, shape, host, d, hardware.gpuProfile, prompt,
                hardware.unified ? 0.0 : kLinkShare * hardware.linkBandwidth);
    } else if (!holds) {
      continue;
    }
    busy += 1.0;
    sum += terms;
    slowest = std::max(slowest, terms.total());
  }
  if (busy > 1.0 && hardware.split == Split::tensor) {
    // All GPUs work on one micro-batch, and reduce it twice a layer.
    sum *= slowest / sum.total();
    double layers = 0;
    for (std::size_t i = 0; i < gpus; ++i) {
      layers += shape.work[i].layers + (kExpertReduce - 1.0) * shape.work[i].expertLayers;
    }
    sum.link += 2.0 * (layers * prompt.count * reduceSeconds(prompt.microBatch) +
                       model.layerCount * 2.0 * (busy - 1.0) / busy * tokens * model.hiddenSize * 2.0 /
                           hardware.gpuLinkBandwidth);
  } else if (busy > 1.0 && isPipelined(runtime, host)) {
    // GPUs of a layer split work on one micro-batch each.
    const double whole = sum.total();
    sum *= (whole / prompt.count + (1.0 - 1.0 / prompt.count) * slowest) / whole / kPipelineShare;
  }
  if (!streams && holdsWork(host)) {
    SpeedTerms terms;
    addPrompt(terms, shape, host, completedHost(hardware.host, hardware.unified, hardware.hostProfile),
              hardware.hostProfile, prompt, 0.0);
    sum.host += terms.total();
  }
  sum.launch += (gpus > 0 ? hardware.gpuProfile : hardware.hostProfile).callSeconds;
  return sum;
}

// Seconds to read the weights of one token at the bandwidth of the data sheets: no step is shorter.
[[nodiscard]] inline double leastStep(const SpeedShape& shape, const Runtime& runtime,
                                      const Hardware& hardware) noexcept {
  double sum = 0;
  double longest = 0;
  const auto gpus = static_cast<std::size_t>(runtime.gpuCount);
  for (std::size_t i = 0; i <= gpus; ++i) {
    const bool host = i == gpus;
    const DeviceWork& w = shape.work[host ? kHostWork : i];
    const double bytes = (bytesOf(w.dense) + bytesOf(w.head)) * shape.denseScale +
                         bytesOf(w.experts) * w.usedShare() * shape.expertScale;
    const double seconds = bytes / (host ? hardware.host.bandwidth : hardware.gpus[i].bandwidth);
    sum += seconds;
    longest = std::max(longest, seconds);
  }
  return hardware.split == Split::tensor ? longest : sum;
}

// vLLM reads weights once per step whatever the batch. By hand, to single GPUs of data centres; no table says how well.
inline constexpr double kVllmBandwidth = 0.65;
inline constexpr double kVllmLayerSeconds = 44e-6;
// Of its prompts: dense products, experts and attention as shares of the FP16 rate, chunks of so many tokens. An A100
// with a 14B in AWQ reaches 0.45, two RTX 5090 and a GB10 with a 35B-A3B 0.15.
inline constexpr double kVllmDense = 0.45;
inline constexpr double kVllmExperts = 0.15;
inline constexpr double kVllmAttention = 0.4;
inline constexpr double kVllmChunk = 2048.0;

// Seconds of a step.
[[nodiscard]] inline double vllmStep(const SpeedShape& shape, const ModelSpec& model, const Hardware& hardware,
                                     double gpus, const Step& step) noexcept {
  double seconds = 0;
  const double sequences = step.tokens();
  for (std::size_t i = 0; i < static_cast<std::size_t>(gpus); ++i) {
    const DeviceWork& w = shape.work[i];
    const Device d = completed(hardware.gpus[i]);
    double all = w.expertsTotal > 0.0 ? 1.0 : 0.0;
    const double used = w.usedShare();
    for (double s = 0; s < sequences; s += 1.0) all *= 1.0 - used;
    const double bytes =
        (bytesOf(w.dense) + bytesOf(w.head)) * shape.denseScale + bytesOf(w.experts) * (1.0 - all) * shape.expertScale;
    const double perToken = 2.0 * w.multiplied() / (0.95 * 2.0 * d.halfFlops);
    const double cache = w.cacheBytes * step.depth + w.slidingBytes * visible(step.depth, shape.window);
    seconds += rootOfSquares(bytes / (kVllmBandwidth * d.bandwidth), sequences * perToken) +
               w.layers * kVllmLayerSeconds + step.users * cache / (0.81 * d.bandwidth);
  }
  if (gpus > 1.0 && hardware.split == Split::tensor) {
    const double fixed = model.layerCount * kVllmLayerSeconds;
    seconds = (seconds - fixed) / gpus + fixed +
              2.0 * model.layerCount * (kReduceSeconds + kFastReduceSeconds * (gpus - 2.0));
  }
  return seconds + sequences * 82e-6;
}

// Seconds of a prompt, by cause.
[[nodiscard]] inline SpeedTerms vllmPrompt(const SpeedShape& shape, const Hardware& hardware, double gpus,
                                           double tokens, double depth) noexcept {
  SpeedTerms sum;
  const double chunks = std::ceil(tokens / kVllmChunk);
  const double full = tokens * depth + 0.5 * tokens * tokens;
  const double seen = shape.window > 0.0 ? std::min(full, tokens * shape.window) : full;
  for (std::size_t i = 0; i < static_cast<std::size_t>(gpus); ++i) {
    const DeviceWork& w = shape.work[i];
    const Device d = completed(hardware.gpus[i]);
    const double rate = 2.0 * d.halfFlops;
    double dense = 0;
    for (const double elements : w.dense) dense += elements;
    const double compute = 2.0 * tokens * (dense / kVllmDense + w.expertsUsed / kVllmExperts) / rate;
    const double bytes = bytesOf(w.dense) * shape.denseScale + bytesOf(w.experts) * shape.expertScale;
    const double memory = chunks * bytes / (kVllmBandwidth * d.bandwidth);
    sum.compute += compute;
    sum.memory += rootOfSquares(compute, memory) - compute;
    sum.cache += 4.0 * (w.queries * full + w.slidingQueries * seen) / (kVllmAttention * rate);
    sum.launch += chunks * w.layers * kVllmLayerSeconds;
  }
  if (gpus > 1.0 && hardware.split == Split::tensor) {
    sum.compute /= gpus;
    sum.memory /= gpus;
    sum.cache /= gpus;
  }
  return sum;
}

[[nodiscard]] constexpr Limit largest(const SpeedTerms& t) noexcept {
  const std::array<double, 6> seconds = {t.memory, t.compute, t.cache, t.launch, t.link, t.host};
  std::size_t limit = 0;
  for (std::size_t i = 1; i < seconds.size(); ++i) {
    if (seconds[i] > seconds[limit]) limit = i;
  }
  return static_cast<Limit>(limit);
}

inline constexpr double kLeastWidth = 0.01;
// Whoever divides bandwidth by bytes sums them in another order, and gets other last digits.
inline constexpr double kSummation = 1e-12;

// A time whose parts have bands of their own, all slow or all fast together.
struct Times {
  double fast = 0;
  double middle = 0;
  double slow = 0;

  constexpr void add(double seconds, const Spread& spread) noexcept {
    fast += seconds / spread.p90;
    middle += seconds / spread.p50;
    slow += seconds / spread.p10;
  }

  // No faster than `least`, which is what the data sheet allows, and never without a width: two runs of one machine
  // differ by more than kLeastWidth. A machine that was measured to beat its data sheet keeps its median.
  constexpr void bound(double least, bool measured) noexcept {
    fast = std::max(fast, least * (1.0 + kSummation));
    if (!measured) middle = std::max(middle, least * (1.0 + kLeastWidth));
    fast = std::min(fast, middle / (1.0 + kLeastWidth));
    slow = std::max(slow, middle * (1.0 + kLeastWidth));
  }
};

[[nodiscard]] constexpr Band secondsOf(const Times& t) noexcept { return {t.fast, t.middle, t.slow}; }

[[nodiscard]] constexpr Band rateOf(double tokens, const Times& t) noexcept {
  return {tokens / t.slow, tokens / t.middle, tokens / t.fast};
}

// The model as SpeedProfile::measuredBytes knows it; 0 where more than a tenth of what is read is in the cache, of
// which a measurement says little.
[[nodiscard]] inline double measuredPart(const SpeedShape& shape, double depth) noexcept {
  const double bytes = weightBytes(shape);
  double cache = 0;
  for (const DeviceWork& w : shape.work) cache += w.cacheBytes * depth + w.slidingBytes * visible(depth, shape.window);
  return cache > 0.1 * bytes ? 0.0 : bytes;
}

// Whose bands an estimate has: of the GPUs' profile and of the host's, each as wide as any where nothing like the
// weights was measured and the machine was not either.
struct Bands {
  const Hardware& hardware;
  bool gpuMeasured = true;
  bool hostMeasured = true;

  Bands(const Hardware& machine, const Runtime& runtime) noexcept
      : hardware(machine),
        gpuMeasured(covers(machine.gpuProfile, runtime.backend, runtime.engine, runtime.fileType)),
        hostMeasured(covers(machine.hostProfile, Backend::cpu, runtime.engine, runtime.fileType)) {}

  [[nodiscard]] static constexpr bool covers(const SpeedProfile& profile, Backend backend, Engine engine,
                                             FileType fileType) noexcept {
    return engine != Engine::vllm && (profile.evidence == Evidence::calibrated || isMeasured(backend, fileType));
  }

  [[nodiscard]] Evidence evidence(bool onGpus) const noexcept {
    if (!(onGpus ? gpuMeasured : hostMeasured)) return Evidence::none;
    return (onGpus ? hardware.gpuProfile : hardware.hostProfile).evidence;
  }

  [[nodiscard]] Spread gpu(Spread SpeedProfile::*kind) const noexcept {
    const Spread& own = hardware.gpuProfile.*kind;
    return gpuMeasured ? own : widened(own, kWidest.*kind);
  }

  [[nodiscard]] Spread host(Spread SpeedProfile::*kind) const noexcept {
    const Spread& own = hardware.hostProfile.*kind;
    return hostMeasured ? own : widened(own, kWidest.*kind);
  }
};

// `bytes`: measuredPart().
[[nodiscard]] inline Times stepTimes(const SpeedTerms& terms, const Bands& bands, bool experts, bool batched,
                                     double bytes) noexcept {
  const auto kindOf = [&](const SpeedProfile& p) {
    // Sums differ in their last digits by where layers are.
    const bool measured = p.measuredBytes > 0.0 && std::abs(p.measuredBytes - bytes) <= 1e-9 * bytes;
    return batched    ? &SpeedProfile::batched
           : measured ? &SpeedProfile::measured
           : experts  ? &SpeedProfile::experts
                      : &SpeedProfile::decode;
  };
  Times times;
  // Without GPUs their profile may be empty.
  const double onGpus = terms.total() - terms.host;
  if (onGpus > 0.0) times.add(onGpus, bands.gpu(kindOf(bands.hardware.gpuProfile)));
  if (terms.host > 0.0) times.add(terms.host, bands.host(kindOf(bands.hardware.hostProfile)));
  return times;
}

}  // namespace detail

// Tokens per second and times of `model` under `runtime` on `hardware`. `measured`: sizes of real tensors, or none.
[[nodiscard]] inline Result<SpeedEstimate> tryEstimateSpeed(const ModelSpec& model, const Runtime& runtime,
                                                            const Hardware& hardware, const Workload& workload = {},
                                                            const MeasuredWeights* measured = nullptr) noexcept {
  using namespace detail;
  const Violation wrong = speedViolation(model, runtime, hardware, workload);
  if (!wrong.parameter.empty()) return wrong;
  SpeedShape shape;
  fillShape(shape, model, runtime, workload.fileBytes, measured);

  bool experts = false;
  for (const DeviceWork& w : shape.work) experts = experts || w.expertsTotal > 0.0;
  SpeedEstimate estimate;
  bool onGpus = false;
  for (std::size_t i = 0; i < static_cast<std::size_t>(runtime.gpuCount); ++i) {
    onGpus = onGpus || holdsWork(shape.work[i]);
  }
  const Bands bands(hardware, runtime);
  estimate.evidence = bands.evidence(onGpus);
  const double depth = workload.cachedTokens + workload.promptLength + 0.5 * workload.outputLength;
  const double users = workload.concurrency;
  double accepted = 1;  // tokens per step
  double power = 1;
  for (double i = 0; i < workload.draftLength; i += 1.0) {
    power *= workload.acceptanceRate;
    accepted += power;
  }
  Times one;
  Times all;
  Times prompt;
  if (runtime.engine == Engine::vllm) {
    const double alone = vllmStep(shape, model, hardware, runtime.gpuCount, {1.0, 1.0, depth});
    const double many = vllmStep(shape, model, hardware, runtime.gpuCount, {users, 1.0 + workload.draftLength, depth});
    estimate.step = {alone, 0, 0, 0, 0, 0};
    if (workload.promptLength > 0.0) {
      estimate.prompt = vllmPrompt(shape, hardware, runtime.gpuCount, workload.promptLength, workload.cachedTokens);
    }
    one.add(alone, bands.gpu(&SpeedProfile::decode));
    all.add(many + workload.draftLength * workload.draftCost * alone, bands.gpu(&SpeedProfile::batched));
    prompt.add(estimate.prompt.total(), bands.gpu(&SpeedProfile::prefill));
  } else {
    estimate.step = stepTerms(shape, model, runtime, hardware, {1.0, 1.0, depth});
    const double bytes = measuredPart(shape, depth);
    one = stepTimes(estimate.step, bands, experts, false, bytes);
    const Step together = {users, 1.0 + workload.draftLength, depth};
    all = together.tokens() > 1.0
              ? stepTimes(stepTerms(shape, model, runtime, hardware, together), bands, experts, true, bytes)
              : one;
    if (workload.draftLength > 0.0) {
      const double drafted = workload.draftLength * workload.draftCost;
      all = {all.fast + drafted * one.fast, all.middle + drafted * one.middle, all.slow + drafted * one.slow};
    }
    if (workload.promptLength > 0.0) {
      estimate.prompt = promptTerms(shape, model, runtime, hardware, workload.promptLength, workload.cachedTokens);
      prompt.add(std::max(0.0, estimate.prompt.total() - estimate.prompt.host),
                 runtime.gpuCount > 0.0 ? bands.gpu(&SpeedProfile::prefill) : bands.host(&SpeedProfile::prefill));
      prompt.add(estimate.prompt.host, bands.host(&SpeedProfile::prefill));
    }
  }
  const double least = leastStep(shape, runtime, hardware);
  const bool calibrated = estimate.evidence == Evidence::calibrated;
  one.bound(least, calibrated);
  all.bound(least, calibrated);
  if (workload.promptLength > 0.0) prompt.bound(0.0, true);
  estimate.decodeLimit = largest(estimate.step);
  estimate.prefillLimit = largest(estimate.prompt);
  estimate.decode = rateOf(1.0, one);
  if (workload.promptLength > 0.0) estimate.prefill = rateOf(workload.promptLength, prompt);
  const Times first = {users * prompt.fast + one.fast, users * prompt.middle + one.middle,
                       users * prompt.slow + one.slow};
  estimate.timeToFirstToken = secondsOf(first);
  const double steps = (workload.outputLength - 1.0) / accepted;
  estimate.requestTime =
      secondsOf({first.fast + steps * all.fast, first.middle + steps * all.middle, first.slow + steps * all.slow});
  estimate.tokensPerSecondUser = rateOf(accepted, all);
  estimate.tokensPerSecondTotal = rateOf(users * accepted, all);
  return estimate;
}

[[nodiscard]] inline SpeedEstimate estimateSpeed(const ModelSpec& model, const Runtime& runtime,
                                                 const Hardware& hardware, const Workload& workload = {},
                                                 const MeasuredWeights* measured = nullptr) {
  return valueOrReject("estimateSpeed", tryEstimateSpeed(model, runtime, hardware, workload, measured));
}

}  // namespace llmcalc
