#include "llmcalc/calibration.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>
#include <vector>

#include "llmcalc/estimate.hpp"
#include "speed_cases.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;
using namespace speed_cases;

// A machine whose bandwidth and fixed times are not those of its profile.
Hardware odd() {
  Hardware hardware = h100();
  hardware.gpuProfile.bandwidthShare *= 0.85;
  hardware.gpuProfile.layerSeconds *= 1.3;
  return hardware;
}

double calibratedRate(const std::vector<std::pair<ModelSpec, FileType>>& measured, const ModelSpec& model,
                      FileType fileType) {
  static Calibration calibration;
  followMachine(calibration);
  for (int round = 0; round < 20; ++round) {
    for (const auto& [spec, type] : measured) {
      const double truth = decodeRate(spec, runtimeOf(type), odd());
      const auto rate = calibration.add(spec, runtimeOf(type), h100(), decoding(), {Metric::decode, truth, 1});
      EXPECT_TRUE(rate);
    }
    if (calibration.step()) break;
  }
  const Hardware hardware = calibration.calibrated(h100(), GpuBackend::cuda);
  EXPECT_EQ(hardware.gpuProfile.evidence, Evidence::calibrated);
  return decodeRate(model, runtimeOf(fileType), hardware);
}

TEST(Calibration, OneRowMeetsItselfAndBringsOthersCloser) {
  const ModelSpec other = specOf("qwen2.5-32b");
  const double truth = decodeRate(other, runtimeOf(FileType::Q8_0), odd());
  const double before = std::abs(decodeRate(other, runtimeOf(FileType::Q8_0), h100()) / truth - 1.0);
  const double own = calibratedRate({{llama8B(), FileType::Q4_K_M}}, llama8B(), FileType::Q4_K_M);
  EXPECT_NEAR(own / decodeRate(llama8B(), runtimeOf(FileType::Q4_K_M), odd()), 1.0, 0.02);
  const double after = std::abs(calibratedRate({{llama8B(), FileType::Q4_K_M}}, other, FileType::Q8_0) / truth - 1.0);
  EXPECT_LT(after, before);
}

TEST(Calibration, TwoRowsTellBandwidthAndFixedTimeApart) {
  const ModelSpec small = specOf("qwen2.5-0.5b");
  const ModelSpec large = specOf("qwen2.5-32b");
  const double truth = decodeRate(llama8B(), runtimeOf(FileType::F16), odd());
  const double rate = calibratedRate({{small, FileType::F16}, {large, FileType::F16}}, llama8B(), FileType::F16);
  EXPECT_NEAR(rate / truth, 1.0, 0.02);
}

// Decoding with so many layers on the GPU, after calibration with the 8B in `gpuLayers` of each.
SpeedEstimate afterEnds(const std::vector<std::pair<FileType, double>>& ends, double layers, double depth = 0) {
  static Calibration calibration;
  followMachine(calibration);
  Runtime runtime = runtimeOf(FileType::Q4_K_M);
  for (int round = 0; round < 20; ++round) {
    for (const auto& [fileType, gpuLayers] : ends) {
      Runtime end = runtimeOf(fileType);
      end.gpuLayers = gpuLayers;
      EXPECT_TRUE(
          calibration.add(llama8B(), end, h100(), decoding(), {Metric::decode, gpuLayers > 0 ? 150.0 : 9.0, 1}));
    }
    if (calibration.step()) break;
  }
  runtime.gpuLayers = layers;
  return estimateSpeed(llama8B(), runtime, calibration.calibrated(h100(), GpuBackend::cuda), decoding(depth));
}

TEST(Calibration, BetweenTwoMeasuredEndsTheBandIsNarrow) {
  const auto width = [](const SpeedEstimate& e) { return e.decode.p90 / e.decode.p10; };
  const double both = width(afterEnds({{FileType::Q4_K_M, kAllLayers}, {FileType::Q4_K_M, 0}}, 16));
  const Spread narrow = h100().gpuProfile.measured;
  EXPECT_NEAR(both, narrow.p90 / narrow.p10, 1e-12);
  // One end says nothing of the other side, another file type nothing of this one, and two types are no one model.
  EXPECT_GT(width(afterEnds({{FileType::Q4_K_M, kAllLayers}}, 16)), 1.05 * both);
  EXPECT_GT(width(afterEnds({{FileType::Q8_0, kAllLayers}, {FileType::Q8_0, 0}}, 16)), 1.05 * both);
  EXPECT_GT(width(afterEnds({{FileType::Q4_K_M, kAllLayers}, {FileType::Q8_0, kAllLayers}}, kAllLayers)), 1.05 * both);
  EXPECT_NEAR(width(afterEnds({{FileType::Q4_K_M, kAllLayers}}, kAllLayers)), both, 1e-12);
  // Nor does it say what a long cache takes.
  EXPECT_GT(width(afterEnds({{FileType::Q4_K_M, kAllLayers}}, kAllLayers, 32768)), 1.05 * both);
}

TEST(Calibration, RefusesParametersThatAreNone) {
  static Calibration calibration;
  calibration.clear();
  EXPECT_EQ(describe("calibrate", calibration.free(190, 0.1)),
            "calibrate: parameters[].parameter must be a whole number from 0 to 189, got 190");
  EXPECT_EQ(describe("calibrate", calibration.free(0, 0)),
            "calibrate: parameters[].deviation must be from 1e-6 to 10, got 0");
  for (int i = 0; i < 80; ++i) EXPECT_TRUE(calibration.free(i, 0.1).parameter.empty());
  EXPECT_EQ(describe("calibrate", calibration.free(0, 0.1)), "calibrate: parameters must be at most 80, got 81");
}

TEST(Calibration, RefusesRatesThatAreNone) {
  static Calibration calibration;
  followMachine(calibration);
  const auto rate = calibration.add(llama8B(), runtimeOf(FileType::F16), h100(), decoding(), {Metric::decode, -1, 1});
  EXPECT_EQ(describe("calibrate", rate.violation()),
            "calibrate: measurements[].tokensPerSecond must be from 1e-6 to 1e9, got -1");
}

}  // namespace LLMCALC_FILE
