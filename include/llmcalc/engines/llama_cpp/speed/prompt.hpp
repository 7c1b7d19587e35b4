// prompt.hpp: what a prompt takes under llama.cpp, over all devices.
#pragma once

#include <algorithm>
#include <cstddef>

#include "llmcalc/answer/speed_estimate.hpp"
#include "llmcalc/engines/llama_cpp/speed/kernels.hpp"
#include "llmcalc/engines/llama_cpp/speed/prefill.hpp"
#include "llmcalc/engines/llama_cpp/speed/step.hpp"
#include "llmcalc/machine/backend.hpp"
#include "llmcalc/machine/hardware.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/question/runtime.hpp"
#include "llmcalc/speed/links.hpp"
#include "llmcalc/speed/profile.hpp"
#include "llmcalc/speed/rates.hpp"
#include "llmcalc/speed/work.hpp"

namespace llmcalc::speed {

// From this many tokens on, the GPU computes what the host holds, and reads the weights over the link
// (ggml_backend_offload_op).
inline constexpr double kOffloadTokens = 32.0;

// Whether a layer split works on several micro-batches of a prompt at once, which takes a back end with events and
// everything on GPUs. Source: llama_context's pipeline_parallel.
[[nodiscard]] constexpr bool isPipelined(const Runtime& runtime, const DeviceWork& host) noexcept {
  return (runtime.backend == GpuBackend::cuda || runtime.backend == GpuBackend::rocm) && runtime.kvOffload &&
         !holdsWork(host);
}

// Seconds of a prompt by cause.
[[nodiscard]] inline SpeedTerms promptTerms(const SpeedShape& shape, const ModelSpec& model, const Runtime& runtime,
                                            const Hardware& hardware, double tokens, double depth) noexcept {
  SpeedTerms sum;
  const Prompt prompt = promptOf(runtime, tokens, depth);
  const SpeedProfile& p = hardware.gpuProfile;
  if (prompt.microBatch <= kVectorKernelSequences) {
    // So few tokens take the kernels of decoding, in as many steps as there are micro-batches.
    sum = stepTerms(shape, model, runtime, hardware, {1.0, prompt.microBatch, depth + 0.5 * tokens});
    sum.launch += model.layerCount * kPromptLayerSeconds;
    sum *= prompt.count;
    return sum;
  }
  const auto gpus = static_cast<std::size_t>(runtime.gpuCount);
  const DeviceWork& host = shape.work[kHostWork];
  const bool streams = gpus > 0 && prompt.microBatch >= kOffloadTokens && runtime.backend != GpuBackend::metal;
  double busy = 0;
  double slowest = 0;
  for (std::size_t i = 0; i < gpus; ++i) {
    SpeedTerms terms;
    const Device d = completed(hardware.gpus[i]);
    const bool holds = holdsWork(shape.work[i]);
    if (holds) addPrompt(terms, shape, shape.work[i], d, hardware.gpuProfile, prompt, 0.0);
    if (i == 0 && streams && holdsWork(host)) {
      addPrompt(terms, shape, host, d, hardware.gpuProfile, prompt,
                hardware.unified ? 0.0 : p.linkShare * hardware.linkBandwidth);
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
      layers += shape.work[i].layers + (p.reduceExperts - 1.0) * shape.work[i].expertLayers;
    }
    sum.link += 2.0 * (layers * prompt.count * reduceSeconds(p, prompt.microBatch) +
                       model.layerCount * 2.0 * (busy - 1.0) / busy * tokens * model.hiddenSize * 2.0 /
                           hardware.gpuLinkBandwidth);
  } else if (busy > 1.0 && isPipelined(runtime, host)) {
    // Each GPU of a layer split works on a micro-batch of its own.
    const double whole = sum.total();
    const double together = whole / prompt.count + (1.0 - 1.0 / prompt.count) * slowest;
    sum *= 1.0 - p.pipelineShare * (1.0 - together / whole);
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

}  // namespace llmcalc::speed
