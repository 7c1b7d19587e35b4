// look_ahead.hpp: the largest buffer of a GPU that computes layers for the host.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "llmcalc/engines/llama_cpp/buffers/host.hpp"
#include "llmcalc/engines/llama_cpp/buffers/inputs.hpp"
#include "llmcalc/engines/llama_cpp/cache.hpp"
#include "llmcalc/engines/llama_cpp/graphs/gemma3.hpp"
#include "llmcalc/engines/llama_cpp/graphs/shape.hpp"
#include "llmcalc/engines/llama_cpp/offload/attention.hpp"
#include "llmcalc/engines/llama_cpp/offload/network.hpp"
#include "llmcalc/engines/llama_cpp/offload/recurrence.hpp"
#include "llmcalc/engines/llama_cpp/offload/replay.hpp"
#include "llmcalc/engines/llama_cpp/offload/replay_cache.hpp"
#include "llmcalc/engines/llama_cpp/offload/slots.hpp"
#include "llmcalc/layout/placement.hpp"
#include "llmcalc/layout/weights.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc {

// The layers of a replay: a GPU's own, and before the first GPU's those of the host.
struct ReplayedLayers {
  int first = 0;
  int reach = 0;         // the layer after the last
  bool hasHead = false;  // the GPU computes the head, too
  GraphStart start = GraphStart::embeddings;
};

// How the replay compares with the buffers of GPUs that hold the layers of a model.
[[nodiscard]] inline Replayed replayedAs(const ModelSpec& model, const ComputeShape& shape) noexcept {
  const Replayed graph = askGraph(model, [](auto of) { return of.kReplayed; });
  if (shape.latent || graph == Replayed::seldom) return Replayed::seldom;
  bool scans = false;
  bool convolves = false;
  for (std::size_t i = 0, n = asCount(model.groupCount); i < n; ++i) {
    const Recurrence recurrence = model.groups[i].recurrence;
    if (recurrence == Recurrence::mamba1) return Replayed::seldom;
    scans = scans || recurrence == Recurrence::mamba2;
    convolves = convolves || recurrence == Recurrence::shortConvolution;
  }
  if (convolves) return Replayed::atLeast;
  if (!scans || graph == Replayed::atLeast) return graph;
  // Mamba 2 alone; beside attention in models without a graph of their own it is not followed.
  return shape.hasCache ? Replayed::seldom : Replayed::atLeast;
}

// Whether the formulas of one GPU that holds everything give what the replay gives, and sooner: caches of one type, and
// queries as long as a hidden vector or up to twice that, or at least half as long in Gemma 2 and 3.
[[nodiscard]] inline bool isRegular(const ModelSpec& model, const ComputeShape& s, const Runtime& runtime) noexcept {
  if (runtime.cacheTypeK != runtime.cacheTypeV || runtime.cacheTypeK == CacheType::f32) return false;
  if (isGemma2Or3Shape(model, s)) return 2.0 * s.queries >= s.hidden && s.queries <= 2.0 * s.hidden;
  return (runtime.flashAttention || runtime.server) && s.queries >= s.hidden && s.queries <= 2.0 * s.hidden &&
         askGraph(model, [](auto graph) { return !graph.kWeightsBeforeExperts; });
}

