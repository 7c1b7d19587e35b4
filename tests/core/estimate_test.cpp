#include "llmcalc/estimate.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstddef>

#include "recorded_plans.hpp"
#include "speed_cases.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;
using namespace speed_cases;

struct Measured {
  FileType fileType;
  double tokensPerSecond;
};

// Our own runs of the 8B on one H100: tests/golden/h100.tsv.
TEST(EstimateSpeed, IsWithinTenPercentOfTheH100OnEveryFileTypeOfTheEightB) {
  for (const Measured& m : std::array<Measured, 7>{{{FileType::F16, 167},
                                                    {FileType::Q8_0, 226},
                                                    {FileType::Q6_K, 193},
                                                    {FileType::Q4_K_M, 254},
                                                    {FileType::Q4_0, 314},
                                                    {FileType::IQ4_XS, 303},
                                                    {FileType::Q2_K, 234}}}) {
    EXPECT_NEAR(decodeRate(llama8B(), runtimeOf(m.fileType), h100()) / m.tokensPerSecond, 1.0, 0.1)
        << kFileTypes[static_cast<std::size_t>(m.fileType)].name;
  }
}

TEST(EstimateSpeed, SaysWhatLimits) {
  Runtime runtime = runtimeOf(FileType::F16);
  EXPECT_EQ(estimateSpeed(llama8B(), runtime, h100()).decodeLimit, Limit::memory);
  EXPECT_EQ(estimateSpeed(llama8B(), runtime, h100()).prefillLimit, Limit::compute);
  runtime.gpuLayers = 16;
  EXPECT_EQ(estimateSpeed(llama8B(), runtime, h100()).decodeLimit, Limit::host);
  EXPECT_EQ(estimateSpeed(llama8B(), runtime, h100()).prefillLimit, Limit::link);
  const ModelSpec& small = specOf("qwen2.5-0.5b");
  EXPECT_EQ(estimateSpeed(small, runtimeOf(FileType::Q4_0), h100()).decodeLimit, Limit::launch);
}

TEST(EstimateSpeed, TermsAreTheWholeStep) {
  const Hardware hardware = h100();
  const SpeedEstimate e = estimateSpeed(llama8B(), runtimeOf(FileType::Q4_K_M), hardware);
  EXPECT_NEAR(e.decode.p50 * e.step.total(), hardware.gpuProfile.decode.p50, 1e-12);
  EXPECT_NEAR(e.prefill.p50 * e.prompt.total(), 512.0, 1e-9);
  EXPECT_NEAR(e.timeToFirstToken.p50, e.prompt.total() + e.step.total(), 1e-12);
}

TEST(EstimateSpeed, IsFiniteForEveryModelFileTypeAndPlacement) {
  const Hardware hardware = h100();
  for (const auto& model : recorded::readModels()) {
    for (const FileType fileType : {FileType::F16, FileType::Q4_K_M, FileType::IQ2_M}) {
      for (const double layers : {0.0, 3.0, kAllLayers}) {
        Runtime runtime = runtimeOf(fileType);
        runtime.gpuLayers = layers;
        const SpeedEstimate e = estimateSpeed(model.spec, runtime, hardware);
        for (const Band& band : {e.decode, e.prefill, e.timeToFirstToken, e.requestTime, e.tokensPerSecondTotal}) {
          for (const double value : {band.p10, band.p50, band.p90}) {
            EXPECT_TRUE(std::isfinite(value) && value > 0.0) << model.name;
          }
          EXPECT_LT(band.p10, band.p50) << model.name;
          EXPECT_LT(band.p50, band.p90) << model.name;
        }
      }
    }
  }
}

}  // namespace LLMCALC_FILE
