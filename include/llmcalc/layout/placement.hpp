// placement.hpp: which layer is on which device.
//
// llama.cpp counts the repeating layers, prediction blocks included, and the output head as the last one. The last
// gpuLayers of them go to the GPUs, cut by cumulative share (load_tensors in src/llama-model.cpp). The token embedding
// always stays on the host.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "llmcalc/model/spec.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc {

// The host as a device; GPUs are 0 to 15.
inline constexpr int kHost = -1;

// Units are the repeating layers and, last, the head.
struct Placement {
  int firstOnGpu = 0;  // index of the first unit on a GPU
  int placed = 0;      // units on GPUs
  int gpus = 0;
  std::array<double, Runtime::kMaximumGpus> cumulativeShares;  // where each GPU's units end, 0 to 1; the first `gpus`
};

[[nodiscard]] constexpr Placement placement(const ModelSpec& model, const Runtime& runtime) noexcept {
  Placement p;
  p.gpus = static_cast<int>(runtime.gpuCount);
  const int units = static_cast<int>(model.layerCount + model.predictionLayerCount) + 1;
  p.placed = p.gpus == 0 ? 0 : static_cast<int>(std::min(runtime.gpuLayers, static_cast<double>(units)));
  p.firstOnGpu = units - p.placed;
  if (p.gpus == 1) {
    p.cumulativeShares[0] = 1.0;
    return p;
  }
  double sum = 0;
  for (int i = 0; i < p.gpus; ++i) sum += runtime.gpuShares[static_cast<std::size_t>(i)];
  double before = 0;
  for (int i = 0; i < p.gpus; ++i) {
    before += runtime.gpuShares[static_cast<std::size_t>(i)];
    p.cumulativeShares[static_cast<std::size_t>(i)] = before / sum;
  }
  return p;
}

// The device of unit `unit`: a layer, or the head as the one after the last.
[[nodiscard]] constexpr int deviceOf(const Placement& p, int unit) noexcept {
  if (unit < p.firstOnGpu) return kHost;
  if (p.gpus == 1) return 0;
  const double position = static_cast<double>(unit - p.firstOnGpu) / static_cast<double>(p.placed);
  int gpu = 0;
  while (gpu + 1 < p.gpus && p.cumulativeShares[static_cast<std::size_t>(gpu)] <= position) ++gpu;
  return gpu;
}

// How many units are on the host and on the first GPU together.
[[nodiscard]] constexpr int countOnFirst(const Placement& p) noexcept {
  const int end = p.firstOnGpu + p.placed;
  int unit = p.firstOnGpu;
  while (unit < end && deviceOf(p, unit) == 0) ++unit;
  return unit;
}

// How many of the `count` units from `unit` on, at least 1, are on one device.
[[nodiscard]] constexpr int countTogether(const Placement& p, int unit, int count) noexcept {
  if (unit < p.firstOnGpu) return std::min(count, p.firstOnGpu - unit);
  if (p.gpus == 1) return count;
  const int device = deviceOf(p, unit);
  int together = 1;
  while (together < count && deviceOf(p, unit + together) == device) ++together;
  return together;
}

// Visits the layers in order, as many at once as are in one place: visit(count, device, whether experts are moved).
template <typename Visit>
constexpr void visitPlaces(const ModelSpec& model, const Runtime& runtime, const Placement& place, Visit&& visit) {
  const auto layers = static_cast<int>(model.layerCount);
  const auto movedLayers = static_cast<int>(std::min(runtime.cpuMoeLayers, model.layerCount));
  for (int layer = 0; layer < layers;) {
    const bool moved = layer < movedLayers;
    const int count = countTogether(place, layer, (moved ? movedLayers : layers) - layer);
    visit(count, deviceOf(place, layer), moved);
    layer += count;
  }
}

}  // namespace llmcalc
