// fitted.hpp: constants that were fitted to data, and nothing else. Each part is written by a script, which prints the
// errors stated here again; docs/formulas.md says what they mean and where the data came from.
#pragma once

#include <array>

#include "llmcalc/base/units.hpp"

namespace llmcalc {

// What a model of `paramCount` billion parameters needs besides its weights, under llama.cpp's defaults.
struct TypicalModel {
  double paramCount;
  double kvBytesPerToken;     // f16, spread over 32,768 tokens where layers have a window
  double computeBufferBytes;  // of a micro-batch of 512 tokens with flash attention, without the attention mask
};

// Begin of what scripts/fit-vram-curve.mjs --write makes.

// Corners of the curves, fitted to 63 dense grouped-query models of 2024 and later without windows. Factors off:
//   KV cache        n 63, median x1.13, p90 x2.46, max x4.5
//                   with mixtures and windows n 99, median x1.46, p90 x6.97, max x16.1
//   0.002 GB rule   n 63, median x8.16, p90 x18.23, max x96.2
//                   with mixtures and windows n 99, median x5.15, p90 x17.16, max x96.2
//   compute buffer  n 63, median x1.07, p90 x1.39, max x1.8
inline constexpr std::array<TypicalModel, 10> kTypicalModels{{
    {0.5, 55 * kBytesPerKiB, 36 * kBytesPerMiB},
    {1.5, 55 * kBytesPerKiB, 51 * kBytesPerMiB},
    {3, 88 * kBytesPerKiB, 70 * kBytesPerMiB},
    {8, 132 * kBytesPerKiB, 106 * kBytesPerMiB},
    {14, 189 * kBytesPerKiB, 133 * kBytesPerMiB},
    {32, 255 * kBytesPerKiB, 200 * kBytesPerMiB},
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

// Plateaus, non-decreasing within a family. Error over the parts: n 23, median 16 %, p90 40 %; each part left out of
// the fit: n 23, median 18 %, p90 44 %; one constant instead: n 23, median 15 %, p90 33 %. n counts parts; a generation
// without any shares its neighbours' value.
inline constexpr std::array<CPUGeneration, 11> kCPUGenerations{{
    {1, 0.69},  // AMD Zen 1: n 0
    {2, 0.69},  // AMD Zen 2: n 4, alone 0.77
    {3, 0.69},  // AMD Zen 3: n 6, alone 0.76
    {4, 0.69},  // AMD Zen 4: n 5, alone 0.56
    {5, 0.69},  // AMD Zen 5: n 2, alone 0.68
    {10, 0.6},  // Intel Core 10: n 0
    {11, 0.6},  // Intel Core 11: n 1, alone 0.74
    {12, 0.6},  // Intel Core 12: n 1, alone 0.7
    {13, 0.6},  // Intel Core 13: n 1, alone 0.61
    {14, 0.6},  // Intel Core 14: n 2, alone 0.53
    {15, 0.6},  // Intel Core 15: n 1, alone 0.51
}};

// Share of the plateau by cores at work, linear between them: n 1, one i7-8700 with a 3B model.
inline constexpr std::array<CPUCoreShare, 4> kCPUCoreShares{{
    {1, 0.43},
    {2, 0.7},
    {4, 0.9},
    {6, 1},
}};

// High-end over other parts of the same generation.
inline constexpr double kCPUHighEnd = 1.03;

// Platforms with more cores than a desktop part have so many memory channels that their cores do not keep up:
// EPYC 9454P 0.39, EPYC 9135 0.39, EPYC 9274F 0.315.
inline constexpr double kCPUManyChannels = 0.39;

// End of what scripts/fit-cpu-factor.mjs --write makes.

}  // namespace llmcalc
