// rates.hpp: what a device reaches by its data sheet, and how reading and computing overlap.
#pragma once

#include <algorithm>
#include <cmath>

#include "llmcalc/machine/hardware.hpp"
#include "llmcalc/speed/profile.hpp"

namespace llmcalc::speed {

[[nodiscard]] inline double rootOfSquares(double a, double b) noexcept { return std::sqrt(a * a + b * b); }

// Reading and computing overlap: a kernel takes little longer than the slower of the two.
[[nodiscard]] inline double overlapped(double memory, double compute) noexcept {
  const double a = memory * memory;
  const double b = compute * compute;
  return std::sqrt(std::sqrt(a * a + b * b));
}

// A data sheet leaves rates out; they are set to what other devices of its kind have.
[[nodiscard]] constexpr Device completed(Device d) noexcept {
  if (d.shaderFlops == 0.0) d.shaderFlops = d.halfFlops > 0.0 ? 0.5 * d.halfFlops : 40.0 * d.bandwidth;
  if (d.halfFlops == 0.0) d.halfFlops = 2.0 * d.shaderFlops;
  if (d.quantizedOps == 0.0) d.quantizedOps = 2.0 * d.halfFlops;
  return d;
}

// A core's nominal rate, to which profiles of processors relate.
inline constexpr double kCoreFlops = 1e11;
// Bytes/s that the cores of a chip with wide memory reach: they cannot use all of it.
inline constexpr double kUnifiedHostBandwidth = 120e9;

// A processor with the rates that its count of cores (8 where it is unknown) gives it.
[[nodiscard]] constexpr Device completedHost(Device d, bool unified, const SpeedProfile& p) noexcept {
  const double cores = d.threads > 0.0 ? d.threads : 8.0;
  d.threads = cores;
  if (d.shaderFlops == 0.0) d.shaderFlops = cores * kCoreFlops;
  // Matrix products do not scale past one cluster of cores.
  const double together = std::min(cores, 16.0) + 0.4 * std::max(cores - 16.0, 0.0);
  if (d.halfFlops == 0.0) d.halfFlops = together * kCoreFlops;
  if (d.quantizedOps == 0.0) d.quantizedOps = together * kCoreFlops;
  if (unified) d.bandwidth = std::min(d.bandwidth, kUnifiedHostBandwidth / p.bandwidthShare);
  return d;
}

}  // namespace llmcalc::speed
