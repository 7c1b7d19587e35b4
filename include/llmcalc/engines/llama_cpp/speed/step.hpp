// step.hpp: what a step takes under llama.cpp, over all devices.
#pragma once

#include <algorithm>
#include <cstddef>

#include "llmcalc/answer/speed_estimate.hpp"
#include "llmcalc/engines/llama_cpp/speed/gpu.hpp"
#include "llmcalc/engines/llama_cpp/speed/host.hpp"
#include "llmcalc/machine/hardware.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/question/runtime.hpp"
#include "llmcalc/speed/links.hpp"
#include "llmcalc/speed/profile.hpp"
#include "llmcalc/speed/rates.hpp"
#include "llmcalc/speed/work.hpp"

namespace llmcalc::speed {

// Seconds of a step by cause.
[[nodiscard]] inline SpeedTerms stepTerms(const SpeedShape& shape, const ModelSpec& model, const Runtime& runtime,
                                          const Hardware& hardware, const Step& step) noexcept {
  SpeedTerms sum;
  const auto gpus = static_cast<std::size_t>(runtime.gpuCount);
  const SpeedProfile& p = hardware.gpuProfile;
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
    // All GPUs work at the same time, as long as the slowest does.
    const double share = slowest / (sum.memory + sum.compute + sum.cache);
    sum.memory *= share;
    sum.compute *= share;
    sum.cache *= share;
    const double perGpu = hardware.gpuLinkBandwidth >= kFastLink ? kFastReduceSeconds : kSlowReduceSeconds;
    const double bytes = 2.0 * (busy - 1.0) / busy * step.tokens() * model.hiddenSize * 2.0;
    sum.link += 2.0 * model.layerCount *
                (reduceSeconds(p, step.tokens()) + perGpu * (busy - 2.0) + bytes / hardware.gpuLinkBandwidth);
  } else if (busy > 1.0) {
    sum.link += (hardware.gpuLinkBandwidth >= kFastLink ? p.gpuHopSeconds : p.slowHopSeconds) * (busy - 1.0);
  }
  const DeviceWork& host = shape.work[kHostWork];
  if (holdsWork(host)) {
    const Device d = completedHost(hardware.host, hardware.unified, hardware.hostProfile);
    sum.host += hostStep(shape, host, d, hardware.hostProfile, runtime, step);
    if (busy > 0.0) {
      // The graph is split and threads wake up, however many layers are where.
      if (host.layers > 0.0) sum.link += p.hostHopSeconds;
      sum.link += p.expertHopSeconds * (host.movedLayers + (runtime.kvOffload ? 0.0 : model.layerCount - host.layers));
    }
  }
  return sum;
}

}  // namespace llmcalc::speed
