#include <gtest/gtest.h>

#include "llmcalc/quick/calculator.hpp"

namespace {

TEST(WithoutExceptions, AViolationEndsTheProgramWithItsText) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(static_cast<void>(llmcalc::calculatePerformance(-1, 40)),
               "calculatePerformance: bandwidth must be a number from 1e-9 to 1e9 \\(GB/s\\), got -1");
}

TEST(WithoutExceptions, TryFunctionsReportInstead) {
  EXPECT_FALSE(llmcalc::tryCalculatePerformance(-1, 40));
  EXPECT_EQ(llmcalc::tryCalculatePerformance(-1, 40).violation().parameter, "bandwidth");
}

}  // namespace
