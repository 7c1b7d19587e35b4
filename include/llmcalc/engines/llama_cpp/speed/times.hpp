// times.hpp: what llama.cpp takes for a question, with the bands that its measurements have.
#pragma once

#include <algorithm>
#include <cmath>

#include "llmcalc/answer/speed_estimate.hpp"
#include "llmcalc/engines/llama_cpp/engine.hpp"
#include "llmcalc/engines/llama_cpp/speed/prompt.hpp"
#include "llmcalc/engines/llama_cpp/speed/step.hpp"
#include "llmcalc/machine/hardware.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/question/runtime.hpp"
#include "llmcalc/question/workload.hpp"
#include "llmcalc/speed/bands.hpp"
#include "llmcalc/speed/profile.hpp"
#include "llmcalc/speed/work.hpp"

namespace llmcalc::speed {

// The time of a step whose seconds by cause are `terms`; its parts on GPUs and host have bands of their own. `bytes`:
// measuredPart().
[[nodiscard]] inline Times stepTimes(const SpeedTerms& terms, const Bands& bands, bool experts, const Step& step,
                                     double bytes) noexcept {
  const auto kindOf = [&](const SpeedProfile& p) {
    // Sums differ in their last digits by where layers are.
    const bool measured = p.measuredBytes > 0.0 && std::abs(p.measuredBytes - bytes) <= 1e-9 * bytes;
    if (step.tokensPerUser > 1.0) return &SpeedProfile::drafted;
    if (step.users > 1.0) return &SpeedProfile::batched;
    if (measured) return &SpeedProfile::measured;
    return experts ? &SpeedProfile::experts : &SpeedProfile::decode;
  };
  Times times;
  // Without GPUs their profile may be empty.
  const double onGpus = terms.total() - terms.host;
  if (onGpus > 0.0) times.add(onGpus, bands.gpu(kindOf(bands.hardware.gpuProfile)));
  if (terms.host > 0.0) times.add(terms.host, bands.host(kindOf(bands.hardware.hostProfile)));
  return times;
}

[[nodiscard]] inline SpeedTimes llamaCppTimes(const SpeedShape& shape, const ModelSpec& model, const Runtime& runtime,
                                              const Hardware& hardware, const Workload& workload, const Bands& bands,
                                              double depth) noexcept {
  bool experts = false;
  for (const DeviceWork& w : shape.work) experts = experts || w.expertsTotal > 0.0;
  SpeedTimes times;
  const Step one = {1.0, 1.0, depth};
  times.step = stepTerms(shape, model, runtime, hardware, one);
  const double bytes = measuredPart(shape, depth);
  times.alone = stepTimes(times.step, bands, experts, one, bytes);
  const Step together = {workload.concurrency, 1.0 + workload.draftLength, depth};
  times.together = together.tokens() > 1.0 ? stepTimes(stepTerms(shape, model, runtime, hardware, together), bands,
                                                       experts, together, bytes)
                                           : times.alone;
  if (workload.draftLength > 0.0) {
    const double drafted = workload.draftLength * workload.draftCost;
    times.together = {times.together.fast + drafted * times.alone.fast,
                      times.together.middle + drafted * times.alone.middle,
                      times.together.slow + drafted * times.alone.slow};
  }
  if (workload.promptLength > 0.0) {
    times.prompt = promptTerms(shape, model, runtime, hardware, workload.promptLength, workload.cachedTokens);
    Spread SpeedProfile::*const kind =
        workload.cachedTokens > kDeepPrompt ? &SpeedProfile::deepPrefill : &SpeedProfile::prefill;
    times.prefill.add(std::max(0.0, times.prompt.total() - times.prompt.host),
                      runtime.gpuCount > 0.0 ? bands.gpu(kind) : bands.host(kind));
    times.prefill.add(times.prompt.host, bands.host(kind));
  }
  return times;
}

}  // namespace llmcalc::speed

namespace llmcalc {

inline speed::SpeedTimes LlamaCpp::times(const speed::SpeedShape& shape, const ModelSpec& model, const Runtime& runtime,
                                         const Hardware& hardware, const Workload& workload, const speed::Bands& bands,
                                         double depth) noexcept {
  return speed::llamaCppTimes(shape, model, runtime, hardware, workload, bands, depth);
}

static_assert(TimedEngine<LlamaCpp>);

}  // namespace llmcalc
