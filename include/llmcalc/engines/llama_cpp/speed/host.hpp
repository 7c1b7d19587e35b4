// host.hpp: what the host's processor takes for its part of a step under llama.cpp.
#pragma once

#include <algorithm>
#include <cstddef>

#include "llmcalc/engines/llama_cpp/speed/kernels.hpp"
#include "llmcalc/machine/hardware.hpp"
#include "llmcalc/question/runtime.hpp"
#include "llmcalc/speed/profile.hpp"
#include "llmcalc/speed/rates.hpp"
#include "llmcalc/speed/work.hpp"

namespace llmcalc::speed {

// Seconds of one step through what the host holds (`w`). Processors have no cliff between eight and more sequences: a
// batch is as good as prefill.
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

}  // namespace llmcalc::speed
