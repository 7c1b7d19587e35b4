// kernels.hpp: what llama.cpp's kernels take for weights, experts, keys and values.
#pragma once

#include <algorithm>
#include <cstddef>

#include "llmcalc/machine/backend.hpp"
#include "llmcalc/machine/hardware.hpp"
#include "llmcalc/speed/profile.hpp"
#include "llmcalc/speed/rates.hpp"
#include "llmcalc/speed/work.hpp"

namespace llmcalc::speed {

// Matrix-vector kernels of llama.cpp take up to eight sequences. Beyond, the matrix-matrix kernels of prefill take
// over, and a step can get shorter.
inline constexpr double kVectorKernelSequences = 8.0;

// The share of the experts that `sequences` tokens of a step read where one reads the share `used`. Real texts come
// back to the same experts, so the tokens read less than as many random choices would.
[[nodiscard]] constexpr double expertsRead(double used, double sequences) noexcept {
  return std::min(used * sequences / (1.0 + 1.6 * used * (sequences - 1.0)), 1.0);
}

// The share of the experts that the tokens of a micro-batch come to: one token comes to the share `used`, very many
// come to all.
[[nodiscard]] constexpr double expertsHit(double used, double tokens) noexcept {
  return used * tokens / (1.0 + used * (tokens - 1.0));
}

// Matrix-vector kernels fill wide Apple GPUs less.
[[nodiscard]] constexpr double filled(double flops, GpuBackend backend) noexcept {
  return backend == GpuBackend::metal ? flops / (1.0 + flops / 40e12) : flops;
}

// Seconds that all users' keys and values take, and the recurrent state, which is read and written.
[[nodiscard]] inline double cacheSeconds(const SpeedShape& shape, const DeviceWork& w, const Device& d,
                                         const SpeedProfile& p, bool flashAttention, const Step& step) noexcept {
  const double depth = step.depth;
  const double seen = visible(depth, shape.window);
  const double bytes = w.cacheBytes * depth + w.slidingBytes * seen;
  double seconds = bytes / (p.cacheShare * d.bandwidth);
  // Without flash attention the H100 reads 1.2 instead of 2.18 TB/s.
  if (!flashAttention) seconds *= 1.8;
  if (shape.quantizedCache) {
    const double elements = w.cacheElements * depth + w.slidingElements * seen;
    seconds = rootOfSquares(seconds, elements * p.cacheOperations / (p.kernelShare * d.shaderFlops));
  }
  return step.users * (seconds + w.stateTraffic / (p.bandwidthShare * d.bandwidth));
}

// Seconds per token that products with so many weights of a tensor type take in prefill.
[[nodiscard]] inline double productSeconds(std::size_t type, double elements, const Device& d,
                                           const SpeedProfile& p) noexcept {
  const double rate = isFloatType(type) ? p.halfShare * d.halfFlops : p.quantizedShare * d.quantizedOps;
  return elements * 2.0 * p.prefillCost[type] / rate;
}

// The same, summed over tensor types.
[[nodiscard]] inline double productSeconds(const ByType& elements, const Device& d, const SpeedProfile& p) noexcept {
  double seconds = 0;
  for (std::size_t i = 0; i < kTypes; ++i) {
    if (elements[i] != 0.0) seconds += productSeconds(i, elements[i], d, p);
  }
  return seconds;
}

}  // namespace llmcalc::speed
