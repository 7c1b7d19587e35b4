// fitted.hpp: constants that were fitted to data, and nothing else. Each part is written by a script, which prints the
// errors stated here again; docs/formulas.md says what they mean and where the data came from.
#pragma once

#include <array>

#include "llmcalc/units.hpp"

namespace llmcalc {

// What a model of `paramCount` billion parameters needs besides its weights, under llama.cpp's defaults.
struct TypicalModel {
  double paramCount;
  double kvBytesPerToken;     // f16, spread over 32,768 tokens where layers have a window
  double computeBufferBytes;  // of a micro-batch of 512 tokens with flash attention, without the attention mask
};

// Begin of what scripts/fit-vram-curve.mjs --write makes.

// Corners of the curves, fitted to 62 dense grouped-query models of 2024 and later without windows. Factors off:
//   KV cache        n 62, median x1.16, p90 x2.61, max x4.3
//                   with mixtures and windows n 98, median x1.45, p90 x6.93, max x16.7
//   0.002 GB rule   n 62, median x8.11, p90 x18.28, max x96.2
//                   with mixtures and windows n 98, median x5.35, p90 x17.20, max x96.2
//   compute buffer  n 62, median x1.08, p90 x1.40, max x1.7
inline constexpr std::array<TypicalModel, 10> kTypicalModels{{
    {0.5, 46 * kBytesPerKiB, 36 * kBytesPerMiB},
    {1.5, 46 * kBytesPerKiB, 63 * kBytesPerMiB},
    {3, 94 * kBytesPerKiB, 69 * kBytesPerMiB},
    {8, 131 * kBytesPerKiB, 107 * kBytesPerMiB},
    {14, 189 * kBytesPerKiB, 131 * kBytesPerMiB},
    {32, 254 * kBytesPerKiB, 200 * kBytesPerMiB},
    {72, 320 * kBytesPerKiB, 237 * kBytesPerMiB},
    {120, 351 * kBytesPerKiB, 260 * kBytesPerMiB},
    {240, 361 * kBytesPerKiB, 440 * kBytesPerMiB},
    {480, 568 * kBytesPerKiB, 440 * kBytesPerMiB},
}};

// End of what scripts/fit-vram-curve.mjs --write makes.

// What token generation on one generation of CPUs reaches.
struct CPUGeneration {
  double generation;
  double plateau;  // share of the theoretical memory bandwidth, once enough cores work
};

// How much of its plateau a CPU reaches with `cores` at work.
struct CPUCoreShare {
  double cores;
  double share;
};

// Begin of what scripts/fit-cpu-factor.mjs --write makes.

// Plateaus, non-decreasing within a family. Error over the parts: n 23, median 15 %, p90 40 %; each part left out of
// the fit: n 23, median 18 %, p90 42 %. n counts parts; a generation without any shares its neighbours' value.
inline constexpr std::array<CPUGeneration, 11> kCPUGenerations{{
    {1, 0.7},   // AMD Zen 1: n 0
    {2, 0.7},   // AMD Zen 2: n 4, alone 0.77
    {3, 0.7},   // AMD Zen 3: n 6, alone 0.76
    {4, 0.7},   // AMD Zen 4: n 5, alone 0.57
    {5, 0.7},   // AMD Zen 5: n 2, alone 0.69
    {10, 0.6},  // Intel Core 10: n 0
    {11, 0.6},  // Intel Core 11: n 1, alone 0.74
    {12, 0.6},  // Intel Core 12: n 1, alone 0.7
    {13, 0.6},  // Intel Core 13: n 1, alone 0.59
    {14, 0.6},  // Intel Core 14: n 2, alone 0.54
    {15, 0.6},  // Intel Core 15: n 1, alone 0.52
}};

// Share of the plateau by cores at work, linear between them: n 1, one i7-8700.
inline constexpr std::array<CPUCoreShare, 4> kCPUCoreShares{{
    {1, 0.43},
    {2, 0.7},
    {4, 0.9},
    {6, 1},
}};

// High-end over other parts of the same generation.
inline constexpr double kCPUHighEnd = 1.01;

// Platforms with more cores than a desktop part have so many memory channels that their cores do not keep up:
// EPYC 9454P 0.39, EPYC 9135 0.39, EPYC 9274F 0.315.
inline constexpr double kCPUManyChannels = 0.39;

// End of what scripts/fit-cpu-factor.mjs --write makes.

}  // namespace llmcalc
