// calculator.hpp: the six functions that answer "will it fit, and how fast will it be?" from a handful of numbers.
//
// Sizes are GB = 1e9 bytes, bandwidths GB/s, parameter counts billions, speeds tokens per second. Every `calculateX`
// throws ArgumentError for an argument outside its range (base/result.hpp); its twin `tryCalculateX` returns a
// Result instead and is noexcept. Results are always finite. The arithmetic is + - * / and comparisons only, so that
// native, WebAssembly and transpiled JavaScript builds agree to the last bit (with -ffp-contract=off, which the CMake
// target sets). docs/formulas.md has the derivations and the measured errors.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "llmcalc/base/result.hpp"
#include "llmcalc/base/units.hpp"
#include "llmcalc/quick/fitted.hpp"

namespace llmcalc {

// Ranges of the arguments. Outside them there is no model, device or card to speak of, and inside them every result
// stays finite.
namespace ranges {
inline constexpr double kAboveZero = std::numeric_limits<double>::denorm_min();
inline constexpr Range kParamCount{"paramCount", "a number from 1e-6 to 1e6 (billions of parameters)", 1e-6, 1e6};
inline constexpr Range kBitsPerWeight{"bitsPerWeight", "a number from 0.1 to 64 (bits)", 0.1, 64};
inline constexpr Range kContextLength{"contextLength", "an integer from 1 to 1e9 (tokens)", 1, 1e9};
inline constexpr Range kBatchSize{"batchSize", "an integer from 1 to 1e6 (sequences)", 1, 1e6};
inline constexpr Range kBandwidth{"bandwidth", "a number from 1e-9 to 1e9 (GB/s)", 1e-9, 1e9};
inline constexpr Range kModelSizeGB{"modelSizeGB", "a number from 1e-9 to 1e9 (GB)", 1e-9, 1e9};
inline constexpr Range kCPUFactor{"cpuFactor", "a number greater than 0 and at most 1", kAboveZero, 1};
inline constexpr Range kMinBits{"minBits", "a number from 0.1 to 64 (bits)", 0.1, 64};
inline constexpr Range kMaxBits{"maxBits", "a number from 0.1 to 64 (bits)", 0.1, 64};
inline constexpr Range kStep{"step", "a number greater than 0 and at most 64 (bits)", kAboveZero, 64};
inline constexpr Range kGpuBW{"gpuBW", "a number from 1e-9 to 1e9 (GB/s)", 1e-9, 1e9};
inline constexpr Range kRamBW{"ramBW", "a number from 1e-9 to 1e9 (GB/s)", 1e-9, 1e9};
inline constexpr Range kTotalLayers{"totalLayers", "an integer from 1 to 1e6", 1, 1e6};
inline constexpr Range kVramGB{"vramGB", "a number from 0 to 1e9 (GB)", 0, 1e9};
inline constexpr Range kSystemRAMGB{"systemRAMGB", "a number from 0 to 1e9 (GB)", 0, 1e9};
inline constexpr Range kCoreCount{"coreCount", "an integer from 1 to 1024 (physical cores)", 1, 1024};

inline constexpr std::string_view kGeneration = "an integer from 1 to 5 (AMD Zen) or from 10 to 15 (Intel Core)";
inline constexpr std::string_view kMaxBitsFromMinBits = "a number up to 64 (bits) and at least minBits";
inline constexpr std::string_view kStepForGrid =
    "large enough for at most 1e7 points, at least (maxBits - minBits) / 9999999";
inline constexpr std::string_view kGpuLayers = "an integer from 0 to totalLayers";
}  // namespace ranges

// Most points that one batch may have: 240 MB as columns.
inline constexpr double kMaxBatchPoints = 1e7;

// How far, in steps, the end of a grid may lie behind its last point and still include it: 2 + 28 * 0.5 meets 16
// exactly, but sums such as 0.1 * 3 miss their end by a rounding error.
inline constexpr double kGridTolerance = 1e-9;

// Bytes of attention mask per cell of context: 512 tokens of a micro-batch in f16.
// Source: llama.cpp build 11669 with flash attention, read off its recorded plans (docs/formulas.md).
inline constexpr double kMaskBytesPerToken = 512.0 * 2.0;

// What a typical recent model of `paramCount` billion parameters needs besides its weights: linear between the models
// of kTypicalModels, proportional below the first and along the last segment's slope above the last, so that it never
// falls. Source: fitted on real models by scripts/fit-vram-curve.mjs; errors in fitted.hpp and docs/formulas.md.
[[nodiscard]] constexpr TypicalModel typicalModel(double paramCount) noexcept {
  TypicalModel low{0.0, 0.0, 0.0};
  TypicalModel high = kTypicalModels.front();
  for (std::size_t i = 1; i < kTypicalModels.size() && paramCount > high.paramCount; ++i) {
    low = high;
    high = kTypicalModels[i];
  }
  const double share = (paramCount - low.paramCount) / (high.paramCount - low.paramCount);
  return {paramCount, low.kvBytesPerToken + share * (high.kvBytesPerToken - low.kvBytesPerToken),
          low.computeBufferBytes + share * (high.computeBufferBytes - low.computeBufferBytes)};
}

// Memory in GB that a model takes on a card: weights + KV cache (f16) + activations.
//
//   weights     = paramCount * bitsPerWeight / 8
//   kvCache     = kvBytesPerToken(paramCount) * contextLength * batchSize
//   activations = computeBufferBytes(paramCount) + kMaskBytesPerToken * contextLength * batchSize
//
// paramCount     billions of parameters, all of them (for a mixture of experts too), 1e-6 to 1e6.
// bitsPerWeight  average over the file, e.g. 4.89 for Q4_K_M of Llama 3.1 8B; 0.1 to 64.
// contextLength  tokens kept per sequence, an integer from 1 to 1e9.
// batchSize      sequences at the same time, an integer from 1 to 1e6.
//
// The curves describe a typical grouped-query model of 2024 and later; a given model can differ by the factors in
// docs/formulas.md.
// Source: weights by definition; the other two fitted, see typicalModel.
[[nodiscard]] constexpr Result<double> tryCalculateVRAM(double paramCount, double bitsPerWeight,
                                                        double contextLength = 4096, double batchSize = 1) noexcept {
  if (!contains(ranges::kParamCount, paramCount)) return violationOf(ranges::kParamCount, paramCount);
  if (!contains(ranges::kBitsPerWeight, bitsPerWeight)) return violationOf(ranges::kBitsPerWeight, bitsPerWeight);
  if (!containsWhole(ranges::kContextLength, contextLength)) return violationOf(ranges::kContextLength, contextLength);
  if (!containsWhole(ranges::kBatchSize, batchSize)) return violationOf(ranges::kBatchSize, batchSize);

  const TypicalModel model = typicalModel(paramCount);
  const double weightsGB = paramCount * bitsPerWeight / kBitsPerByte;  // billions of parameters are GB at 8 bits
  const double cells = contextLength * batchSize;
  const double kvCache = model.kvBytesPerToken * cells;
  const double activations = model.computeBufferBytes + kMaskBytesPerToken * cells;
  return weightsGB + bytesToGB(kvCache + activations);
}

[[nodiscard]] constexpr double calculateVRAM(double paramCount, double bitsPerWeight, double contextLength = 4096,
                                             double batchSize = 1) {
  return valueOrReject("calculateVRAM", tryCalculateVRAM(paramCount, bitsPerWeight, contextLength, batchSize));
}

// Tokens per second that memory bandwidth allows: bandwidth / modelSizeGB * cpuFactor. A ceiling, not a forecast:
// generating one token reads every weight once, and no engine reads faster than its memory.
//
// bandwidth    GB/s of the memory that holds the weights, 1e-9 to 1e9.
// modelSizeGB  GB read per token (for a dense model its file), 1e-9 to 1e9.
// cpuFactor    share of the bandwidth that is reached, above 0 and at most 1: getCPUFactor for a CPU, 1 for the
// ceiling.
//
// Source: the roofline bound of batch-1 decoding; how far devices stay below it: docs/formulas.md.
[[nodiscard]] constexpr Result<double> tryCalculatePerformance(double bandwidth, double modelSizeGB,
                                                               double cpuFactor = 1) noexcept {
  if (!contains(ranges::kBandwidth, bandwidth)) return violationOf(ranges::kBandwidth, bandwidth);
  if (!contains(ranges::kModelSizeGB, modelSizeGB)) return violationOf(ranges::kModelSizeGB, modelSizeGB);
  if (!contains(ranges::kCPUFactor, cpuFactor)) return violationOf(ranges::kCPUFactor, cpuFactor);
  return bandwidth / modelSizeGB * cpuFactor;
}

[[nodiscard]] constexpr double calculatePerformance(double bandwidth, double modelSizeGB, double cpuFactor = 1) {
  return valueOrReject("calculatePerformance", tryCalculatePerformance(bandwidth, modelSizeGB, cpuFactor));
}

// One quantisation of a sweep.
struct PerformancePoint {
  double bits;       // bits per weight
  double modelSize;  // GB
  double tps;        // tokens per second, the ceiling of calculatePerformance
};

// A sweep as columns of equal length, one entry for each point.
struct PerformanceColumns {
  std::vector<double> bits;
  std::vector<double> modelSize;
  std::vector<double> tps;
};

// Number of points of the grid minBits, minBits + step, ... up to maxBits, which is included when a point falls within
// 1e-9 of a step of it. The arguments are those of batchCalculatePerformance.
[[nodiscard]] constexpr Result<double> tryCountBatchPoints(double bandwidth, double paramCount, double minBits = 2,
                                                           double maxBits = 16, double step = 0.5) noexcept {
  if (!contains(ranges::kBandwidth, bandwidth)) return violationOf(ranges::kBandwidth, bandwidth);
  if (!contains(ranges::kParamCount, paramCount)) return violationOf(ranges::kParamCount, paramCount);
  if (!contains(ranges::kMinBits, minBits)) return violationOf(ranges::kMinBits, minBits);
  if (!contains(ranges::kMaxBits, maxBits)) return violationOf(ranges::kMaxBits, maxBits);
  if (maxBits < minBits) return Violation{"maxBits", ranges::kMaxBitsFromMinBits, maxBits, minBits};
  if (!contains(ranges::kStep, step)) return violationOf(ranges::kStep, step);
  const double steps = (maxBits - minBits) / step + kGridTolerance;  // infinite for the smallest steps
  if (!(steps < kMaxBatchPoints)) {
    return Violation{"step", ranges::kStepForGrid, step, (maxBits - minBits) / (kMaxBatchPoints - 1)};
  }
  return static_cast<double>(static_cast<std::int32_t>(steps)) + 1.0;
}

// The sweep's kernel: points `first`, `first + 1`, ... into three columns of equal length, unchecked.
// Each point is computed from its index, so neither rounding errors add up nor does it matter how a sweep is cut.
constexpr void fillPerformanceColumns(double bandwidth, double paramCount, double minBits, double step,
                                      std::int32_t first, std::span<double> bits, std::span<double> modelSize,
                                      std::span<double> tps) noexcept {
  const auto count = static_cast<std::int32_t>(bits.size());
  double* const bitsOut = bits.data();
  double* const modelSizeOut = modelSize.data();
  double* const tpsOut = tps.data();
  for (std::int32_t i = 0; i < count; ++i) {
    const double bitsHere = minBits + static_cast<double>(first + i) * step;
    const double size = paramCount * bitsHere / kBitsPerByte;
    bitsOut[i] = bitsHere;
    modelSizeOut[i] = size;
    tpsOut[i] = bandwidth / size;
  }
}

// Model size and speed over bits per weight, as columns: point i has minBits + i * step bits.
//
// bandwidth         GB/s, 1e-9 to 1e9.
// paramCount        billions of parameters, 1e-6 to 1e6.
// minBits, maxBits  bits per weight, 0.1 to 64, minBits <= maxBits.
// step              bits, above 0 and at most 64, for at most 1e7 points.
//
// Source: calculatePerformance for paramCount * bits / 8 GB.
[[nodiscard]] inline PerformanceColumns batchCalculatePerformanceColumns(double bandwidth, double paramCount,
                                                                         double minBits = 2, double maxBits = 16,
                                                                         double step = 0.5) {
  const auto count = static_cast<std::size_t>(valueOrReject(
      "batchCalculatePerformanceColumns", tryCountBatchPoints(bandwidth, paramCount, minBits, maxBits, step)));
  PerformanceColumns columns{std::vector<double>(count), std::vector<double>(count), std::vector<double>(count)};
  fillPerformanceColumns(bandwidth, paramCount, minBits, step, 0, columns.bits, columns.modelSize, columns.tps);
  return columns;
}

// The sweep of batchCalculatePerformanceColumns as one record per point.
[[nodiscard]] inline std::vector<PerformancePoint> batchCalculatePerformance(double bandwidth, double paramCount,
                                                                             double minBits = 2, double maxBits = 16,
                                                                             double step = 0.5) {
  const auto count = static_cast<std::size_t>(
      valueOrReject("batchCalculatePerformance", tryCountBatchPoints(bandwidth, paramCount, minBits, maxBits, step)));
  std::vector<PerformancePoint> points(count);
  for (std::size_t i = 0; i < count; ++i) {
    PerformancePoint& point = points[i];
    fillPerformanceColumns(bandwidth, paramCount, minBits, step, static_cast<std::int32_t>(i), {&point.bits, 1},
                           {&point.modelSize, 1}, {&point.tps, 1});
  }
  return points;
}

// Effective GB/s when `gpuLayers` of `totalLayers` equal layers are read from the GPU's memory and the others from
// system memory, each by its own processor: the harmonic mean weighted by layers, because the times add up.
//
//   totalLayers / (gpuLayers / gpuBW + (totalLayers - gpuLayers) / ramBW)
//
// gpuBW, ramBW  GB/s, 1e-9 to 1e9 each.
// gpuLayers     layers on the GPU, an integer from 0 to totalLayers.
// totalLayers   layers of the model, an integer from 1 to 1e6.
//
// Source: time per token is the sum over the layers; llama.cpp computes a host layer on the host (docs/formulas.md).
[[nodiscard]] constexpr Result<double> tryCalculateOffloadBandwidth(double gpuBW, double ramBW, double gpuLayers,
                                                                    double totalLayers) noexcept {
  if (!contains(ranges::kGpuBW, gpuBW)) return violationOf(ranges::kGpuBW, gpuBW);
  if (!contains(ranges::kRamBW, ramBW)) return violationOf(ranges::kRamBW, ramBW);
  if (!containsWhole(ranges::kTotalLayers, totalLayers)) return violationOf(ranges::kTotalLayers, totalLayers);
  if (!(gpuLayers >= 0.0 && gpuLayers <= totalLayers && isWhole(gpuLayers))) {
    return Violation{"gpuLayers", ranges::kGpuLayers, gpuLayers, totalLayers};
  }
  return totalLayers / (gpuLayers / gpuBW + (totalLayers - gpuLayers) / ramBW);
}

[[nodiscard]] constexpr double calculateOffloadBandwidth(double gpuBW, double ramBW, double gpuLayers,
                                                         double totalLayers) {
  return valueOrReject("calculateOffloadBandwidth", tryCalculateOffloadBandwidth(gpuBW, ramBW, gpuLayers, totalLayers));
}

// Whether a model of `modelSizeGB` does not fit: it must be at most the VRAM, or with offload at most VRAM and system
// memory together. Add what the context needs first (calculateVRAM) and leave out what other programs hold.
//
// modelSizeGB          GB, 1e-9 to 1e9.
// vramGB, systemRAMGB  free GB, 0 to 1e9 each.
// allowOffload         whether layers may stay in system memory.
[[nodiscard]] constexpr Result<bool> tryIsOutOfMemory(double modelSizeGB, double vramGB, double systemRAMGB = 0,
                                                      bool allowOffload = false) noexcept {
  if (!contains(ranges::kModelSizeGB, modelSizeGB)) return violationOf(ranges::kModelSizeGB, modelSizeGB);
  if (!contains(ranges::kVramGB, vramGB)) return violationOf(ranges::kVramGB, vramGB);
  if (!contains(ranges::kSystemRAMGB, systemRAMGB)) return violationOf(ranges::kSystemRAMGB, systemRAMGB);
  return modelSizeGB > (allowOffload ? vramGB + systemRAMGB : vramGB);
}

[[nodiscard]] constexpr bool isOutOfMemory(double modelSizeGB, double vramGB, double systemRAMGB = 0,
                                           bool allowOffload = false) {
  return valueOrReject("isOutOfMemory", tryIsOutOfMemory(modelSizeGB, vramGB, systemRAMGB, allowOffload));
}

// Most cores of a desktop part: more mean a workstation or server platform.
inline constexpr double kMostDesktopCoresAMD = 16;
inline constexpr double kMostDesktopCoresIntel = 24;
inline constexpr double kFirstIntelGeneration = 10;

// Share of its plateau that a CPU reaches with `cores` cores: it rises to 1 at the bandwidth knee and stays there.
[[nodiscard]] constexpr double cpuCoreShare(double cores) noexcept {
  CPUCoreShare low = kCPUCoreShares.front();
  for (const CPUCoreShare& high : kCPUCoreShares) {
    if (cores <= high.cores) {
      if (high.cores <= low.cores) return high.share;
      return low.share + (cores - low.cores) / (high.cores - low.cores) * (high.share - low.share);
    }
    low = high;
  }
  return low.share;
}

// The fraction of the theoretical memory bandwidth (channels * 8 bytes * transfers per second) that token generation
// reaches on a CPU, 0.1 to 1: cpuFactor of calculatePerformance.
//
// generation  1 to 5 for AMD Zen 1 to 5; 10 to 15 for Intel Core generations (15: Core Ultra 200).
// coreCount   physical cores, an integer from 1 to 1024. Above 16 (AMD) and 24 (Intel) it is taken for a platform of
//             many memory channels, which reaches a smaller fraction of a larger bandwidth.
// isHighEnd   whether it is the top of its generation: Ryzen 9, Core i9, Ultra 9.
//
// It does not fall with the generation within a family, with cores among desktop parts, nor with the tier.
// Source: fitted on measurements by scripts/fit-cpu-factor.mjs; errors in fitted.hpp and docs/formulas.md.
[[nodiscard]] constexpr Result<double> tryGetCPUFactor(double generation, double coreCount,
                                                       bool isHighEnd = false) noexcept {
  double plateau = 0.0;
  for (const CPUGeneration& known : kCPUGenerations) {
    if (known.generation == generation) plateau = known.plateau;
  }
  if (plateau == 0.0) return Violation{"generation", ranges::kGeneration, generation};
  if (!containsWhole(ranges::kCoreCount, coreCount)) return violationOf(ranges::kCoreCount, coreCount);

  const bool isIntel = generation >= kFirstIntelGeneration;
  if (coreCount > (isIntel ? kMostDesktopCoresIntel : kMostDesktopCoresAMD)) return kCPUManyChannels;
  const double tier = isHighEnd ? kCPUHighEnd : 1.0;
  return plateau * cpuCoreShare(coreCount) * tier;
}

[[nodiscard]] constexpr double getCPUFactor(double generation, double coreCount, bool isHighEnd = false) {
  return valueOrReject("getCPUFactor", tryGetCPUFactor(generation, coreCount, isHighEnd));
}

}  // namespace llmcalc
