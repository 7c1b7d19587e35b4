#include "llmcalc/quick/calculator.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>

namespace LLMCALC_FILE {

using namespace llmcalc;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// --- calculateVRAM

TEST(CalculateVRAM, IsWeightsPlusCachePlusActivationsAtACornerOfTheCurve) {
  // 8 billion parameters: 132 KiB of cache per token, 106 MiB of compute buffer; 1 KiB of mask per token.
  constexpr double kExpectedBytes = 8e9 * 4.5 / 8 + (132 + 1) * 1024.0 * 4096 + 106 * 1024.0 * 1024;
  EXPECT_DOUBLE_EQ(calculateVRAM(8, 4.5), kExpectedBytes / 1e9);
}

TEST(CalculateVRAM, IsLinearBetweenCorners) {
  // Halfway between 14 (189 KiB, 133 MiB) and 32 (255 KiB, 200 MiB).
  constexpr double kExpectedBytes = 23e9 * 8 / 8 + (222 + 1) * 1024 * 1000 + 166.5 * 1024 * 1024;
  EXPECT_DOUBLE_EQ(calculateVRAM(23, 8, 1000), kExpectedBytes / 1e9);
}

TEST(CalculateVRAM, IsProportionalBelowTheFirstCornerAndGoesOnAboveTheLast) {
  EXPECT_DOUBLE_EQ(typicalModel(0.25).kvBytesPerToken, kTypicalModels.front().kvBytesPerToken / 2);
  const TypicalModel& last = kTypicalModels.back();
  const TypicalModel& before = kTypicalModels[kTypicalModels.size() - 2];
  EXPECT_DOUBLE_EQ(
      typicalModel(last.paramCount * 1.5).kvBytesPerToken - last.kvBytesPerToken,
      (last.kvBytesPerToken - before.kvBytesPerToken) / (last.paramCount - before.paramCount) * last.paramCount * 0.5);
}

TEST(CalculateVRAM, CountsTheCacheOncePerSequence) {
  EXPECT_EQ(calculateVRAM(8, 4, 2048, 4), calculateVRAM(8, 4, 8192, 1));
}

TEST(CalculateVRAM, DefaultsTo4096TokensOfOneSequence) { EXPECT_EQ(calculateVRAM(8, 4), calculateVRAM(8, 4, 4096, 1)); }

TEST(CalculateVRAM, IsWithinAFactorOfTwoOfRealCachesOfWellKnownModels) {
  // Layers * 2 * key/value heads * head size * 2 bytes, from the models' configurations.
  struct Model {
    double paramCount;
    double kvBytesPerToken;
  };
  for (const auto& [paramCount, kvBytesPerToken] : {
           Model{8.03, 32 * 2 * 8 * 128 * 2.0},     // Llama 3.1 8B
           Model{70.55, 80 * 2 * 8 * 128 * 2.0},    // Llama 3.1 70B
           Model{405.85, 126 * 2 * 8 * 128 * 2.0},  // Llama 3.1 405B
           Model{32.76, 64 * 2 * 8 * 128 * 2.0},    // Qwen 2.5 32B
           Model{14.77, 40 * 2 * 8 * 128 * 2.0},    // Qwen 3 14B
           Model{3.21, 28 * 2 * 8 * 128 * 2.0},     // Llama 3.2 3B
       }) {
    const double ratio = typicalModel(paramCount).kvBytesPerToken / kvBytesPerToken;
    EXPECT_GT(ratio, 0.5) << paramCount;
    EXPECT_LT(ratio, 2) << paramCount;
  }
}

TEST(CalculateVRAM, NeverFallsAsAnyArgumentGrows) {
  double before = 0;
  for (double paramCount = 1e-6; paramCount < 1e6; paramCount *= 1.03) {
    const double vram = calculateVRAM(paramCount, 4);
    EXPECT_GT(vram, before) << paramCount;
    before = vram;
  }
  EXPECT_LT(calculateVRAM(8, 4), calculateVRAM(8, 4.0000001));
  EXPECT_LT(calculateVRAM(8, 4, 4096), calculateVRAM(8, 4, 4097));
  EXPECT_LT(calculateVRAM(8, 4, 4096, 1), calculateVRAM(8, 4, 4096, 2));
}

// --- calculatePerformance

TEST(CalculatePerformance, IsBandwidthOverSize) { EXPECT_EQ(calculatePerformance(1008, 40), 25.2); }

TEST(CalculatePerformance, IsScaledByTheCpuFactor) { EXPECT_EQ(calculatePerformance(96, 4.8, 0.5), 10); }

TEST(CalculatePerformance, IsNotClamped) {
  EXPECT_EQ(calculatePerformance(8000, 0.5), 16000);
  EXPECT_EQ(calculatePerformance(50, 400), 0.125);
}

// --- batchCalculatePerformance

TEST(BatchCalculatePerformance, GivesTheDocumented29Points) {
  const auto points = batchCalculatePerformance(1008, 70, 2, 16, 0.5);
  ASSERT_EQ(points.size(), 29U);
  EXPECT_EQ(points.front().bits, 2);
  EXPECT_EQ(points.front().modelSize, 17.5);
  EXPECT_EQ(points.front().tps, 57.6);
  EXPECT_EQ(points.back().bits, 16);
  EXPECT_EQ(points.back().modelSize, 140);
  EXPECT_EQ(points.back().tps, 7.2);
}

TEST(BatchCalculatePerformance, DoesNotDrift) {
  const auto points = batchCalculatePerformance(1008, 70, 2, 16, 0.1);
  ASSERT_EQ(points.size(), 141U);
  for (std::size_t i = 0; i < points.size(); ++i) EXPECT_EQ(points[i].bits, 2 + static_cast<double>(i) * 0.1);
}

TEST(BatchCalculatePerformance, IncludesAnEndThatRoundingJustMisses) {
  // 0.3 / 0.1 is 2.9999999999999996.
  EXPECT_EQ(batchCalculatePerformance(1008, 70, 0.1, 0.4, 0.1).size(), 4U);
}

TEST(BatchCalculatePerformance, LeavesOutAnEndBetweenTwoPoints) {
  EXPECT_EQ(batchCalculatePerformance(1008, 70, 2, 3.4, 0.5).size(), 3U);
  EXPECT_EQ(batchCalculatePerformance(1008, 70, 2, 2 + 0.5 * (1 - 1e-8), 0.5).size(), 1U);
  EXPECT_EQ(batchCalculatePerformance(1008, 70, 2, 2 + 0.5 * (1 - 1e-10), 0.5).size(), 2U);
}

TEST(BatchCalculatePerformance, HasOnePointWhereTheEndsMeet) {
  const auto points = batchCalculatePerformance(1008, 70, 4, 4, 0.5);
  ASSERT_EQ(points.size(), 1U);
  EXPECT_EQ(points[0].modelSize, 35);
}

TEST(BatchCalculatePerformance, AgreesWithTheSingleFunction) {
  for (const auto& [bits, modelSize, tps] : batchCalculatePerformance(936, 32.8, 1.5, 9, 0.3)) {
    EXPECT_EQ(modelSize, 32.8 * bits / 8);
    EXPECT_EQ(tps, calculatePerformance(936, modelSize));
  }
}

TEST(BatchCalculatePerformance, AllowsTenMillionPointsAndNoMore) {
  EXPECT_EQ(*tryCountBatchPoints(1008, 70, 2, 16, 14.0 / 9999999), 1e7);
  const auto over = tryCountBatchPoints(1008, 70, 2, 16, 14.0 / 10000000);
  ASSERT_FALSE(over);
  EXPECT_EQ(over.violation().parameter, "step");
  EXPECT_EQ(over.violation().limit, 14.0 / 9999999);
}

TEST(BatchCalculatePerformanceColumns, HoldsTheSamePoints) {
  const auto points = batchCalculatePerformance(1008, 70);
  const auto columns = batchCalculatePerformanceColumns(1008, 70);
  ASSERT_EQ(columns.bits.size(), points.size());
  ASSERT_EQ(columns.modelSize.size(), points.size());
  ASSERT_EQ(columns.tps.size(), points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    EXPECT_EQ(columns.bits[i], points[i].bits);
    EXPECT_EQ(columns.modelSize[i], points[i].modelSize);
    EXPECT_EQ(columns.tps[i], points[i].tps);
  }
}

// --- calculateOffloadBandwidth

TEST(CalculateOffloadBandwidth, IsTheHarmonicMeanWeightedByLayers) {
  // Half of 32 layers at 1000 and half at 100 GB/s: 2 / (1/1000 + 1/100).
  EXPECT_DOUBLE_EQ(calculateOffloadBandwidth(1000, 100, 16, 32), 2000.0 / 11);
}

TEST(CalculateOffloadBandwidth, OfHalfTheLayersAtASixteenthOfTheSpeedIsFarFromHalf) {
  EXPECT_EQ(calculateOffloadBandwidth(960, 60, 16, 32), 1920.0 / 17);
}

TEST(CalculateOffloadBandwidth, EndsAtThePureBandwidths) {
  EXPECT_EQ(calculateOffloadBandwidth(1024, 64, 32, 32), 1024);
  EXPECT_EQ(calculateOffloadBandwidth(1024, 64, 0, 32), 64);
}

TEST(CalculateOffloadBandwidth, GrowsWithEveryLayer) {
  double before = 0;
  for (double layers = 0; layers <= 80; ++layers) {
    const double bandwidth = calculateOffloadBandwidth(1008, 90, layers, 80);
    EXPECT_GT(bandwidth, before);
    before = bandwidth;
  }
}

// --- isOutOfMemory

TEST(IsOutOfMemory, FitsUpToExactlyTheVram) {
  EXPECT_FALSE(isOutOfMemory(24, 24));
  EXPECT_TRUE(isOutOfMemory(24.000000000000004, 24));
}

TEST(IsOutOfMemory, CountsSystemMemoryOnlyWithOffload) {
  EXPECT_TRUE(isOutOfMemory(40, 24, 64));
  EXPECT_FALSE(isOutOfMemory(40, 24, 64, true));
  EXPECT_FALSE(isOutOfMemory(88, 24, 64, true));
  EXPECT_TRUE(isOutOfMemory(88.5, 24, 64, true));
}

TEST(IsOutOfMemory, KnowsMachinesWithoutAGpu) {
  EXPECT_TRUE(isOutOfMemory(4, 0));
  EXPECT_FALSE(isOutOfMemory(4, 0, 16, true));
}

// --- getCPUFactor

TEST(GetCPUFactor, LiesWhereDesktopsWereMeasured) {
  for (const double generation : {2.0, 3.0, 4.0, 5.0, 11.0, 12.0, 13.0, 14.0, 15.0}) {
    for (const double cores : {8.0, 12.0, 16.0}) {
      EXPECT_GE(getCPUFactor(generation, cores), 0.58) << generation;
      EXPECT_LE(getCPUFactor(generation, cores, true), 0.78) << generation;
    }
  }
}

TEST(GetCPUFactor, LiesWhereServersOfManyChannelsWereMeasured) {
  EXPECT_GE(getCPUFactor(4, 48, true), 0.30);  // EPYC 9454P
  EXPECT_LE(getCPUFactor(4, 48, true), 0.40);
  EXPECT_LE(getCPUFactor(14, 56), 0.40);
}

TEST(GetCPUFactor, NeverFallsWithGenerationCoresOrTierOfDesktops) {
  for (const auto& [first, last, mostCores] : {std::array{1.0, 5.0, 16.0}, std::array{10.0, 15.0, 24.0}}) {
    for (double generation = first; generation <= last; ++generation) {
      for (double cores = 1; cores <= mostCores; ++cores) {
        const double factor = getCPUFactor(generation, cores);
        EXPECT_LE(factor, getCPUFactor(generation, cores, true));
        if (cores < mostCores) {
          EXPECT_LE(factor, getCPUFactor(generation, cores + 1));
        }
        if (generation < last) {
          EXPECT_LE(factor, getCPUFactor(generation + 1, cores));
        }
      }
    }
  }
}

TEST(GetCPUFactor, RisesToTheKneeAndNoFurther) {
  EXPECT_LT(getCPUFactor(5, 1), getCPUFactor(5, 2));
  EXPECT_LT(getCPUFactor(5, 4), getCPUFactor(5, 6));
  EXPECT_EQ(getCPUFactor(5, 6), getCPUFactor(5, 16));
}

TEST(GetCPUFactor, StaysFrom0Point1To1) {
  for (const CPUGeneration& known : kCPUGenerations) {
    for (double cores = 1; cores <= 1024; ++cores) {
      EXPECT_GE(getCPUFactor(known.generation, cores), 0.1);
      EXPECT_LE(getCPUFactor(known.generation, cores, true), 1);
    }
  }
}

// --- all of them

TEST(Results, AreFiniteForEveryCornerOfTheRanges) {
  using namespace ranges;
  const auto ends = [](const Range& range) { return std::array{range.minimum, range.maximum}; };
  for (const double p : ends(kParamCount)) {
    for (const double b : ends(kBitsPerWeight)) {
      for (const double c : ends(kContextLength)) {
        for (const double s : ends(kBatchSize)) EXPECT_TRUE(std::isfinite(calculateVRAM(p, b, c, s)));
      }
    }
  }
  for (const double bandwidth : ends(kBandwidth)) {
    for (const double size : ends(kModelSizeGB)) {
      for (const double factor : ends(kCPUFactor)) {
        EXPECT_TRUE(std::isfinite(calculatePerformance(bandwidth, size, factor)));
      }
    }
    for (const double p : ends(kParamCount)) {
      for (const auto& point : batchCalculatePerformance(bandwidth, p, kMinBits.minimum, kMaxBits.maximum, 64)) {
        EXPECT_TRUE(std::isfinite(point.modelSize));
        EXPECT_TRUE(std::isfinite(point.tps));
      }
    }
  }
  for (const double gpu : ends(kGpuBW)) {
    for (const double ram : ends(kRamBW)) {
      for (const double layers : ends(kTotalLayers)) {
        EXPECT_TRUE(std::isfinite(calculateOffloadBandwidth(gpu, ram, 0, layers)));
        EXPECT_TRUE(std::isfinite(calculateOffloadBandwidth(gpu, ram, layers, layers)));
      }
    }
  }
}

// Each range rejects what lies just outside it and what is no number, and its words state its ends.
TEST(Ranges, AreWhatTheirWordsSay) {
  using namespace ranges;
  for (const Range& range : {kParamCount, kBitsPerWeight, kContextLength, kBatchSize, kBandwidth, kModelSizeGB,
                             kMinBits, kMaxBits, kGpuBW, kRamBW, kTotalLayers, kVramGB, kSystemRAMGB, kCoreCount}) {
    const std::string words(range.requirement);
    double low = kNaN;
    double high = kNaN;
    char kind[8];
    ASSERT_EQ(std::sscanf(words.c_str(), "%*s %7s from %lf to %lf", kind, &low, &high), 3) << words;
    EXPECT_EQ(low, range.minimum) << words;
    EXPECT_EQ(high, range.maximum) << words;
    EXPECT_FALSE(contains(range, std::nextafter(range.minimum, -kInfinity))) << words;
    EXPECT_FALSE(contains(range, std::nextafter(range.maximum, kInfinity))) << words;
    EXPECT_FALSE(contains(range, kNaN)) << words;
  }
  for (const Range& range : {kCPUFactor, kStep}) {
    EXPECT_FALSE(contains(range, 0));
    EXPECT_TRUE(contains(range, 1e-300));
    EXPECT_TRUE(range.requirement.starts_with("a number greater than 0 and at most " + formatNumber(range.maximum)));
  }
}

TEST(Errors, LeaveNoValueBehind) {
  const auto result = tryCalculateVRAM(kNaN, 4);
  EXPECT_FALSE(result);
  EXPECT_EQ(*result, 0);
}

}  // namespace LLMCALC_FILE
