#include "llmcalc/speed/rates.hpp"

#include <gtest/gtest.h>

namespace LLMCALC_FILE {

using namespace llmcalc;

TEST(Completed, ADeviceOfWhichOnlyTheBandwidthIsKnownHasTheRatesOfItsKind) {
  const Device device = speed::completed({1e12, 0, 0, 0, 0});
  EXPECT_EQ(device.shaderFlops, 40e12);
  EXPECT_EQ(device.halfFlops, 80e12);
  EXPECT_EQ(device.quantizedOps, 160e12);
}

TEST(Completed, KeepsWhatADataSheetSays) {
  const Device device = speed::completed({3352e9, 66.9e12, 494.4e12, 535.2e12, 0});
  EXPECT_EQ(device.shaderFlops, 66.9e12);
  EXPECT_EQ(device.halfFlops, 494.4e12);
  EXPECT_EQ(device.quantizedOps, 535.2e12);
}

// An RTX 3090 (350 W) read prompts at 0.936 of its rate with 290 W and at 0.753 with 180; its clocks fell as far.
TEST(ClockShare, FallsWithTheLimitOfPowerAsMeasured) {
  EXPECT_EQ(speed::clockShare(1.0), 1.0);
  EXPECT_EQ(speed::clockShare(1.2), 1.0);
  EXPECT_NEAR(speed::clockShare(290.0 / 350), 0.936, 0.02);
  EXPECT_NEAR(speed::clockShare(250.0 / 350), 0.853, 0.02);
  EXPECT_NEAR(speed::clockShare(180.0 / 350), 0.753, 0.02);
  // A cube root, and one line below half of the power.
  EXPECT_NEAR(speed::clockShare(0.5), 0.7308, 1e-4);
  EXPECT_NEAR(speed::clockShare(0.34), 0.7308 / 2, 1e-4);
  EXPECT_GT(speed::clockShare(0.25), 0.1);
}

TEST(Limited, MemoryLosesLessThanClocks) {
  const Device card = {936e9, 35.6e12, 71e12, 284e12, 0, 350, 250};
  const Device device = speed::limited(card);
  const double clocks = speed::clockShare(250.0 / 350);
  EXPECT_EQ(device.shaderFlops, 35.6e12 * clocks);
  EXPECT_EQ(device.halfFlops, 71e12 * clocks);
  EXPECT_EQ(device.quantizedOps, 284e12 * clocks);
  EXPECT_NEAR(device.bandwidth / 936e9, 0.8985, 1e-3);
}

TEST(Limited, WithoutALimitOrWithAHigherOneNothingChanges) {
  EXPECT_EQ(speed::limited({936e9, 35.6e12, 71e12, 284e12, 0, 350, 0}).bandwidth, 936e9);
  EXPECT_EQ(speed::limited({936e9, 35.6e12, 71e12, 284e12, 0, 350, 400}).shaderFlops, 35.6e12);
}

TEST(CompletedHost, CoresBeyondSixteenAddFourTenthsToMatrixProducts) {
  const Device host = speed::completedHost({100e9, 0, 0, 0, 32}, false, {});
  EXPECT_EQ(host.shaderFlops, 32 * 1e11);
  EXPECT_DOUBLE_EQ(host.halfFlops, 22.4 * 1e11);
  EXPECT_EQ(host.quantizedOps, host.halfFlops);
}

TEST(Overlapped, TakesLittleLongerThanTheSlower) {
  EXPECT_DOUBLE_EQ(speed::overlapped(3, 0), 3);
  EXPECT_DOUBLE_EQ(speed::overlapped(0, 3), 3);
  EXPECT_NEAR(speed::overlapped(3, 3), 3 * 1.1892071150027210, 1e-12);
}

}  // namespace LLMCALC_FILE
