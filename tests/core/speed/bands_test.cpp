#include "llmcalc/speed/bands.hpp"

#include <gtest/gtest.h>

#include <cstddef>

#include "llmcalc/estimate.hpp"
#include "llmcalc/memory.hpp"
#include "llmcalc/speed/profiles.hpp"
#include "speed_cases.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;
using namespace speed_cases;

TEST(EstimateSpeed, BandsAreOrderedAndWiderTheLessIsKnown) {
  Hardware hardware = h100();
  const auto width = [&] {
    const Band band = estimateSpeed(llama8B(), runtimeOf(FileType::Q4_K_M), hardware).decode;
    EXPECT_LT(band.p10, band.p50);
    EXPECT_LT(band.p50, band.p90);
    return band.p90 / band.p10;
  };
  hardware.gpuProfile = withEvidence(hardware.gpuProfile, GpuBackend::cuda, Evidence::backend);
  const double backend = width();
  hardware.gpuProfile = withEvidence(hardware.gpuProfile, GpuBackend::cuda, Evidence::none);
  EXPECT_GT(width(), backend);
}

// Of BF16 there are rows with Vulkan and ROCm, of F16 with CUDA and Metal; data/speed_types.csv.
TEST(EstimateSpeed, HasNoEvidenceOfAFileTypeThatItsBackendWasNotMeasuredWith) {
  const auto evidence = [](GpuBackend backend, FileType fileType) {
    Hardware hardware = h100();
    hardware.gpuProfile = speedProfile(backend, "AMD RDNA4");
    Runtime runtime = runtimeOf(fileType);
    runtime.backend = backend;
    return estimateSpeed(llama8B(), runtime, hardware);
  };
  EXPECT_EQ(evidence(GpuBackend::vulkan, FileType::BF16).evidence, Evidence::family);
  EXPECT_EQ(evidence(GpuBackend::vulkan, FileType::Q5_K_S).evidence, Evidence::family);
  for (const FileType unmeasured : {FileType::IQ1_S, FileType::IQ3_XXS, FileType::TQ2_0}) {
    const SpeedEstimate e = evidence(GpuBackend::vulkan, unmeasured);
    EXPECT_EQ(e.evidence, Evidence::none);
    const Spread widest = speed::kWidest.decode;
    EXPECT_LE(e.decode.p10, widest.p10 * e.decode.p50 * 1.0001);
  }
  EXPECT_EQ(evidence(GpuBackend::cuda, FileType::IQ1_S).evidence, Evidence::none);
  EXPECT_TRUE(isMeasured(GpuBackend::cuda, FileType::F16));
  EXPECT_FALSE(isMeasured(GpuBackend::rocm, FileType::F16));
}

TEST(EstimateSpeed, KeepsTheBandsOfAMachineThatWasMeasured) {
  Hardware hardware = h100();
  const double before = estimateSpeed(llama8B(), runtimeOf(FileType::IQ1_S), hardware, decoding()).decode.p10;
  hardware.gpuProfile = withEvidence(hardware.gpuProfile, GpuBackend::cuda, Evidence::calibrated);
  const SpeedEstimate e = estimateSpeed(llama8B(), runtimeOf(FileType::IQ1_S), hardware, decoding());
  EXPECT_EQ(e.evidence, Evidence::calibrated);
  EXPECT_GT(e.decode.p10, before);
}

// Reading alone takes 16.06e9 bytes / 3.35e12 bytes/s, so 208.6 tokens per second are never exceeded.
TEST(EstimateSpeed, NoRateIsAboveTheBandwidth) {
  Hardware hardware = h100();
  hardware.gpuProfile.decode = {0.5, 1.0, 5.0};
  const Runtime runtime = runtimeOf(FileType::F16);
  const SpeedEstimate e = estimateSpeed(llama8B(), runtime, hardware, decoding());
  EXPECT_NEAR(e.decode.p90, hardware.gpus[0].bandwidth / planMemory(llama8B(), runtime).bytesPerToken, 2.0);
}

// Also not in its last digit, in whichever order a ceiling is summed.
TEST(EstimateSpeed, NoRateIsAboveTheCeilingOfThePlan) {
  Hardware hardware = h100();
  hardware.gpuProfile.decode = {0.5, 1.0, 100.0};
  for (std::size_t type = 0; type < kFileTypes.size(); ++type) {
    const Runtime runtime = runtimeOf(static_cast<FileType>(type));
    const double ceiling = hardware.gpus[0].bandwidth / planMemory(llama8B(), runtime).bytesPerToken;
    EXPECT_LE(estimateSpeed(llama8B(), runtime, hardware, decoding()).decode.p90, ceiling) << kFileTypes[type].name;
  }
}

}  // namespace LLMCALC_FILE
