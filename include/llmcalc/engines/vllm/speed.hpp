// speed.hpp: what vLLM takes for a step and a prompt. Its laws were set by hand; no table of measurements says how well
// they do, so that its estimates have the widest bands and no evidence (docs/speed.md).
#pragma once

#include <cmath>
#include <cstddef>

#include "llmcalc/answer/speed_estimate.hpp"
#include "llmcalc/engines/vllm/engine.hpp"
#include "llmcalc/machine/hardware.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/question/runtime.hpp"
#include "llmcalc/question/workload.hpp"
#include "llmcalc/speed/bands.hpp"
#include "llmcalc/speed/links.hpp"
#include "llmcalc/speed/profile.hpp"
#include "llmcalc/speed/rates.hpp"
#include "llmcalc/speed/work.hpp"

namespace llmcalc::speed {

// vLLM reads weights once per step whatever the batch, at this share of the bandwidth, and takes a fixed time per
// layer. Both were set by hand to single GPUs of data centres.
inline constexpr double kVllmBandwidth = 0.65;
inline constexpr double kVllmLayerSeconds = 44e-6;
// Of a tensor split, twice a layer.
inline constexpr double kVllmReduceSeconds = 10e-6;
// Dense products, experts and attention of a prompt reach these shares of the FP16 rate, in chunks of so many tokens.
// An A100 reaches 0.45 with a 14B in AWQ, two RTX 5090 and a GB10 reach 0.15 with a 35B-A3B.
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
              2.0 * model.layerCount * (kVllmReduceSeconds + kFastReduceSeconds * (gpus - 2.0));
  }
  return seconds + sequences * 82e-6;
}

// Seconds of a prompt by cause.
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

[[nodiscard]] inline SpeedTimes vllmTimes(const SpeedShape& shape, const ModelSpec& model, const Runtime& runtime,
                                          const Hardware& hardware, const Workload& workload, const Bands& bands,
                                          double depth) noexcept {
  const double gpus = runtime.gpuCount;
  const double alone = vllmStep(shape, model, hardware, gpus, {1.0, 1.0, depth});
  const double together =
      vllmStep(shape, model, hardware, gpus, {workload.concurrency, 1.0 + workload.draftLength, depth});
  SpeedTimes times;
  times.step = {alone, 0, 0, 0, 0, 0};
  if (workload.promptLength > 0.0) {
    times.prompt = vllmPrompt(shape, hardware, gpus, workload.promptLength, workload.cachedTokens);
  }
  times.alone.add(alone, bands.gpu(&SpeedProfile::decode));
  times.together.add(together + workload.draftLength * workload.draftCost * alone, bands.gpu(&SpeedProfile::batched));
  times.prefill.add(times.prompt.total(), bands.gpu(&SpeedProfile::prefill));
  return times;
}

}  // namespace llmcalc::speed

namespace llmcalc {

inline speed::SpeedTimes Vllm::times(const speed::SpeedShape& shape, const ModelSpec& model, const Runtime& runtime,
                                     const Hardware& hardware, const Workload& workload, const speed::Bands& bands,
                                     double depth) noexcept {
  return speed::vllmTimes(shape, model, runtime, hardware, workload, bands, depth);
}

static_assert(TimedEngine<Vllm>);

}  // namespace llmcalc
