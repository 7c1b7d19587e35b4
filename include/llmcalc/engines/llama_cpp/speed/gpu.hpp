// gpu.hpp: what one GPU takes for its part of a step under llama.cpp.
#pragma once

#include <algorithm>
#include <cstddef>

#include "llmcalc/answer/speed_estimate.hpp"
#include "llmcalc/engines/llama_cpp/speed/batch.hpp"
#include "llmcalc/engines/llama_cpp/speed/kernels.hpp"
#include "llmcalc/engines/llama_cpp/speed/prefill.hpp"
#include "llmcalc/ggml/types.hpp"
#include "llmcalc/machine/hardware.hpp"
#include "llmcalc/question/runtime.hpp"
#include "llmcalc/speed/profile.hpp"
#include "llmcalc/speed/rates.hpp"
#include "llmcalc/speed/work.hpp"

namespace llmcalc::speed {

// Adds what `d` takes for one step through what it holds (`w`).
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

}  // namespace llmcalc::speed
