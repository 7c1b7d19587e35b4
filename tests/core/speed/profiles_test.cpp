#include "llmcalc/speed/profiles.hpp"

#include <gtest/gtest.h>

#include "speed_cases.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;
using namespace speed_cases;

// Batches were measured with CUDA alone.
TEST(SpeedProfile, KnowsNoMoreOfBatchesElsewhereThanOfNothingLikeThem) {
  for (const GpuBackend backend :
       {GpuBackend::metal, GpuBackend::vulkan, GpuBackend::rocm, GpuBackend::cpu, GpuBackend::sycl}) {
    const Spread known = withEvidence({}, backend, Evidence::device).batched;
    const Spread unknown = withEvidence({}, backend, Evidence::none).batched;
    EXPECT_EQ(known.p10, unknown.p10);
    EXPECT_EQ(known.p90, unknown.p90);
  }
  EXPECT_GT(withEvidence({}, GpuBackend::cuda, Evidence::device).batched.p10,
            withEvidence({}, GpuBackend::cuda, Evidence::none).batched.p10);
}

TEST(SpeedProfile, GoesFromDeviceToFamilyToBackend) {
  EXPECT_EQ(speedProfile(GpuBackend::cuda, "NVIDIA Hopper", "H100 SXM").evidence, Evidence::device);
  EXPECT_EQ(speedProfile(GpuBackend::cuda, "NVIDIA Hopper", "H100 of tomorrow").evidence, Evidence::family);
  EXPECT_EQ(speedProfile(GpuBackend::cuda, "NVIDIA of tomorrow").evidence, Evidence::backend);
}

TEST(SpeedProfile, DevicesWithRowsEnoughHaveTheirOwnBands) {
  const SpeedProfile own = speedProfile(GpuBackend::cuda, "NVIDIA Hopper", "H100 SXM");
  const SpeedProfile like = withEvidence(own, GpuBackend::cuda, Evidence::device);
  EXPECT_LT(own.decode.p90 / own.decode.p10, like.decode.p90 / like.decode.p10);
  EXPECT_EQ(own.batched.p10, like.batched.p10);
  const SpeedProfile few = speedProfile(GpuBackend::cuda, "NVIDIA Ampere GeForce", "GeForce RTX 3060 12GB");
  EXPECT_EQ(few.decode.p10, like.decode.p10);
}

TEST(SpeedProfile, OldBuildsAreSlower) {
  const double now = speedProfile(GpuBackend::cuda, "NVIDIA Ada GeForce").layerSeconds;
  EXPECT_GT(speedProfile(GpuBackend::cuda, "NVIDIA Ada GeForce", {}, 1500).layerSeconds, 1.2 * now);
}

}  // namespace LLMCALC_FILE
