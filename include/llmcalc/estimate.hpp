// estimate.hpp: tokens per second and time to first token, from what a step reads and computes on every device.
//
// The laws and how well they do: docs/speed.md. Sources: bytes over an achieved bandwidth plus a fixed time per layer,
// and work per weight by type, from controlled runs on one H100 (tests/golden/h100.tsv) and measurements of others. The
// profiles are fitted to both by scripts/fit-speed.mjs.
#pragma once

#include <cstddef>

#include "llmcalc/answer/speed_estimate.hpp"
#include "llmcalc/base/result.hpp"
#include "llmcalc/engines/engines.hpp"
#include "llmcalc/engines/llama_cpp/speed/times.hpp"
#include "llmcalc/engines/vllm/speed.hpp"
#include "llmcalc/layout/measured_weights.hpp"
#include "llmcalc/machine/hardware.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/question/runtime.hpp"
#include "llmcalc/question/workload.hpp"
#include "llmcalc/speed/bands.hpp"
#include "llmcalc/speed/checks.hpp"
#include "llmcalc/speed/drafts.hpp"
#include "llmcalc/speed/work.hpp"

namespace llmcalc {

namespace speed {

// The estimate of a question that was checked, where what every device holds is known (`shape`, of fillShape). What a
// shape depends on is the model, the file and cache types and where layers are: it serves any context, machine and
// workload.
[[nodiscard]] inline SpeedEstimate estimateOf(const SpeedShape& shape, const ModelSpec& model, const Runtime& runtime,
                                              const Hardware& hardware, const Workload& workload) noexcept {
  bool onGpus = false;
  for (std::size_t i = 0; i < static_cast<std::size_t>(runtime.gpuCount); ++i) {
    onGpus = onGpus || holdsWork(shape.work[i]);
  }
  const Bands bands(hardware, runtime);
  SpeedEstimate estimate;
  estimate.evidence = bands.evidence(onGpus);
  const double depth = workload.cachedTokens + workload.promptLength + 0.5 * workload.outputLength;
  SpeedTimes times = withEngine(runtime.engine, [&](auto engine) {
    return decltype(engine)::times(shape, model, runtime, hardware, workload, bands, depth);
  });
  const bool prompts = workload.promptLength > 0.0;
  const bool calibrated = estimate.evidence == Evidence::calibrated;
  const double least = leastStep(shape, runtime, hardware);
  times.alone.bound(least, calibrated);
  times.together.bound(least, calibrated);
  if (prompts) times.prefill.bound(0.0, true);

  estimate.step = times.step;
  estimate.prompt = times.prompt;
  estimate.decodeLimit = limitOf(estimate.step);
  estimate.prefillLimit = limitOf(estimate.prompt);
  estimate.decode = rateOf(1.0, times.alone);
  if (prompts) estimate.prefill = rateOf(workload.promptLength, times.prefill);
  const double users = workload.concurrency;
  const Times first = {users * times.prefill.fast + times.alone.fast, users * times.prefill.middle + times.alone.middle,
                       users * times.prefill.slow + times.alone.slow};
  estimate.timeToFirstToken = secondsOf(first);
  const double tokens = tokensPerStep(workload);
  const double steps = (workload.outputLength - 1.0) / tokens;
  const Times& step = times.together;
  estimate.requestTime =
      secondsOf({first.fast + steps * step.fast, first.middle + steps * step.middle, first.slow + steps * step.slow});
  estimate.tokensPerSecondUser = rateOf(tokens, step);
  estimate.tokensPerSecondTotal = rateOf(users * tokens, step);
  return estimate;
}

}  // namespace speed

// How fast `model` runs: tokens/s and seconds, each as the band in which a machine like this one was found to be.
//
//   decode                1 / step, of one sequence whose cache holds the prompt and half of the output
//   prefill               promptLength / prompt
//   timeToFirstToken      concurrency x prompt + one step
//   requestTime           timeToFirstToken + (outputLength - 1) / tokens per step x a step of all sequences
//   tokensPerSecondUser   tokens per step / a step of all sequences; tokensPerSecondTotal: x concurrency
//
// model     its shape: readers give it, from a GGUF header or a config.json.
// runtime   what the engine was told. With Engine::vllm everything must be on GPUs, and evidence is none.
// hardware  data sheets in bytes/s (1e8 to 1e15) and operations/s (1e6 to 1e19, or 0 where unknown), at least as many
//           GPUs as the runtime has, and the profiles of both sides: speedProfile(), or Calibration::calibrated().
// workload  tokens (whole numbers; promptLength 0 to 1e9, outputLength 1 to 1e9), concurrency 1 to 4096, a draft of 0
// to
//           64 tokens. Prompt, cached tokens and output must fit into the context of a sequence.
// measured  sizes of the file's real tensors; without them, sizes are those of the file type's rules.
//
// Violation: the first value that is out of its range, by its name (speedViolation()); planMemory's of model and
// runtime come first. No rate is above bandwidth over bytes, unless the machine was calibrated (docs/speed.md).
// Source: the laws in engines/llama_cpp/speed/ and engines/vllm/speed.hpp; how far off they are: docs/speed.md.
[[nodiscard]] inline Result<SpeedEstimate> tryEstimateSpeed(const ModelSpec& model, const Runtime& runtime,
                                                            const Hardware& hardware, const Workload& workload = {},
                                                            const MeasuredWeights* measured = nullptr) noexcept {
  const Violation wrong = speedViolation(model, runtime, hardware, workload);
  if (!wrong.parameter.empty()) return wrong;
  speed::SpeedShape shape;
  speed::fillShape(shape, model, runtime, workload.fileBytes, measured);

  return speed::estimateOf(shape, model, runtime, hardware, workload);
}

// As tryEstimateSpeed(), but a violation is an ArgumentError.
[[nodiscard]] inline SpeedEstimate estimateSpeed(const ModelSpec& model, const Runtime& runtime,
                                                 const Hardware& hardware, const Workload& workload = {},
                                                 const MeasuredWeights* measured = nullptr) {
  return valueOrReject("estimateSpeed", tryEstimateSpeed(model, runtime, hardware, workload, measured));
}

}  // namespace llmcalc