// Bytes of the buffer of a GPU that computes those layers, the host's in large batches.
[[nodiscard]] inline double replayedBytes(const ModelSpec& model, const ComputeShape& shape, const Runtime& runtime,
                                          const FileWeights& weights, const Placement& place,
                                          ReplayedLayers part) noexcept {
  std::array<CopiedLayer, static_cast<std::size_t>(ModelSpec::kMaximumLayers)> layers;
  std::size_t count = 0;
  // Caches of the host that layers on the GPU read are copied once for every such layer.
  bool ownsOnGpu = false;
  double sharedBytes = 0;
  visitRuns(model, [&](int, int runLength, std::size_t group) {
    const LayerGroup& g = model.groups[group];
    for (int i = 0; i < runLength; ++i) {
      const bool onHost = static_cast<int>(count) < place.firstOnGpu;
      if (g.attention != Attention::none && !onHost) {
        ownsOnGpu = ownsOnGpu || !g.sharesCache;
        if (!ownsOnGpu) sharedBytes += layerCacheBytes(g, runtime, shape.cells, shape.widestValues);
      }
      layers[count++].group = static_cast<std::uint32_t>(group) & 15;
    }
  });

  // From the last layer to the first, what the graph has still ahead.
  CopiedLayer reached;
  bool slides = false;
  bool attends = false;
  bool recurs = false;
  bool fetches = false;
  bool fetchesLast = false;
  const std::size_t replayed = std::min(count, static_cast<std::size_t>(part.reach));
  const auto first = static_cast<std::size_t>(part.first);
  for (std::size_t i = replayed; i-- > first;) {
    const LayerGroup& g = model.groups[layers[i].group];
    const auto layer = static_cast<int>(i);
    const bool onHost = layer < place.firstOnGpu;
    const bool sliding = isSliding(g);
    const bool full = g.attention != Attention::none && !sliding;
    const bool recurrent = g.recurrence != Recurrence::none;
    CopiedLayer& copied = layers[i];
    copied.weights = onHost;
    copied.experts = onHost || (layer < runtime.cpuMoeLayers && g.expertCount > 0.0);
    copied.cache = onHost || !runtime.kvOffload;
    copied.lastOfMask = (sliding && !slides) || (full && !attends);
    copied.lastAttention = (sliding || full) && !slides && !attends;
    copied.lastRecurrence = recurrent && !recurs;
    copied.last = i + 1 == count;
    copied.fetchesTaps = fetches;
    copied.fetchesLastTaps = fetchesLast;
    if (copied.experts) {
      copied.reachesFull = reached.reachesFull;
      copied.reachesSliding = reached.reachesSliding;
      copied.reachesLast = reached.reachesLast;
      copied.reachesEnd = reached.reachesEnd;
      reached = {};
    }
    if (copied.cache) {
      reached = {};
    } else {
      if (full) reached.reachesFull = 1;
      if (sliding) reached.reachesSliding = 1;
      if (copied.last) {
        reached.reachesLast = 1;
        reached.reachesEnd = !copied.experts;
      }
    }
    if (sliding || full || recurrent) {
      fetches =
          fetchesTapsEarly(g) && !copied.weights && (runtime.kvOffload || g.recurrence != Recurrence::shortConvolution);
      fetchesLast = fetches && !recurs;
    } else if (g.expertCount > 0.0) {
      fetches = fetchesLast = false;
    }
    slides = slides || sliding;
    attends = attends || full;
    recurs = recurs || recurrent;
  }

  OffloadReplay replay(model, shape, runtime, weights, sharedBytes, reached, part.start);
  QuantizationCounters counters;
  ReplayCache cache(replay);
  LayerBlocks(model).next(static_cast<int>(replayed), [&](const LayerBlock& block) {
    const SpecialLayers special = specialLayers(weights, counters, block);
    for (int i = 0; i < block.count; ++i) {
      const std::size_t layer = static_cast<std::size_t>(block.first) + static_cast<std::size_t>(i);
      if (layer < first) continue;
      CopiedLayer& copied = layers[layer];
      copied.specialValues = special.values >> i & 1;
      copied.specialDown = special.down >> i & 1;
      copied.specialExpertsDown = special.expertsDown >> i & 1;
      copied.specialSharedDown = special.sharedDown >> i & 1;
      copied.specialUp = special.up >> i & 1;
      cache.layer(copied);
    }
  });
  cache.restore();
  if (part.hasHead) replay.head(place.placed == 0 && shape.outputs >= kOffloadedBatch ? weights.output : 0.0);
  if (!isPipelined(part.start)) return replay.peak();
  return kPipelineCopies * replay.inputs(reached) + replay.peak();
}

}  // namespace llmcalc
