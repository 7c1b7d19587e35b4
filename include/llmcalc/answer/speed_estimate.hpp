// speed_estimate.hpp: what an estimate of speed answers: rates, times, and what takes them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "llmcalc/speed/profile.hpp"

namespace llmcalc {

// What a rate or a time will be: of ten machines like this one, one is at or below p10, half are at or below p50, nine
// are at or below p90. A Spread is measured over estimated; a Band is the estimate that spreads were applied to.
struct Band {
  double p10 = 0;
  double p50 = 0;
  double p90 = 0;
};

// What takes the largest part of a time, in the order of SpeedTerms.
enum class Limit : std::uint8_t { memory, compute, cache, launch, link, host };
inline constexpr std::array<std::string_view, 6> kLimits = {"memory", "compute", "cache", "launch", "link", "host"};

// Seconds of a step or a prompt by cause; on the host everything is `host`.
struct SpeedTerms {
  double memory = 0;   // reading weights
  double compute = 0;  // beyond what reading weights takes
  double cache = 0;    // keys, values and recurrent state; of a prompt, attention
  double launch = 0;   // fixed times per layer and call
  double link = 0;     // between devices
  double host = 0;     // all that the host computes

  [[nodiscard]] constexpr double total() const noexcept { return memory + compute + cache + launch + link + host; }

  constexpr SpeedTerms& operator+=(const SpeedTerms& other) noexcept {
    memory += other.memory;
    compute += other.compute;
    cache += other.cache;
    launch += other.launch;
    link += other.link;
    host += other.host;
    return *this;
  }

  constexpr SpeedTerms& operator*=(double factor) noexcept {
    memory *= factor;
    compute *= factor;
    cache *= factor;
    launch *= factor;
    link *= factor;
    host *= factor;
    return *this;
  }
};

struct SpeedEstimate {
  Band decode;                          // tokens/s of one sequence alone, on average over the output
  Band prefill;                         // tokens/s of one prompt; 0 without a prompt
  Band timeToFirstToken;                // seconds: all prompts that come at once, and one step
  Band requestTime;                     // seconds until the last token
  Band tokensPerSecondUser;             // tokens/s of each of `concurrency` sequences, with the draft
  Band tokensPerSecondTotal;            // tokens/s of all together
  SpeedTerms step;                      // of one sequence alone, before the bands
  SpeedTerms prompt;                    // of one prompt, before the bands
  Limit decodeLimit = Limit::memory;    // what takes the largest part of a step
  Limit prefillLimit = Limit::compute;  // what takes the largest part of a prompt
  Evidence evidence = Evidence::none;   // on what the estimate rests
};

// What takes the largest part of a time.
[[nodiscard]] constexpr Limit limitOf(const SpeedTerms& t) noexcept {
  const std::array<double, 6> seconds = {t.memory, t.compute, t.cache, t.launch, t.link, t.host};
  std::size_t limit = 0;
  for (std::size_t i = 1; i < seconds.size(); ++i) {
    if (seconds[i] > seconds[limit]) limit = i;
  }
  return static_cast<Limit>(limit);
}

}  // namespace llmcalc
