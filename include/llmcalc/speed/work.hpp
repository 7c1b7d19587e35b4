// work.hpp: what every device holds of a model, as far as speed depends on it, and what a step asks of it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "llmcalc/engines/llama_cpp/cache.hpp"
#include "llmcalc/engines/llama_cpp/graphs/attentions.hpp"
#include "llmcalc/engines/llama_cpp/graphs/graphs.hpp"
#include "llmcalc/engines/llama_cpp/graphs/recurrences.hpp"
#include "llmcalc/engines/llama_cpp/plan.hpp"
#include "llmcalc/ggml/types.hpp"
#include "llmcalc/layout/measured_weights.hpp"
#include "llmcalc/layout/placement.hpp"
#include "llmcalc/layout/weights.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/model/state.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc::speed {

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

// What one device holds of a model.
struct DeviceWork {
  double elements = 0;      // of all weights here
  ByType dense{};           // elements that every token multiplies, without the head
  ByType head{};            // elements of the output head and what follows the last layer
  ByType experts{};         // elements of all experts
  double expertsUsed = 0;   // elements of the experts that one token multiplies
  double expertsTotal = 0;  // sum of `experts`
  double layers = 0;
  double smallKernels = 0;  // of layers whose graph has many beside, in layers
  double expertLayers = 0;
  double movedLayers = 0;  // layers elsewhere whose experts are here
  double recurrentLayers = 0;
  double expertMatrices = 0;
  double cacheBytes = 0;    // per token in the cache, of layers that see all, as if heads were of 128
  double slidingBytes = 0;  // as cacheBytes, of layers that see a window
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

[[nodiscard]] constexpr bool holdsWork(const DeviceWork& w) noexcept {
  return w.elements > 0.0 || w.cacheElements > 0.0;
}

// Whether all numbers of a device are 0: most are, of 16 GPUs and a host.
[[nodiscard]] constexpr bool holdsNothing(const DeviceWork& w) noexcept {
  return w.layers == 0.0 && w.elements == 0.0 && w.cacheElements == 0.0 && w.stateBytes == 0.0;
}

// The host's place in SpeedShape::work, behind all GPUs.
inline constexpr std::size_t kHostWork = Runtime::kMaximumGpus;

struct SpeedShape {
  std::array<DeviceWork, Runtime::kMaximumGpus + 1> work{};
  double window = 0;
  double denseScale = 1;   // bytes of the real file over those by the rules, of what is no expert
  double expertScale = 1;  // bytes of the real file over those by the rules, of experts
  bool quantizedCache = false;
};

// What a step computes: each of `users` sequences takes its next token, and those that a draft proposes. All tokens of
// a sequence read its cache together.
struct Step {
  double users = 1;
  double tokensPerUser = 1;
  double depth = 0;  // tokens in the cache of each

  [[nodiscard]] constexpr double tokens() const noexcept { return users * tokensPerUser; }
};

// Tokens of the cache that a layer with this window sees; a window of 0 is none.
[[nodiscard]] constexpr double visible(double depth, double window) noexcept {
  return window > 0.0 ? std::min(depth, window) : depth;
}

// Counts the elements of one tensor type, and notes which types there are: fileWeights() asks it instead of bytes.
struct TypeElements {
  std::size_t wanted;
  std::array<bool, kTypes>* seen;

