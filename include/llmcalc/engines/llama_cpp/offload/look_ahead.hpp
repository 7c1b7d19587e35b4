// look_ahead.hpp: the largest buffer of a GPU that computes layers for the host.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "llmcalc/engines/llama_cpp/buffers/host.hpp"
#include "llmcalc/engines/llama_cpp/cache.hpp"
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

// Bytes of the buffer of the first GPU, which computes layers of the host in large batches. `reach`: how many layers,
// from the first of the model on, are the host's or that GPU's. `hasHead`: the GPU computes the head, too.
[[nodiscard]] inline double offloadedBytes(const ModelSpec& model, const ComputeShape& shape, const Runtime& runtime,
                                           const FileWeights& weights, const Placement& place, int reach,
                                           bool hasHead) noexcept {
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
  const std::size_t replayed = std::min(count, static_cast<std::size_t>(reach));
  for (std::size_t i = replayed; i-- > 0;) {
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

  OffloadReplay replay(model, shape, runtime, weights, sharedBytes, reached);
  QuantizationCounters counters;
  ReplayCache cache(replay);
  LayerBlocks(model).next(static_cast<int>(replayed), [&](const LayerBlock& block) {
    const SpecialLayers special = specialLayers(weights, counters, block);
    for (int i = 0; i < block.count; ++i) {
      CopiedLayer& copied = layers[static_cast<std::size_t>(block.first) + static_cast<std::size_t>(i)];
      copied.specialValues = special.values >> i & 1;
      copied.specialDown = special.down >> i & 1;
      copied.specialExpertsDown = special.expertsDown >> i & 1;
      copied.specialSharedDown = special.sharedDown >> i & 1;
      copied.specialUp = special.up >> i & 1;
      cache.layer(copied);
    }
  });
  cache.restore();
  if (hasHead) replay.head(place.placed == 0 && shape.outputs >= kOffloadedBatch ? weights.output : 0.0);
  return replay.peak();
}

}  // namespace llmcalc
