// links.hpp: what devices take to exchange what they computed.
#pragma once

#include <cmath>

#include "llmcalc/speed/profile.hpp"

namespace llmcalc::speed {

// GPUs beyond two make an all-reduce longer: each by this many seconds over NVLink and its like, which have at least
// kFastLink bytes/s, and over slower links by the second number. Both were set by hand: no controlled run has more than
// two.
inline constexpr double kFastLink = 100e9;
inline constexpr double kFastReduceSeconds = 1.5e-6;
inline constexpr double kSlowReduceSeconds = 22e-6;

// Seconds that one all-reduce over what `tokens` make takes. A tensor split sums the results of all GPUs twice a layer:
// two H200 with NCCL take 18 us for one token, 0.2 ms for 512 and 0.4 ms for 2,048, many times what their link needs.
[[nodiscard]] inline double reduceSeconds(const SpeedProfile& p, double tokens) noexcept {
  return p.reduceSeconds + p.reduceTokenSeconds * std::sqrt(tokens);
}

}  // namespace llmcalc::speed