  constexpr double operator()(TensorType type, double rowLength, double rows) const noexcept {
    const double elements = rowLength * rows;
    if (elements > 0.0) (*seen)[static_cast<std::size_t>(type)] = true;
    return static_cast<std::size_t>(type) == wanted ? elements : 0.0;
  }
};

// Adds `count` layers of a group: those run on `home`, their cache is on `cacheHome` and their experts on `expertHome`.
inline void addLayers(DeviceWork& home, DeviceWork& cacheHome, DeviceWork& expertHome, const ModelSpec& model,
                      const LayerGroup& g, const Runtime& runtime, double count) noexcept {
  home.layers += count;
  home.smallKernels += askGraph(model, [](auto graph) { return graph.kSmallKernelLayers; }) * count;
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
  const double keys = (g.kvHeadCount * g.keyLength + g.indexerKeyLength) * count;
  const double values = keepsValues(g) ? g.kvHeadCount * g.valueLength * count : 0.0;
  const double bytes =
      (keys * bytesPerElement(runtime.cacheTypeK) + values * bytesPerElement(runtime.cacheTypeV)) * cacheEffort(g);
  (isSliding(g) ? cacheHome.slidingBytes : cacheHome.cacheBytes) += bytes;
  (isSliding(g) ? cacheHome.slidingElements : cacheHome.cacheElements) += keys + values;
  (isSliding(g) ? cacheHome.slidingQueries : cacheHome.queries) += queryElements(g) * count;
  (isSliding(g) ? cacheHome.slidingHeads : cacheHome.heads) += g.headCount * count;
}

// Layers in one place, counted by group: which of their tensors are special does not depend on what is summed.
struct CountedPlace {
  int home;
  bool moved;
  std::array<LayerCounts, ModelSpec::kMaximumGroups> counts;
};

// Moved or not, layers are on the host and the GPUs in a row.
struct CountedPlaces {
  std::array<CountedPlace, 2 * (Runtime::kMaximumGpus + 1)> places;
  std::size_t count = 0;
};

inline void countPlaces(CountedPlaces& counted, const ModelSpec& model, const Runtime& runtime, const Placement& place,
                        const FileWeights& weights) noexcept {
  QuantizationCounters counters;
  LayerBlocks blocks(model);
  visitPlaces(model, runtime, place, [&](int count, int home, bool moved) {
    CountedPlace& here = counted.places[counted.count++];
    here.home = home;
    here.moved = moved;
    here.counts = countLayers(blocks, weights, counters, count);
  });
}

// Adds the elements of one tensor type, of which `weights` has the sums, to the devices that hold them.
inline void addElements(SpeedShape& shape, const ModelSpec& model, const Placement& place, const CountedPlaces& counted,
                        const FileWeights& weights, std::size_t type) noexcept {
  const auto device = [&](int index) -> DeviceWork& {
    return shape.work[index == kHost ? kHostWork : static_cast<std::size_t>(index)];
  };
  for (std::size_t n = 0; n < counted.count; ++n) {
    const CountedPlace& here = counted.places[n];
    DeviceWork& home = device(here.home);
    for (std::size_t i = 0; i < weights.groupCount; ++i) {
      const LayerWeights elements = layerBytes(weights, weights.groups[i], here.counts[i]);
      home.dense[type] += elements.dense;
      home.elements += elements.dense;
      if (elements.experts == 0.0) continue;
      DeviceWork& expertHome = device(here.moved ? kHost : here.home);
      const LayerGroup& g = model.groups[i];
      expertHome.experts[type] += elements.experts;
      expertHome.elements += elements.experts;
      expertHome.expertsTotal += elements.experts;
      expertHome.expertsUsed += elements.experts * g.expertsUsed / g.expertCount;
    }
  }
  device(deviceOf(place, 0)).dense[type] += weights.firstLayerExtras;
  DeviceWork& head = device(deviceOf(place, static_cast<int>(model.layerCount + model.predictionLayerCount)));
  head.head[type] += weights.output + weights.outputExtras;
  head.elements += weights.output + weights.outputExtras;
}

// Bytes of all weights that are read, by the rules of the file type: wherever layers are, the sum does not change.
[[nodiscard]] inline double weightBytes(const SpeedShape& shape) noexcept {
  double bytes = 0;
  for (const DeviceWork& w : shape.work) {
    if (!holdsNothing(w)) bytes += bytesOf(w.dense) + bytesOf(w.head) + bytesOf(w.experts);
  }
  return bytes;
}

// Fills `shape`, which is large and starts empty, with what every device holds. Bytes of the real file (`fileBytes`, or
// `measured`: sizes of its tensors) win over the rules of the file type; 0 and none where they are not known.
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
  // The first pass, of type 0, sees which types there are; only they get a pass of their own.
  std::array<bool, kTypes> seen{};
  CountedPlaces counted;
  for (std::size_t type = 0; type < kTypes; ++type) {
    if (type > 0 && !seen[type]) continue;
    const FileWeights weights =
        fileWeights(model, runtime.fileType, runtime.importanceMatrix, 1e300, TypeElements{type, &seen});
    if (type == 0) countPlaces(counted, model, runtime, place, weights);
    addElements(shape, model, place, counted, weights, type);
  }
  if (fileBytes > 0.0 || measured != nullptr) {
    const double bytes = fileBytes > 0.0 ? fileBytes : llama_cpp::planChecked(model, runtime, measured)->fileBytes;
    const double ruled = llama_cpp::planChecked(model, runtime, nullptr)->fileBytes;
    shape.denseScale = shape.expertScale = bytes / ruled;
    double experts = 0;
    for (const DeviceWork& w : shape.work) experts += bytesOf(w.experts);
    // Experts of this file type are MXFP4 whoever made the file, so bytes beyond the rules belong to other tensors.
    if (runtime.fileType == FileType::MXFP4_MOE && bytes > ruled && experts > 0.0) {
      shape.expertScale = 1.0;
      shape.denseScale = (bytes - experts) / (ruled - experts);
    }
  }
  shape.window = model.slidingWindow;
  shape.quantizedCache = isQuantized(runtime.cacheTypeK) || isQuantized(runtime.cacheTypeV);
}

}  // namespace llmcalc::speed
