// bands.hpp: from a time to the times that it may be, by how far measurements were from estimates.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "llmcalc/answer/speed_estimate.hpp"
#include "llmcalc/engines/names.hpp"
#include "llmcalc/machine/hardware.hpp"
#include "llmcalc/question/runtime.hpp"
#include "llmcalc/speed/profile.hpp"
#include "llmcalc/speed/profiles.hpp"
#include "llmcalc/speed/work.hpp"

namespace llmcalc::speed {

// No band is narrower: two runs of one machine differ by more.
inline constexpr double kLeastWidth = 0.01;
// Of prompts after so many tokens attention is the most, and estimates are off further.
inline constexpr double kDeepPrompt = 2048.0;
// Whoever divides bandwidth by bytes sums them in another order, and gets other last digits.
inline constexpr double kSummation = 1e-12;

// A time whose parts have bands of their own, all slow or all fast together.
struct Times {
  double fast = 0;
  double middle = 0;
  double slow = 0;

  constexpr void add(double seconds, const Spread& spread) noexcept {
    fast += seconds / spread.p90;
    middle += seconds / spread.p50;
    slow += seconds / spread.p10;
  }

  // Makes no time faster than `least`, which is what the data sheet allows, and no band narrower than kLeastWidth. A
  // machine that was measured to beat its data sheet keeps its median.
  constexpr void bound(double least, bool measured) noexcept {
    fast = std::max(fast, least * (1.0 + kSummation));
    if (!measured) middle = std::max(middle, least * (1.0 + kLeastWidth));
    fast = std::min(fast, middle / (1.0 + kLeastWidth));
    slow = std::max(slow, middle * (1.0 + kLeastWidth));
  }
};

[[nodiscard]] constexpr Band secondsOf(const Times& t) noexcept { return {t.fast, t.middle, t.slow}; }

[[nodiscard]] constexpr Band rateOf(double tokens, const Times& t) noexcept {
  return {tokens / t.slow, tokens / t.middle, tokens / t.fast};
}

// What an engine answers, before it becomes rates: terms of one step and of the prompt, and their times with bands.
struct SpeedTimes {
  SpeedTerms step;    // of one sequence alone
  SpeedTerms prompt;  // empty without a prompt
  Times alone;        // a step of one sequence
  Times together;     // a step of all sequences, with what the draft takes
  Times prefill;      // one prompt
};

// The bytes of weights by which SpeedProfile::measuredBytes knows a model; 0 where the cache is more than a tenth of
// them, since a measurement without a long cache says little of one.
[[nodiscard]] inline double measuredPart(const SpeedShape& shape, double depth) noexcept {
  const double bytes = weightBytes(shape);
  double cache = 0;
  for (const DeviceWork& w : shape.work) cache += w.cacheBytes * depth + w.slidingBytes * visible(depth, shape.window);
  return cache > 0.1 * bytes ? 0.0 : bytes;
}

// Chooses the bands of an estimate: those of the GPUs' profile and of the host's, each as wide as any back end's where
// neither the weights' type nor the machine was measured.
struct Bands {
  const Hardware& hardware;
  bool gpuMeasured = true;
  bool hostMeasured = true;

  Bands(const Hardware& machine, const Runtime& runtime) noexcept
      : hardware(machine),
        gpuMeasured(covers(machine.gpuProfile, runtime.backend, runtime.engine, runtime.fileType)),
        hostMeasured(covers(machine.hostProfile, GpuBackend::cpu, runtime.engine, runtime.fileType)) {}

  // Profiles and their measurements are of llama.cpp: no band of vLLM's rests on one.
  [[nodiscard]] static constexpr bool covers(const SpeedProfile& profile, GpuBackend backend, Engine engine,
                                             FileType fileType) noexcept {
    return engine != Engine::vllm && (profile.evidence == Evidence::calibrated || isMeasured(backend, fileType));
  }

  [[nodiscard]] Evidence evidence(bool onGpus) const noexcept {
    if (!(onGpus ? gpuMeasured : hostMeasured)) return Evidence::none;
    return (onGpus ? hardware.gpuProfile : hardware.hostProfile).evidence;
  }

  [[nodiscard]] Spread gpu(Spread SpeedProfile::*kind) const noexcept {
    const Spread& own = hardware.gpuProfile.*kind;
    return gpuMeasured ? own : widened(own, kWidest.*kind);
  }

  [[nodiscard]] Spread host(Spread SpeedProfile::*kind) const noexcept {
    const Spread& own = hardware.hostProfile.*kind;
    return hostMeasured ? own : widened(own, kWidest.*kind);
  }
};

// Seconds to read the weights of one token at the bandwidth of the data sheets: no step is shorter.
[[nodiscard]] inline double leastStep(const SpeedShape& shape, const Runtime& runtime,
                                      const Hardware& hardware) noexcept {
  double sum = 0;
  double longest = 0;
  const auto gpus = static_cast<std::size_t>(runtime.gpuCount);
  for (std::size_t i = 0; i <= gpus; ++i) {
    const bool host = i == gpus;
    const DeviceWork& w = shape.work[host ? kHostWork : i];
    if (holdsNothing(w)) continue;
    const double bytes = (bytesOf(w.dense) + bytesOf(w.head)) * shape.denseScale +
                         bytesOf(w.experts) * w.usedShare() * shape.expertScale;
    const double seconds = bytes / (host ? hardware.host.bandwidth : hardware.gpus[i].bandwidth);
    sum += seconds;
    longest = std::max(longest, seconds);
  }
  return hardware.split == Split::tensor ? longest : sum;
}

}  // namespace llmcalc::speed
