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

// Of a GPU's power this share goes elsewhere than into its clocks, to memory and leakage.
inline constexpr double kIdlePower = 0.18;
// Below this share of its power a GPU is at its least voltage, and its clocks go with what is left of the power.
inline constexpr double kLeastVoltagePower = 0.5;

// The clocks under a limit of power, relative to those without: power beyond a constant part goes with the third power
// of the clocks, since the voltage goes with them.
//
// limit  W that the driver allows over W that the data sheet does; 1 and more change nothing.
//
// Source: the constant part was fitted to prefill of an RTX 3090 at 180 W (0.753 of that at 350) and 290 W (0.936,
// noonghunna/club-3090#104), of six at 250 W (0.853, llmgarage.ai), and clocks of 1,425 and 1,740 of 1,905 MHz there.
[[nodiscard]] constexpr double clockShare(double limit) noexcept {
  if (limit >= 1.0) return 1.0;
  const double least = std::max(limit, kLeastVoltagePower);
  const double cube = (least - kIdlePower) / (1.0 - kIdlePower);
  double root = 1.0;
  for (int i = 0; i < 12; ++i) root = (2.0 * root + cube / (root * root)) / 3.0;
  return limit < kLeastVoltagePower ? root * (limit - kIdlePower) / (kLeastVoltagePower - kIdlePower) : root;
}

// A GPU as fast as its limit of power leaves it. Its memory keeps its clock, but fewer requests reach it: decoding
// loses the clocks' power of 3/4, fitted to an RTX 3090 at 250 W, an RTX 4090 at 275 W, an RTX 5060 Ti at 150 W.
[[nodiscard]] inline Device limited(Device d) noexcept {
  if (d.powerLimit == 0.0) return d;
  const double clocks = clockShare(d.powerLimit / d.power);
  d.shaderFlops *= clocks;
  d.halfFlops *= clocks;
  d.quantizedOps *= clocks;
  d.bandwidth *= std::sqrt(clocks * std::sqrt(clocks));
  return d;
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
