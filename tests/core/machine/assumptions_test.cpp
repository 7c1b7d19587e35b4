#include "llmcalc/machine/assumptions.hpp"

#include <gtest/gtest.h>

#include "llmcalc/machine/hardware.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

TEST(Assumptions, AreWhatAnEstimateTakesWhereNothingIsSaid) {
  EXPECT_EQ(AssumedHost().bandwidth, 75e9);
  EXPECT_EQ(AssumedHost().threads, 8);
  EXPECT_EQ(AssumedHost().linkBandwidth, Hardware().linkBandwidth);
}

}  // namespace LLMCALC_FILE
