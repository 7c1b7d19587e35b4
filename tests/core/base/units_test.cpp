#include "llmcalc/base/units.hpp"

#include <gtest/gtest.h>

namespace LLMCALC_FILE {

using namespace llmcalc;

TEST(Units, AGiBIsSevenPointFourPercentMoreThanAGB) { EXPECT_EQ(gibToGB(1), 1.073741824); }

TEST(Units, An80GBCardOf79Point25GiBHas85GB) { EXPECT_EQ(gibToGB(79.25), 85.094039552); }

TEST(Units, BytesAndGBConvertBothWays) {
  EXPECT_EQ(bytesToGB(17.5e9), 17.5);
  EXPECT_EQ(gbToBytes(17.5), 17.5e9);
  EXPECT_EQ(bytesToGiB(kBytesPerGiB * 3), 3);
  EXPECT_EQ(gibToBytes(3), 3221225472.0);
  EXPECT_EQ(gbToGiB(1.073741824), 1);
}

TEST(Units, BinaryPrefixesAreStepsOf1024) {
  EXPECT_EQ(kBytesPerMiB, 1024 * kBytesPerKiB);
  EXPECT_EQ(kBytesPerGiB, 1024 * kBytesPerMiB);
}

}  // namespace LLMCALC_FILE
