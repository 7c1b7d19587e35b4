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
