// links.hpp: what devices take to exchange what they computed.
#pragma once

#include <cmath>

namespace llmcalc::speed {

// A tensor split sums the results of all GPUs twice a layer. Two H200 with NCCL took a fixed time for each such
// all-reduce, and a time that grows with the root of the tokens in it.
inline constexpr double kReduceSeconds = 10e-6;
inline constexpr double kReduceTokenSeconds = 8e-6;
// GPUs beyond two make an all-reduce longer: each by this many seconds over NVLink and its like, which have at least
// kFastLink bytes/s, and over slower links by the second number.
inline constexpr double kFastLink = 100e9;
inline constexpr double kFastReduceSeconds = 1.5e-6;
inline constexpr double kSlowReduceSeconds = 22e-6;
// Copies of weights from the host reach this share of the link's bandwidth.
inline constexpr double kLinkShare = 0.75;

// Seconds that one all-reduce over what `tokens` make takes: two H200 take 18 us for one token, 0.2 ms for 512 and
// 0.4 ms for 2,048, many times what their link needs.
[[nodiscard]] inline double reduceSeconds(double tokens) noexcept {
  return kReduceSeconds + kReduceTokenSeconds * std::sqrt(tokens);
}

}  // namespace llmcalc::speed
