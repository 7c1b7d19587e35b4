// gpu.hpp: what one GPU takes for its part of a step under llama.cpp.
#pragma once

#include <algorithm>
#include <cstddef>

#include "llmcalc/answer/speed_estimate.hpp"
#include "llmcalc/engines/llama_cpp/speed/kernels.hpp"
#include "llmcalc/ggml/types.hpp"
#include "llmcalc/machine/backend.hpp"
#include "llmcalc/machine/hardware.hpp"
#include "llmcalc/question/runtime.hpp"
#include "llmcalc/speed/profile.hpp"
#include "llmcalc/speed/rates.hpp"
#include "llmcalc/speed/work.hpp"

namespace llmcalc::speed {

inline constexpr double kMetalTile = 32.0;

// Adds what `d` takes for one step through what it holds (`w`).
inline void addStep(SpeedTerms& terms, const SpeedShape& shape, const DeviceWork& w, const Device& d,
                    const SpeedProfile& p, const Runtime& runtime, const Step& step) noexcept {
  const double sequences = step.tokens();
  const double bandwidth = p.bandwidthShare * d.bandwidth;
  const double rate = p.kernelShare * filled(d.shaderFlops, runtime.backend);
  const double used = w.usedShare();
  const double read = expertsRead(used, sequences);
  const double hit = expertsHit(used, sequences);
  const double further = sequences - 1.0;
  const bool vectors = sequences <= kVectorKernelSequences;
  // Metal's matrix kernels compute at least so many rows.
  const double rows = runtime.backend == GpuBackend::metal ? std::max(sequences, kMetalTile) : sequences;
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
      const double perSequence = isFloat                                           ? p.batchFloat
                                 : i == static_cast<std::size_t>(TensorType::Q8_0) ? p.batchQ8
                                                                                   : p.batchQuantized;
      const double growth = 1.0 + perSequence * further;
      seconds = overlapped(denseBytes / bandwidth, dense * work * growth) +
                overlapped(expertBytes / bandwidth, experts * used * work * (1.0 + p.batchExperts * further));
    } else {
      seconds = rootOfSquares(denseBytes / bandwidth, isFloat ? 0.0 : dense * work) +
                p.matrixShare * rows * productSeconds(i, dense, d, p) +
                rootOfSquares(expertBytes / bandwidth, p.matrixExpertWork * experts * read * work) +
                p.matrixExperts * (rows * used + hit * p.expertPadding) * productSeconds(i, experts, d, p);
    }
    terms.memory += memory;
    terms.compute += std::max(0.0, seconds - memory);
  }
  terms.cache += cacheSeconds(shape, w, d, p, runtime.flashAttention, step) * (step.users > 1.0 ? p.batchCache : 1.0);
  terms.launch +=
      (w.layers + w.smallKernels + w.expertLayers * p.expertLayers + w.recurrentLayers * p.recurrentLayers) *
      p.layerSeconds;
  if (sequences > 1.0) {
    terms.launch += w.layers * (p.batchLayerSeconds + (!vectors && quantized ? p.matrixLayerSeconds : 0.0));
  }
}

}  // namespace llmcalc::speed
